"""Speed-up of two ranks: none of them only hands out work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from cases import Case, column_case
from report import Measure
from settings import Settings
from timed_command import Timing, tell, timed

REPETITIONS = 3
#: One rank of a fast core is busy for more than 30 s; its output takes 100 kB a cell.
N_CELLS, QUICK_CELLS = 24_000, 100
GOAL_SPEED_UP = 1.9
GROUP = "Two ranks against one: wall time, ranks on one machine"


@dataclass(frozen=True)
class ScalingRun:
    """One run: the whole command, and the time in which tasks were done."""

    timing: Timing
    tasks_s: float


def measure(settings: Settings) -> Iterator[Measure]:
    """Speed-up with and without start-up, and how the CPU time grows."""
    n_cells = QUICK_CELLS if settings.quick else N_CELLS
    case = column_case(settings.work, n_cells)
    one: list[ScalingRun] = []
    two: list[ScalingRun] = []
    for repetition in range(settings.repetitions(REPETITIONS)):
        for n_ranks, runs in ((1, one), (2, two)):
            tell(f"scaling: {n_cells} cells, ranks: {n_ranks}, run {repetition + 1}")
            runs.append(_run(settings, case, n_ranks))
    pairs = list(zip(one, two, strict=True))
    yield Measure(
        GROUP, f"T1, whole command, {n_cells} cells", "s", [run.timing.wall_s for run in one]
    )
    yield Measure(GROUP, "T2, whole command", "s", [run.timing.wall_s for run in two])
    yield Measure(
        GROUP,
        "T1 / T2, whole command",
        "",
        [a.timing.wall_s / b.timing.wall_s for a, b in pairs],
        goal=(">=", GOAL_SPEED_UP),
    )
    yield Measure(GROUP, "T1 / T2, tasks alone", "", [a.tasks_s / b.tasks_s for a, b in pairs])
    # Above 1 where cores share caches, memory and clock: a loss that no program can avoid.
    yield Measure(
        GROUP, "CPU time of 2 ranks / of 1", "", [b.timing.cpu_s / a.timing.cpu_s for a, b in pairs]
    )


def _run(settings: Settings, case: Case, n_ranks: int) -> ScalingRun:
    out = settings.work / "out"
    out.mkdir()
    state = out / "state"
    options = ["--container", "shards", "--state-dir", str(state)]
    timing = timed(settings.ours.synthesis(case, case.cells, out, *options, n_processes=n_ranks))
    lines = (state / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    times_s = {event["event"]: event["time"] for event in map(json.loads, lines)}
    shutil.rmtree(out)
    return ScalingRun(timing, times_s["end"] - times_s["start"])
