"""The plan of a synthesis: its cells, and what every rank gets to grow them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.selection import shown
from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.axons.donors import TRIED_BY as DONORS_TRIED_BY
from region_grower_hpc.synthesis.axons.donors import donor_path, missing_donors
from region_grower_hpc.synthesis.cell_types import encode
from region_grower_hpc.synthesis.constraints.region import RegionConstraints
from region_grower_hpc.synthesis.grower_choice import with_growers
from region_grower_hpc.synthesis.predicted_cost import predicted_bytes, predicted_cost_s
from region_grower_hpc.synthesis.preparation import Preparation, prepare
from region_grower_hpc.synthesis.recipe import CellRecipe
from region_grower_hpc.synthesis.settings import SynthesisSettings

LOGGER = logging.getLogger(__name__)

ROW = np.dtype(
    [
        ("n_points", "i4"),
        ("n_sections", "i4"),
        ("has_apical", "?"),
        # Of the first apical tree, µm from the soma; zeros without one.
        ("apical_point", "f4", (3,)),
    ]
)


@dataclass(frozen=True)
class SynthesisContext:
    """What every rank gets beside the arrays.

    Attributes:
        recipes: by region code and mtype code.
        errors: {gid: message} of cells that the atlas cannot place.
        region_names, synthesis_region_names, mtype_names: of the codes.
        levels: of hashed sub-folders.
        donor_names: of the axons' codes.
        mclass_names: of the mclasses' codes, where constraints ask for them.
        constraints: directions and boundaries by synthesis region.
        grid: offset and size (µm) of the voxels of the atlas.
    """

    recipes: Mapping[tuple[int, int], CellRecipe]
    errors: Mapping[int, str]
    region_names: Sequence[str]
    synthesis_region_names: Sequence[str]
    mtype_names: Sequence[str]
    levels: int | None
    donor_names: Sequence[str]
    mclass_names: Sequence[str]
    constraints: Mapping[str, RegionConstraints]
    grid: tuple[Sequence[float], Sequence[float]]


def make_plan(settings: SynthesisSettings, preparation: Preparation | None = None) -> Plan:
    """Check all inputs and look up the place of every cell in the atlas.

    The shared arrays hold all cells of the file, by gid; the tasks leave out cells without axon.

    Args:
        settings: of the run.
        preparation: inputs that have been read and checked already; None reads them.
    """
    preparation = preparation or prepare(settings)
    donors = _donor_files(settings, preparation)
    with Trial(DONORS_TRIED_BY, donors.values()) as trial:
        plan = _plan(settings, preparation, donors)
        trial.check()
    return plan


def _plan(
    settings: SynthesisSettings, preparation: Preparation, donors: Mapping[str, Path]
) -> Plan:
    n_cells = preparation.n_cells
    if n_cells == 0:
        LOGGER.warning("The population to synthesize is empty!")
    environment, errors = preparation.environment(settings.min_depth_um, settings.max_depth_um)
    if errors:
        LOGGER.warning(
            "%d cells have no place in the atlas and will fail: gid %s",
            len(errors),
            shown(list(errors)),
        )
    types, axons = preparation.types, preparation.axons
    gids = np.arange(n_cells, dtype=np.int64)
    is_task = np.ones(n_cells, dtype=bool) if axons is None else axons.has_axon
    recipes = with_growers(preparation.recipes, settings.grower)
    groups, names, costs_s = _costs(preparation, recipes)
    shared: dict[str, NDArray[Any]] = {
        "positions_um": environment.positions_um,
        "orientations": environment.orientations,
        "depths_um": environment.depths_um,
        "layer_depths_um": environment.layer_depths_um,
        "n_layers": environment.n_layers,
        "region_codes": types.region_codes,
        "mtype_codes": types.mtype_codes,
    }
    if axons is not None:
        shared |= {"axon_codes": axons.codes, "axon_scales": axons.scales}
    constraint_arrays, mclass_names = _constraint_arrays(preparation)
    shared |= constraint_arrays
    return Plan(
        tasks=gids[is_task],
        left_out=gids[~is_task],
        costs_s=costs_s[is_task],
        row_dtype=ROW,
        options=_options(settings),
        inputs=_inputs(settings, preparation, donors),
        outputs=outputs.paths(settings, n_cells),
        shared=shared,
        context=SynthesisContext(
            recipes=recipes,
            errors=errors,
            region_names=types.regions,
            synthesis_region_names=types.synthesis_regions,
            mtype_names=types.mtypes,
            levels=preparation.levels,
            donor_names=() if axons is None else axons.names,
            mclass_names=mclass_names,
            constraints=preparation.constraints,
            grid=preparation.atlas.grid(),
        ),
        cost_groups=groups[is_task],
        cost_group_names=names,
        group_bytes=_result_bytes(settings, recipes),
        written_ratio=_written_ratio(settings),
        files_a_task=len(settings.out_morph_ext) if settings.writes_files else 0,
        kept=settings.kept_arrays,
        settings=settings.to_json(),
    )


def _constraint_arrays(
    preparation: Preparation,
) -> tuple[dict[str, NDArray[Any]], Sequence[str]]:
    """What directions and boundaries need of the atlas and the cells, and names of mclasses."""
    arrays: dict[str, NDArray[Any]] = {}
    entries = preparation.constraints.values()
    if any(region.directions for region in entries):
        arrays["orientation_voxels"] = preparation.atlas.orientations().raw
    if preparation.glomerulus_ids is not None:
        arrays["glomerulus_ids"] = preparation.glomerulus_ids
    scopes = [scope for region in entries for scope in region.scopes()]
    properties = preparation.cells.properties
    if "mclass" not in properties or all(scope.mclasses is None for scope in scopes):
        return arrays, ()
    codes, names = encode(properties["mclass"])
    return {**arrays, "mclass_codes": codes}, names


def _costs(
    preparation: Preparation, recipes: Mapping[tuple[int, int], CellRecipe]
) -> tuple[NDArray[np.int64], list[str], NDArray[np.float64]]:
    """Group of each cell (region and mtype), names of the groups, and predicted seconds."""
    types = preparation.types
    pairs = np.stack([types.region_codes, types.mtype_codes], axis=1)
    groups = np.zeros(preparation.n_cells, dtype=np.int64)
    costs_s = np.zeros(preparation.n_cells)
    for number, (kind, recipe) in enumerate(recipes.items()):
        members = (pairs == kind).all(axis=1)
        groups[members] = number
        costs_s[members] = predicted_cost_s(recipe)
    names = [f"{types.regions[region]}/{types.mtypes[mtype]}" for region, mtype in recipes]
    return groups, names, costs_s


def _result_bytes(
    settings: SynthesisSettings, recipes: Mapping[tuple[int, int], CellRecipe]
) -> list[float]:
    """Predicted bytes of a cell of each group; none are kept where no morphology is written."""
    if settings.skip_write:
        return [0.0 for _ in recipes]
    return [predicted_bytes(recipe) for recipe in recipes.values()]


def _written_ratio(settings: SynthesisSettings) -> float:
    """Bytes of a morphology's files for a byte of its result, at least: text takes more."""
    if settings.skip_write:
        return 0.0
    files = len(settings.out_morph_ext) if settings.writes_files else 0
    return float(files + settings.writes_container)


def _options(settings: SynthesisSettings) -> dict[str, Any]:
    """Every choice that changes what is written."""
    return {
        "seed": settings.seed,
        "min_depth_um": settings.min_depth_um,
        "max_depth_um": settings.max_depth_um,
        "min_hard_scale": settings.min_hard_scale,
        "synthesize_axons": settings.synthesize_axons,
        "scaling_jitter_std": settings.scaling_jitter_std if settings.grafts_axons else None,
        "rotational_jitter_std_deg": (
            settings.rotational_jitter_std_deg if settings.grafts_axons else None
        ),
        "container": settings.container,
        "writes_container": settings.writes_container,
        "out_morph_ext": sorted(settings.out_morph_ext) if settings.writes_files else [],
        "max_files_per_dir": settings.max_files_per_dir,
        "skip_write": settings.skip_write,
        "out_cells": settings.out_cells.suffix,
        "out_apical": settings.out_apical is not None,
        "out_apical_nrn_sections": (
            None if settings.out_apical_nrn_sections is None else settings.nrn_extension
        ),
        "out_debug_data": settings.out_debug_data is not None,
    }


def _inputs(
    settings: SynthesisSettings, preparation: Preparation, donors: Mapping[str, Path]
) -> dict[str, Path]:
    """Files whose content changes results, by their role."""
    volumes = preparation.atlas.paths(preparation.volumes())
    inputs = {
        "--input-cells": settings.input_cells,
        "--tmd-parameters": settings.tmd_parameters,
        "--tmd-distributions": settings.tmd_distributions,
        "--region-structure": settings.region_structure,
        **{f"--atlas {path.name}": path for path in volumes},
    }
    meshes = enumerate(preparation.meshes(), start=1)
    inputs |= {f"boundary mesh {number} {path.name}": path for number, path in meshes}
    if preparation.axons is not None and settings.morph_axon:
        inputs["--morph-axon"] = settings.morph_axon
    return {**inputs, **donors}


def _donor_files(settings: SynthesisSettings, preparation: Preparation) -> dict[str, Path]:
    """The donors that exist: cells of the others fail, and one that appears is another plan."""
    axons, folder = preparation.axons, settings.base_morph_dir
    if axons is None or folder is None:
        return {}
    absent = set(missing_donors(folder, axons.names))
    if absent:
        LOGGER.warning(
            "%d donors of axons are not in %s, their cells will fail: %s",
            len(absent),
            folder,
            ", ".join(sorted(absent)[:5]),
        )
    there = [name for name in axons.names if name not in absent]
    return {f"--base-morph-dir {name}": donor_path(folder, name) for name in there}
