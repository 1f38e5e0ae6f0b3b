"""Memory of both ranks of a clone run: it must not grow with the number of clones."""

from __future__ import annotations

from collections.abc import Iterator

from clone_inputs import CloneCase, write_case
from clone_parents import column_parents
from clone_tools import count_points, discard, new_folder, our_command
from report import Measure
from settings import Settings
from timed_command import tell, timed
from watch import N_PROCESSES, Watch

REPETITIONS = 3
#: clones of each of 8 candidates
FEW_EACH, MANY_EACH = 125, 2_500
QUICK_FEW_EACH, QUICK_MANY_EACH = 10, 20
#: PSS of many clones / of few: what is kept of a clone is small beside a process
GOAL_GROWTH = 1.1
GROUP = f"Clone, memory: largest PSS without shared arrays, {N_PROCESSES} ranks"


def measure(settings: Settings) -> Iterator[Measure]:
    """PSS of both ranks with few and with many clones."""
    parents = column_parents(settings)
    few, many = (
        write_case(settings.work / f"clone-memory-{each}", parents, each)
        for each in ((QUICK_FEW_EACH, QUICK_MANY_EACH) if settings.quick else (FEW_EACH, MANY_EACH))
    )
    watches: dict[int, list[Watch]] = {few.n_clones: [], many.n_clones: []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        for case in (few, many):
            tell(f"clone, memory: {case.n_clones} clones, run {repetition + 1}")
            watches[case.n_clones].append(_run(settings, case))
    for rank, role in ((0, "main"), (1, "worker")):
        for n_clones, seen in watches.items():
            samples = [watch.pss_mb[role] for watch in seen if role in watch.pss_mb]
            yield Measure(GROUP, f"rank {rank}, {n_clones} clones", "MB", samples)
        pairs = zip(watches[few.n_clones], watches[many.n_clones], strict=True)
        growth = [b.pss_mb[role] / a.pss_mb[role] for a, b in pairs if a.pss_mb and b.pss_mb]
        what = f"rank {rank}, many clones / few"
        yield Measure(GROUP, what, "", growth, goal=("<=", GOAL_GROWTH))


def _run(settings: Settings, case: CloneCase) -> Watch:
    out = new_folder(settings.work)
    state = out.with_name("state")
    watch = Watch(settings.ours, state / "progress.jsonl")
    options = ["--no-release", "--container", "shards", "--state-dir", str(state)]
    timed(our_command(settings.ours, case, out, *options, n_processes=N_PROCESSES), watch=watch)
    count_points("ours", case, out / "clone")
    discard(out)
    return watch
