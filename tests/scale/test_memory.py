"""What rank 0 holds of each task, over the whole run: at most 100 bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from tests.scale.watch import Watched, watch

BYTES_A_TASK = 100
#: Of the command without tasks; and what does not grow with them, but that few tasks do not need.
N_TASKS = int(os.environ.get("SCALE_TASKS", "200000"))
FEW_TASKS = 20_000
#: Of a task: two headers of records, and its row.
BYTES_OF_JOURNAL = 88


def peaks(
    out: Path,
    n_tasks: int,
    n_ranks: int,
    *words: str,
    stop_when: Callable[[], bool] | None = None,
) -> Watched:
    # Arrays of some tasks go back to the system when they are let go, as those of many do.
    eager = {"MALLOC_MMAP_THRESHOLD_": "65536"}
    words = (str(out), "--n-tasks", str(n_tasks), "--log-level", "warning", *words)
    watched = watch(words, n_ranks, eager, stop_when=stop_when)
    assert watched.returncode in (0, ExitCode.STOPPED_EARLY), watched.stderr
    return watched


def bytes_a_task(watched: Watched, baseline: Watched) -> float:
    return round((watched.peak_bytes[0] - baseline.peak_bytes[0]) / (N_TASKS - FEW_TASKS), 1)


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize(
    ("n_ranks", "words"),
    [
        pytest.param(0, (), id="one process"),
        pytest.param(2, (), id="two ranks", marks=pytest.mark.mpi),
        pytest.param(3, ("--dispatch", "master"), id="master", marks=pytest.mark.mpi),
    ],
)
def test_rank_0_holds_at_most_100_bytes_a_task(
    tmp_path: Path, n_ranks: int, words: tuple[str, ...], figure: Callable[..., None]
) -> None:
    baseline = peaks(tmp_path / "few", FEW_TASKS, n_ranks, *words)
    watched = peaks(tmp_path / "many", N_TASKS, n_ranks, *words)
    assert watched.returncode == 0
    figure(tasks=N_TASKS, bytes_a_task=bytes_a_task(watched, baseline), wall_s=watched.wall_s)
    assert bytes_a_task(watched, baseline) <= BYTES_A_TASK
    total, n_failed = (tmp_path / "many" / "sum.txt").read_text().split()
    failing = range(77, N_TASKS, 1_000_003)
    assert int(n_failed) == len(failing)
    assert int(total) == N_TASKS * (N_TASKS - 1) // 2 - sum(failing)


@pytest.mark.timeout(14_400)
def test_a_resume_holds_no_more(tmp_path: Path, figure: Callable[..., None]) -> None:
    baseline = resumed(tmp_path / "few", FEW_TASKS)
    watched = resumed(tmp_path / "many", N_TASKS)
    figure(tasks=N_TASKS, bytes_a_task=bytes_a_task(watched, baseline), wall_s=watched.wall_s)
    assert bytes_a_task(watched, baseline) <= BYTES_A_TASK


def resumed(out: Path, n_tasks: int) -> Watched:
    """The second start of a run that was stopped half way."""

    def is_half_done() -> bool:
        journals = (path.stat().st_size for path in out.rglob("*.journal"))
        return sum(journals) > BYTES_OF_JOURNAL * n_tasks / 2

    first = peaks(out, n_tasks, 0, stop_when=is_half_done)
    assert first.returncode == ExitCode.STOPPED_EARLY, "the first start came to the end"
    watched = peaks(out, n_tasks, 0)
    assert watched.returncode == 0, watched.stderr
    return watched
