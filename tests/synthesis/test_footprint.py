"""What a dry run tells of the outputs: their number, and the size of what describes cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan, StoredResult
from region_grower_hpc.synthesis.footprint import footprint
from tests.synthesis.small_column import SmallColumn, make_small_column
from tests.synthesis.test_outputs import ManyCells

KEPT: dict[str, NDArray[Any]] = {
    "nrn_sections": np.zeros(2, dtype=np.int32),
    "apical_points": np.zeros((2, 3), dtype=np.float32),
    "apical_sections": np.zeros(2, dtype=np.int32),
    "debug_infos": np.zeros(300, dtype=np.uint8),
}


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("column") / "inputs", ("L1_DAC",) * 4)


def stored(job: ManyCells, plan: Plan) -> list[StoredResult]:
    rows = np.zeros(plan.n_tasks, dtype=plan.row_dtype)
    results = []
    for row, gid in zip(rows, plan.tasks.tolist(), strict=True):
        arrays = job.little(gid)
        given = {"points": arrays.points, "structure": arrays.structure, **KEPT}
        results.append(StoredResult(gid, row, given))
    return results


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"out_apical": None},
        {"out_morph_ext": ("h5", "asc"), "out_apical_nrn_sections": "nrn.yaml"},
        {"container": "shards"},
        {"container": "merged"},
        {"container_path": "all.h5"},
    ],
)
def test_files_and_folders_are_those_of_the_run(
    column: SmallColumn, tmp_path: Path, changes: dict[str, Any]
) -> None:
    placed = {
        name: tmp_path / value if str(value).endswith(("yaml", "all.h5")) else value
        for name, value in changes.items()
    }
    job = ManyCells(column.settings(tmp_path, **placed))
    plan = job.plan()
    results = stored(job, plan)
    told = footprint(job.settings, plan, results[:2], np.array([2.0, 2.0]))
    job.write(plan)
    job.gather(plan, np.array([result.row for result in results]), [], results)
    assert told.inodes == len(list(tmp_path.rglob("*")))


def test_what_describes_cells_counts_without_morphologies_too(
    column: SmallColumn, tmp_path: Path
) -> None:
    """`--skip-write` leaves no morphology, but what it describes can be the greater part."""
    sizes, inodes = [], []
    for changes in ({}, {"out_debug_data": tmp_path / "debug.pkl"}):
        job = ManyCells(column.settings(tmp_path, skip_write=True, **changes))
        plan = job.plan()
        told = footprint(job.settings, plan, stored(job, plan)[:2], np.array([3.0, 1.0]))
        sizes.append(told.size_bytes)
        inodes.append(told.inodes)
        assert told.writing_s == 0.0
    kept = ("apical_points", "apical_sections", "debug_infos")
    assert sizes[1] - sizes[0] == 4 * sum(KEPT[name].nbytes for name in kept)
    assert inodes == [3, 4]
