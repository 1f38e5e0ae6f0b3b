"""`--out-debug-data`: all that is known of each cell, as a pickled pandas.DataFrame."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.job import Plan, StoredResult
from region_grower_hpc.formats import atomic
from region_grower_hpc.formats.sonata import load_cells
from region_grower_hpc.synthesis.cell_record import debug_infos, nrn_sections
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.settings import SynthesisSettings

#: Fixed, so that the bytes do not depend on the Python that writes them.
PICKLE_PROTOCOL = 4


def write_debug_data(
    path: Path,
    settings: SynthesisSettings,
    plan: Plan,
    paths: Mapping[int, str],
    kept: Sequence[StoredResult],
) -> None:
    """Write one row a gid, with the columns of region-grower 1.6.0.

    Args:
        path: of the pickle.
        settings: of the run.
        plan: of the run.
        paths: {gid: morphology} of the cells that were synthesized.
        kept: what was kept of them.
    """
    described = {cell.task: cell.arrays for cell in kept}
    table = _places(settings, plan)
    gids = plan.tasks.tolist()
    results: dict[str, list[Any]] = {
        "name": [paths.get(gid) for gid in gids],
        "apical_points": _column(gids, described, lambda arrays: list(arrays["apical_points"])),
        "apical_sections": _column(
            gids, described, lambda arrays: arrays["apical_sections"].tolist()
        ),
        "apical_NRN_sections": [None] * len(gids),
        "debug_infos": _column(gids, described, debug_infos),
    }
    if settings.out_apical_nrn_sections is not None:
        results["apical_NRN_sections"] = _column(gids, described, nrn_sections)
    for name, values in results.items():
        table[name] = _objects(values)
    write_table(path, table)


def write_table(path: Path, table: Any) -> None:
    """Pickle a DataFrame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(path) as temporary:
        temporary.write_bytes(pickle.dumps(table, protocol=PICKLE_PROTOCOL))


def _places(settings: SynthesisSettings, plan: Plan) -> Any:
    """The cells' own properties, and where they lie."""
    table = load_cells(settings.input_cells).as_dataframe()
    table.index = table.index - 1
    table = table.loc[plan.tasks].rename_axis("index")
    shared, context, gids = plan.shared, plan.context, plan.tasks
    regions = np.array(context.synthesis_region_names, dtype=object)
    table["synthesis_region"] = regions[shared["region_codes"][gids]]
    # Numbers by way of lists: an array of another rank has a dtype of its own, which pickle tells
    # from numpy's.
    table["current_depth"] = np.array(shared["depths_um"][gids].tolist(), dtype=float)
    counts = shared["n_layers"][gids].tolist()
    depths = shared["layer_depths_um"][gids].tolist()
    table["layer_depths"] = _objects(
        [row[: count + 1] if count else None for row, count in zip(depths, counts, strict=True)]
    )
    table["orientation"] = _objects(shared["orientations"][gids].tolist())
    if "axon_codes" in shared:
        names = np.array(context.donor_names, dtype=object)
        table["axon_name"] = names[shared["axon_codes"][gids]]
        table["axon_scale"] = np.array(shared["axon_scales"][gids].tolist(), dtype=float)
    table["seed"] = np.array([cell_seed(settings.seed, gid) for gid in gids.tolist()], dtype="i8")
    return table


def _column(gids: Sequence[int], described: Mapping[int, Any], read: Any) -> list[Any]:
    """One value a gid, None where the cell failed."""
    return [read(described[gid]) if gid in described else None for gid in gids]


def _objects(values: Sequence[Any]) -> Any:
    """(n,) array of objects, whatever numpy would make of lists."""
    column = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        column[number] = value
    return column
