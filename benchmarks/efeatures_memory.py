"""Memory of both ranks of an extraction: it must not grow with the number of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from efeatures_inputs import EfeaturesCase, recordings, write_case
from efeatures_tools import PASSES, run_ours
from report import Measure
from settings import Settings
from timed_command import tell
from watch import N_PROCESSES, Watch

REPETITIONS = 3
#: copies of each of 3 cells
FEW_COPIES, MANY_COPIES = 10, 80
QUICK_FEW_COPIES, QUICK_MANY_COPIES = 1, 2
#: PSS of many cells / of few: what is kept of a recording is small beside a process
GOAL_GROWTH = 1.1
GROUP = f"Efeatures, memory: largest PSS without shared arrays, {N_PROCESSES} ranks"


def measure(settings: Settings) -> Iterator[Measure]:
    """PSS of both ranks with few and with many cells."""
    source = recordings(settings.work)
    copies = (FEW_COPIES, MANY_COPIES)
    if settings.quick:
        copies = (QUICK_FEW_COPIES, QUICK_MANY_COPIES)
    few, many = (
        write_case(settings.work / f"efeatures-memory-{number}", source, number)
        for number in copies
    )
    watches: dict[int, list[Watch]] = {few.n_cells: [], many.n_cells: []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        for case in (few, many):
            tell(f"efeatures, memory: {case.n_cells} cells, run {repetition + 1}")
            watches[case.n_cells].append(_run(settings, case))
    for rank, role in ((0, "main"), (1, "worker")):
        for case in (few, many):
            seen = watches[case.n_cells]
            samples = [watch.pss_mb[role] for watch in seen if role in watch.pss_mb]
            what = f"rank {rank}, {case.n_cells} cells, {case.n_entries} entries"
            yield Measure(GROUP, what, "MB", samples)
        pairs = zip(watches[few.n_cells], watches[many.n_cells], strict=True)
        growth = [b.pss_mb[role] / a.pss_mb[role] for a, b in pairs if a.pss_mb and b.pss_mb]
        what = f"rank {rank}, many cells / few"
        yield Measure(GROUP, what, "", growth, goal=("<=", GOAL_GROWTH))


def _run(settings: Settings, case: EfeaturesCase) -> Watch:
    watches: list[Watch] = []

    def watch(out: Path) -> Callable[[int], None]:
        watches.append(Watch(settings.ours, out / PASSES["reading"] / "progress.jsonl"))
        return watches[0]

    run_ours(settings.ours, case, settings.work, n_processes=N_PROCESSES, watch=watch)
    return watches[0]
