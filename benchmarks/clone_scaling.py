"""Speed-up of a clone run by two ranks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from clone_inputs import CloneCase, write_case
from clone_parents import column_parents
from clone_tools import count_points, discard, new_folder, our_command
from report import Measure
from scaling import GOAL_SPEED_UP
from settings import Settings
from timed_command import Timing, tell, timed

REPETITIONS = 5
#: clones of each of 8 candidates: one rank of a fast core is busy for some 30 s
EACH, QUICK_EACH = 4_000, 10
GROUP = "Clone, two ranks against one: wall time, ranks on one machine"


@dataclass(frozen=True)
class CloneScalingRun:
    """One run: the whole command, and the time in which tasks were done."""

    timing: Timing
    tasks_s: float


def measure(settings: Settings) -> Iterator[Measure]:
    """Speed-up with and without start-up, and how the CPU time grows."""
    each = QUICK_EACH if settings.quick else EACH
    case = write_case(settings.work / "clone-scaling", column_parents(settings), each)
    runs: dict[int, list[CloneScalingRun]] = {1: [], 2: []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        for n_ranks in runs:
            tell(f"clone, scaling: {case.n_clones} clones, ranks: {n_ranks}, run {repetition + 1}")
            runs[n_ranks].append(_run(settings, case, n_ranks))
    pairs = list(zip(runs[1], runs[2], strict=True))
    for n_ranks in runs:
        what = f"T{n_ranks}, whole command, {case.n_clones} clones to shards"
        yield Measure(GROUP, what, "s", [run.timing.wall_s for run in runs[n_ranks]])
    yield Measure(
        GROUP,
        "T1 / T2, whole command",
        "",
        [one.timing.wall_s / two.timing.wall_s for one, two in pairs],
        goal=(">=", GOAL_SPEED_UP),
    )
    yield Measure(
        GROUP, "T1 / T2, tasks alone", "", [one.tasks_s / two.tasks_s for one, two in pairs]
    )
    yield Measure(
        GROUP,
        "CPU time of 2 ranks / of 1",
        "",
        [two.timing.cpu_s / one.timing.cpu_s for one, two in pairs],
    )


def _run(settings: Settings, case: CloneCase, n_ranks: int) -> CloneScalingRun:
    out = new_folder(settings.work)
    state = out.with_name("state")
    options = ["--no-release", "--container", "shards", "--state-dir", str(state)]
    timing = timed(our_command(settings.ours, case, out, *options, n_processes=n_ranks))
    count_points("ours", case, out / "clone")
    lines = (state / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    times_s = {event["event"]: event["time"] for event in map(json.loads, lines)}
    discard(out)
    return CloneScalingRun(timing, times_s["end"] - times_s["start"])
