"""Many results of 5 kB through journals and shards: memory does not grow, files stay few."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from tests.scale.watch import Watched, watch

N_RESULTS = int(os.environ.get("SCALE_RESULTS", "20000"))
FEW_RESULTS = 4_000
RESULT_BYTES = 5_000
#: Rank 0 holds the plan of N_RESULTS tasks; none of the 5,000 bytes of a result may stay.
BYTES_A_RESULT = 100
SLACK_BYTES = 4 << 20


def do(out: Path, n_results: int, *words: str) -> Watched:
    return watch(
        [
            *(str(out), "--n-tasks", str(n_results), "--result-bytes", str(RESULT_BYTES)),
            *("--log-level", "warning", *words),
        ],
        2,
    )


def inodes(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("*"))


@pytest.mark.mpi
@pytest.mark.timeout(14_400)
def test_memory_and_files_stay_bounded(tmp_path: Path, figure: Callable[..., None]) -> None:
    few = do(tmp_path / "few", FEW_RESULTS)
    limit_s = str(max(3.0, 30e-6 * N_RESULTS))
    first = do(tmp_path / "many", N_RESULTS, "--time-limit", limit_s)
    assert first.returncode in (0, ExitCode.STOPPED_EARLY), first.stderr
    # Journals of two ranks and their folders, and a few files of the state.
    assert inodes(tmp_path / "many" / ".rghpc") <= 20
    many = do(tmp_path / "many", N_RESULTS)
    assert many.returncode == few.returncode == 0, many.stderr
    figure(
        results=N_RESULTS,
        wall_s=many.wall_s,
        more_mb_than_with_few=(many.peak_bytes[0] - few.peak_bytes[0]) / 1e6,
        files=inodes(tmp_path / "many"),
    )
    allowed = SLACK_BYTES + BYTES_A_RESULT * (N_RESULTS - FEW_RESULTS)
    for rank in (0, 1):
        for watched in (first, many):
            assert watched.peak_bytes[rank] - few.peak_bytes[rank] <= allowed
    n_shards = -(-N_RESULTS // max(100, -(-N_RESULTS // 10_000)))
    assert len(list((tmp_path / "many" / "shards").iterdir())) == n_shards <= 10_000
    assert inodes(tmp_path / "many") <= n_shards + 20
    size = sum(path.stat().st_size for path in (tmp_path / "many" / "shards").iterdir())
    n_failed = len(range(77, N_RESULTS, 1_000_003))
    assert size == (N_RESULTS - n_failed) * RESULT_BYTES
