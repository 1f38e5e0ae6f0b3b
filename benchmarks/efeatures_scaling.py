"""Speed-up of an extraction by two ranks."""

from __future__ import annotations

from collections.abc import Iterator

from efeatures_inputs import recordings, write_case
from efeatures_tools import EfeaturesRun, run_ours
from report import Measure
from scaling import GOAL_SPEED_UP
from settings import Settings
from timed_command import tell

REPETITIONS = 3
#: copies of each of 3 cells: one rank of a fast core is busy for some 30 s
COPIES, QUICK_COPIES = 80, 1
GROUP = "Efeatures, two ranks against one: wall time, ranks on one machine"


def measure(settings: Settings) -> Iterator[Measure]:
    """Speed-up of the whole command and of the tasks, and how the CPU time grows."""
    copies = QUICK_COPIES if settings.quick else COPIES
    case = write_case(settings.work / "efeatures-scaling", recordings(settings.work), copies)
    runs: dict[int, list[EfeaturesRun]] = {1: [], 2: []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        for n_ranks in runs:
            tell(
                f"efeatures, scaling: {case.n_cells} cells, ranks: {n_ranks}, run {repetition + 1}"
            )
            run = run_ours(settings.ours, case, settings.work, n_processes=n_ranks)
            runs[n_ranks].append(run)
    pairs = list(zip(runs[1], runs[2], strict=True))
    for n_ranks, done in runs.items():
        what = f"T{n_ranks}, whole command, {done[0].n_recordings} recordings"
        yield Measure(GROUP, what, "s", [run.timing.wall_s for run in done])
    yield Measure(
        GROUP,
        "T1 / T2, whole command",
        "",
        [one.timing.wall_s / two.timing.wall_s for one, two in pairs],
        goal=(">=", GOAL_SPEED_UP),
    )
    for name in ("reading", "measuring"):
        samples = [one.passes_s[name] / two.passes_s[name] for one, two in pairs]
        yield Measure(GROUP, f"T1 / T2, tasks of {name} alone", "", samples)
    yield Measure(
        GROUP,
        "CPU time of 2 ranks / of 1",
        "",
        [two.timing.cpu_s / one.timing.cpu_s for one, two in pairs],
    )
