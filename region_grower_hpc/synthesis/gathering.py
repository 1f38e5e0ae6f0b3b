"""What describes the whole of a synthesis, written on rank 0 from the rows of all cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    # Of the whole population: a part without cells writes what belongs to a run all the same.
    is_empty = not len(plan.shared["region_codes"])
    if settings.uses_morph_dir and not is_empty:
        settings.out_morph_dir.mkdir(parents=True, exist_ok=True)
    made = ~np.isin(plan.tasks, [failure.task for failure in failures])
    paths = {
        gid: cell_path(settings.seed, gid, context.levels) for gid in plan.tasks[made].tolist()
    }
    if settings.writes_container and not is_empty:
        outputs.write_container(settings, list(_names_of_shards(plan, made, list(paths.values()))))
    if settings.out_apical is not None and not is_empty:
        at = dict(zip(paths.values(), np.flatnonzero(made).tolist(), strict=True))
        outputs.write_apical_points(settings.out_apical, _ApicalPoints(rows, at))
    if plan.kept and not is_empty:
        _write_kept(settings, plan, paths, kept)
    mtypes, regions = plan.shared["mtype_codes"], plan.shared["region_codes"]
    outputs.write_failures(
        settings.failures_csv,
        failures,
        lambda gid: (context.mtype_names[mtypes[gid]], context.region_names[regions[gid]]),
    )
    gids = np.union1d(plan.tasks, plan.left_out)
    outputs.write_cells(settings.input_cells, settings.out_cells, gids, paths)


@dataclass(frozen=True)
class _ApicalPoints(Mapping[str, NDArray[Any] | None]):
    """{morphology: apical point}, which is read from the rows of all tasks when asked for.

    Attributes:
        rows: (n,) in the order of the tasks.
        at: {morphology: row}.
    """

    rows: NDArray[Any]
    at: Mapping[str, int]

    def __getitem__(self, name: str) -> NDArray[Any] | None:
        row = self.rows[self.at[name]]
        point: NDArray[Any] | None = row["apical_point"] if row["has_apical"] else None
        return point

    def __iter__(self) -> Iterator[str]:
        return iter(self.at)

    def __len__(self) -> int:
        return len(self.at)


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
    kept: Iterable[StoredResult],
) -> None:
    if settings.out_debug_data is not None:
        kept = list(kept)
        write_debug_data(settings.out_debug_data, settings, plan, paths, kept)
    if settings.out_apical_nrn_sections is not None:
        sections = {paths[cell.task]: nrn_sections(cell.arrays) for cell in kept}
        outputs.write_nrn_sections(settings.out_apical_nrn_sections, sections)
