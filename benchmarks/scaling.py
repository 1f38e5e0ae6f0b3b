"""Efficiency of two ranks: none of them only hands out work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from cases import Case, column_case
from report import Measure
from settings import Settings
from timed_command import Timing, tell, timed

REPETITIONS = 5
#: Two ranks of fast cores compute for 30 s.
N_CELLS, QUICK_CELLS = 600, 8
GOAL = 0.95
GROUP = "Two ranks against one: T1 / (2 T2), wall time, ranks on one machine"


@dataclass(frozen=True)
class ScalingRun:
    """One run: the whole command, and the time in which tasks were done."""

    timing: Timing
    tasks_s: float


def measure(settings: Settings) -> Iterator[Measure]:
    """Efficiency with and without start-up, and how the CPU time grows."""
    case = column_case(settings.work, QUICK_CELLS if settings.quick else N_CELLS)
    one: list[ScalingRun] = []
    two: list[ScalingRun] = []
    for repetition in range(settings.repetitions(REPETITIONS)):
        for n_ranks, runs in ((1, one), (2, two)):
            tell(f"scaling: {case.n_cells} cells, ranks: {n_ranks}, run {repetition + 1}")
            runs.append(_run(settings, case, n_ranks))
    pairs = list(zip(one, two, strict=True))
    yield Measure(GROUP, "T1, whole command", "s", [run.timing.wall_s for run in one])
    yield Measure(GROUP, "T2, whole command", "s", [run.timing.wall_s for run in two])
    yield Measure(
        GROUP,
        "efficiency, whole command",
        "",
        [a.timing.wall_s / (2 * b.timing.wall_s) for a, b in pairs],
    )
    yield Measure(
        GROUP,
        "efficiency, tasks alone",
        "",
        [a.tasks_s / (2 * b.tasks_s) for a, b in pairs],
        goal=(">=", GOAL),
    )
    # Above 1 where cores share caches, memory and clock: a loss that no program can avoid.
    yield Measure(
        GROUP, "CPU time of 2 ranks / of 1", "", [b.timing.cpu_s / a.timing.cpu_s for a, b in pairs]
    )


def _run(settings: Settings, case: Case, n_ranks: int) -> ScalingRun:
    out = settings.work / "out"
    out.mkdir()
    state = out / "state"
    tool = settings.ours
    command = tool.synthesis(case, case.cells, out, "--state-dir", str(state), n_processes=n_ranks)
    timing = timed(command)
    lines = (state / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    times_s = {event["event"]: event["time"] for event in map(json.loads, lines)}
    shutil.rmtree(out)
    return ScalingRun(timing, times_s["end"] - times_s["start"])
