"""Synthesis of one cell: a pure function of its inputs, its recipe and its seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.axons.axon_graft import AxonGraft
from region_grower_hpc.synthesis.barcode_scaling import barcode_modifiers
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.cell_constraints import ConstraintsOfCell
from region_grower_hpc.synthesis.growers import Grower, GrownNeuron, GrowthRetry
from region_grower_hpc.synthesis.hard_limits import apply_hard_limits
from region_grower_hpc.synthesis.recipe import CellRecipe

Y_DIRECTION = (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class SynthesizedCell:
    """A neuron with its soma at the origin.

    Attributes:
        morphology: morphio.mut.Morphology, roots in the order of their growth.
        apical_points: (k, 3) float32, µm: ends of the apical sections that exist.
        apical_sections: their ids in `morphology`.
        debug_infos: `input_scaling`, `neurite_hard_limit_rescaling` and, where a mesh was chosen
            for the cell, `mesh_name`; empty unless asked for.
    """

    morphology: Any
    apical_points: npt.NDArray[np.float32]
    apical_sections: tuple[int, ...]
    debug_infos: dict[str, Any]


def synthesize_cell(
    cell: CellInputs,
    recipe: CellRecipe,
    grower: Grower,
    constrain: Callable[[CellInputs], ConstraintsOfCell | None] | None = None,
    graft: AxonGraft | None = None,
    max_attempts: int = 10,
    min_hard_scale: float = 0.2,
    with_debug_infos: bool = False,
) -> SynthesizedCell:
    """Grow one cell, move it to the origin, fit it into its layers and graft an axon onto it.

    All random numbers of a cell come from one stream, which goes on over the attempts. An apical
    tree without apical section gives no apical point.

    Args:
        cell: place and seed.
        recipe: region, mtype and their parameters; not changed.
        grower: NeuroTS or the native kernel.
        constrain: gives the directions and boundaries that apply to the cell; None for none.
        graft: the axon that the cell gets; None for none.
        max_attempts: attempts that may end in a NeuroTSError or ValueError.
        min_hard_scale: neurites that hard limits would shrink to this factor or below are deleted.
        with_debug_infos: keep what the scalings did.

    Raises:
        TaskFailure: kind `input` where the atlas has no usable value at the cell, kind `growth`
            where no morphology results.

    Source: `SpaceWorker.synthesize` of region-grower 1.6.0.
    """
    scaling_infos: dict[str, Any] = {}
    try:
        _check_orientation(cell, recipe, graft)
        # Before growth: a donor that is missing costs none.
        donor = None if graft is None else graft.donor()
        rng = np.random.default_rng(cell.seed)
        parameters = _parameters_in_place(cell, recipe, scaling_infos if with_debug_infos else None)
        context: dict[str, Any] = {"debug_data": scaling_infos}
        if recipe.has_y_direction:
            context["y_direction"] = _rotated(cell, Y_DIRECTION)
        constraints = None if constrain is None else constrain(cell)
        if constraints is not None:
            context["constraints"] = constraints.constraints
        grown = _grow(recipe, grower, parameters, context, rng, max_attempts)
        _check_finite(grown.morphology)
        _translate(grown.morphology, -cell.position_um)
        rescaling_infos = apply_hard_limits(
            grown.morphology,
            recipe.parameters.get("context_constraints", {}),
            cell.depth_um,
            cell.layer_depths_um,
            cell.orientation[:, 1],
            min_hard_scale,
        )
        if graft is not None:
            graft.onto(grown.morphology, donor, cell.orientation, rng)
    except TaskFailure as failure:
        if failure.kind == "input":
            raise TaskFailure("input", f"gid {cell.gid}: {failure.message}") from failure
        raise
    sections = tuple(section for section in grown.apical_sections if section is not None)
    debug_infos: dict[str, Any] = {"input_scaling": scaling_infos}
    if rescaling_infos:
        debug_infos["neurite_hard_limit_rescaling"] = rescaling_infos
    if constraints is not None and constraints.mesh_name is not None:
        debug_infos["mesh_name"] = constraints.mesh_name
    return SynthesizedCell(
        morphology=grown.morphology,
        apical_points=_section_ends(grown.morphology, sections),
        apical_sections=sections,
        debug_infos=debug_infos if with_debug_infos else {},
    )


def _check_orientation(cell: CellInputs, recipe: CellRecipe, graft: AxonGraft | None) -> None:
    has_limits = recipe.has_hard_limits and cell.layer_depths_um is not None
    needed = recipe.has_oriented_trunks or has_limits or graft is not None
    if needed and np.isnan(cell.orientation).any():
        place = ", ".join(f"{value:g}" for value in cell.position_um)
        raise TaskFailure("input", f"NaN in orientation.nrrd at the cell's position ({place})")


def _parameters_in_place(
    cell: CellInputs, recipe: CellRecipe, debug_info: dict[str, Any] | None
) -> dict[str, Any]:
    """The recipe's parameters turned and scaled to one cell; the recipe's stay as they are."""
    modifiers = barcode_modifiers(
        recipe.parameters,
        cell.depth_um,
        cell.layer_depths_um,
        recipe.cortical_depths_um,
        debug_info,
    )
    parameters = {**recipe.parameters, "origin": cell.position_um.tolist()}
    for grow_type in recipe.parameters["grow_types"]:
        own = dict(recipe.parameters[grow_type])
        if isinstance(own["orientation"], list):
            own["orientation"] = [_rotated(cell, vector) for vector in own["orientation"]]
        if grow_type in modifiers:
            own["modify"] = modifiers[grow_type]
        parameters[grow_type] = own
    return parameters


def _rotated(cell: CellInputs, vector: Any) -> list[float]:
    # as one of a stack of matrices: numpy then sums in the order that the peer's bits come from
    rotated: list[float] = np.dot(cell.orientation[np.newaxis], vector)[0].tolist()
    return rotated


def _grow(
    recipe: CellRecipe,
    grower: Grower,
    parameters: dict[str, Any],
    context: dict[str, Any],
    rng: np.random.Generator,
    max_attempts: int,
) -> GrownNeuron:
    last: GrowthRetry | None = None
    for _ in range(max_attempts):
        try:
            return grower.grow(parameters, recipe.distributions, context, rng)
        except GrowthRetry as retry:
            last = retry
    cause = last.__cause__ if last is not None else None
    raise TaskFailure(
        "growth",
        "Too many attempts at synthesizing cell with NeuroTS",
        error=type(cause).__name__ if cause is not None else "",
    ) from last


def _check_finite(morphology: Any) -> None:
    if not all(np.isfinite(section.points).all() for section in morphology.iter()):
        raise TaskFailure("growth", "Growth gave points that are not finite")


def _translate(morphology: Any, shift_um: npt.NDArray[np.float64]) -> None:
    """Move soma and sections; sums in float64, stored as float32."""
    morphology.soma.points = morphology.soma.points + shift_um
    for section in morphology.iter():
        section.points = section.points + shift_um


def _section_ends(morphology: Any, sections: tuple[int, ...]) -> npt.NDArray[np.float32]:
    ends = [morphology.sections[section].points[-1] for section in sections]
    return np.array(ends, dtype=np.float32).reshape(-1, 3)
