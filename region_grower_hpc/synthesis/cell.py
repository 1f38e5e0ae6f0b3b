"""Synthesis of one cell: a pure function of its inputs, its recipe and its seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.native import _kernels
from region_grower_hpc.synthesis.axons.axon_graft import AxonGraft
from region_grower_hpc.synthesis.barcode_scaling import NAMES, ScalingRecord, barcode_scalings
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.cell_constraints import ConstraintsOfCell
from region_grower_hpc.synthesis.growers import Grower, GrowthRequest, growth_failure
from region_grower_hpc.synthesis.hard_limits import apply_hard_limits
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from region_grower_hpc.synthesis.recipe import CellRecipe


@dataclass(frozen=True)
class SynthesizedCell:
    """A neuron with its soma at the origin.

    Attributes:
        morphology: as it is written, roots in NEURON's order.
        apical_points: (k, 3) float32, µm: ends of the apical sections that exist.
        apical_sections: their numbers in the order of growth, depth first.
        debug_infos: `input_scaling`, `neurite_hard_limit_rescaling` and, where a mesh was chosen
            for the cell, `mesh_name`; empty unless asked for.
    """

    morphology: MorphologyArrays
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
        grower: the native kernel or NeuroTS.
        constrain: gives the directions and boundaries that apply to the cell; None for none.
        graft: the axon that the cell gets; None for none.
        max_attempts: attempts that may end in an error of the draws.
        min_hard_scale: neurites that hard limits would shrink to this factor or below are deleted.
        with_debug_infos: keep what the scalings did.

    Raises:
        TaskFailure: kind `input` where the atlas has no usable value at the cell, kind `growth`
            where no morphology results.

    Source: `SpaceWorker.synthesize` of region-grower 1.6.0.
    """
    try:
        _check_orientation(cell, recipe, graft)
        # Before growth: a donor that is missing costs none.
        donor = None if graft is None else graft.donor()
        rng = np.random.default_rng(cell.seed)
        scaling_infos: dict[str, Any] | None = {} if with_debug_infos else None
        scalings = barcode_scalings(
            recipe.parameters,
            cell.depth_um,
            cell.layer_depths_um,
            recipe.cortical_depths_um,
            scaling_infos,
        )
        constraints = None if constrain is None else constrain(cell)
        grown = grower.grow(GrowthRequest(recipe, cell, scalings, constraints), rng, max_attempts)
        neuron = grown.neuron
        if not neuron.is_finite():
            raise TaskFailure("growth", "Growth gave points that are not finite")
        neuron.translate((-cell.position_um).tolist())
        rescaling_infos = _fit_into_layers(neuron, cell, recipe, min_hard_scale)
        sections = tuple(section for section in grown.apical_sections if section is not None)
        apical_points = _ends(neuron, sections)
        if graft is None or donor is None:
            morphology = MorphologyArrays(*neuron.storable())
        else:
            arrays = NeuronArrays(*neuron.arrays())
            morphology = graft.onto(arrays, donor, cell.orientation, rng).to_storable()
    except TaskFailure as failure:
        if failure.kind == "input":
            raise TaskFailure("input", f"gid {cell.gid}: {failure.message}") from failure
        raise
    debug_infos: dict[str, Any] = {}
    if scaling_infos is not None:
        debug_infos["input_scaling"] = _with_records(scaling_infos, grown.records)
        if rescaling_infos:
            debug_infos["neurite_hard_limit_rescaling"] = rescaling_infos
        if constraints is not None and constraints.mesh_name is not None:
            debug_infos["mesh_name"] = constraints.mesh_name
    return SynthesizedCell(morphology, apical_points, sections, debug_infos)


def _check_orientation(cell: CellInputs, recipe: CellRecipe, graft: AxonGraft | None) -> None:
    has_limits = recipe.has_hard_limits and cell.layer_depths_um is not None
    needed = recipe.has_oriented_trunks or has_limits or graft is not None
    if needed and np.isnan(cell.orientation).any():
        place = ", ".join(f"{value:g}" for value in cell.position_um)
        raise TaskFailure("input", f"NaN in orientation.nrrd at the cell's position ({place})")


def _ends(neuron: _kernels.Neuron, sections: tuple[int, ...]) -> npt.NDArray[np.float32]:
    try:
        return neuron.section_ends(sections)
    except IndexError as error:
        message = "the neurite with the apical section was deleted: it is not of an apical type"
        raise TaskFailure("growth", message, "KeyError") from error


def _fit_into_layers(
    neuron: _kernels.Neuron, cell: CellInputs, recipe: CellRecipe, min_hard_scale: float
) -> dict[int, dict[str, Any]]:
    constraints = recipe.parameters.get("context_constraints", {})
    try:
        return apply_hard_limits(
            neuron,
            constraints,
            cell.depth_um,
            cell.layer_depths_um,
            cell.orientation[:, 1],
            min_hard_scale,
        )
    except _kernels.GrowthFailure as error:
        raise growth_failure(*error.args) from error


def _with_records(infos: Mapping[str, Any], records: tuple[ScalingRecord, ...]) -> dict[str, Any]:
    """What was scaled beside the inputs of the scaling."""
    for record in records:
        infos[NAMES[record.to]]["scaling"].append(record.as_debug_info())
    return dict(infos)
