"""What describes the whole of a synthesis, written on rank 0 from the rows of all cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.cell_record import nrn_sections
from region_grower_hpc.synthesis.debug_data import write_debug_data
from region_grower_hpc.synthesis.names import cell_path
from region_grower_hpc.synthesis.settings import SynthesisSettings


def gather(
    settings: SynthesisSettings,
    plan: Plan,
    rows: NDArray[Any],
    failures: Sequence[Failure],
    kept: Iterable[StoredResult],
) -> None:
    """Write cells, apical points, failures, the container of all morphologies, and so on.

    Args:
        settings: what to write and where.
        plan: of the run; its tasks are the gids.
        rows: (n,) in the order of the tasks.
        failures: in task order.
        kept: what else describes each cell, in task order.
    """
    context = plan.context
    made = ~np.isin(plan.tasks, [failure.task for failure in failures])
    paths = {
        gid: cell_path(settings.seed, gid, context.levels) for gid in plan.tasks[made].tolist()
    }
    if settings.writes_container and plan.n_tasks:
        outputs.write_container(settings, list(_names_of_shards(plan, made, list(paths.values()))))
    if settings.out_apical is not None and plan.n_tasks:
        points = (
            row["apical_point"] if row["has_apical"] else None for row in rows[np.flatnonzero(made)]
        )
        outputs.write_apical_points(
            settings.out_apical, dict(zip(paths.values(), points, strict=True))
        )
    if plan.kept and plan.n_tasks:
        _write_kept(settings, plan, paths, list(kept))
    mtypes, regions = plan.shared["mtype_codes"], plan.shared["region_codes"]
    outputs.write_failures(
        settings.failures_csv,
        failures,
        lambda gid: (context.mtype_names[mtypes[gid]], context.region_names[regions[gid]]),
    )
    gids = np.union1d(plan.tasks, plan.left_out)
    outputs.write_cells(settings.input_cells, settings.out_cells, gids, paths)


def _names_of_shards(
    plan: Plan, made: NDArray[np.bool_], names: Sequence[str]
) -> Iterator[Sequence[str]]:
    """Names of the morphologies of each shard."""
    ends = np.cumsum(made)
    first = 0
    for shard in range(plan.n_shards):
        last = int(ends[plan.shard(shard).stop - 1])
        yield names[first:last]
        first = last


def _write_kept(
    settings: SynthesisSettings,
    plan: Plan,
    paths: dict[int, str],
    kept: Sequence[StoredResult],
) -> None:
    if settings.out_apical_nrn_sections is not None:
        sections = {paths[cell.task]: nrn_sections(cell.arrays) for cell in kept}
        outputs.write_nrn_sections(settings.out_apical_nrn_sections, sections)
    if settings.out_debug_data is not None:
        write_debug_data(settings.out_debug_data, settings, plan, paths, kept)
