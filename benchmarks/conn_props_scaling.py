"""Wall and CPU time of an extraction with one and with two ranks."""

from __future__ import annotations

from collections.abc import Iterator

from conn_props_inputs import folder_for, write_case
from conn_props_tools import Extraction, run_ours
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
N_EDGES, QUICK_N_EDGES = 10_000_000, 20_000
#: Passes in which the most time is spent.
PASSES = ("measure-blocks", "bin-values", "fit-pathways")
GROUP = "Conn-props, two ranks against one: ranks on one machine"


def measure(settings: Settings) -> Iterator[Measure]:
    """Speed-up of the whole command and of the tasks of passes, and how the CPU time grows."""
    n_edges = QUICK_N_EDGES if settings.quick else N_EDGES
    runs: dict[int, list[Extraction]] = {1: [], 2: []}
    with folder_for(settings.work, n_edges) as folder:
        tell(f"conn-props, scaling: making a circuit of {n_edges} edges")
        case = write_case(folder / "circuit", n_edges, quick=settings.quick, has_index=False)
        for number in range(settings.repetitions(REPETITIONS)):
            for n_ranks in runs:
                tell(
                    f"conn-props, scaling: {case.n_edges} edges, ranks: {n_ranks}, run {number + 1}"
                )
                out = folder / f"{n_ranks}-{number}"
                # Small enough for tasks to be shared, in a trial too.
                chunk = str(n_edges // 20)
                options = ["--chunk-edges", chunk]
                runs[n_ranks].append(
                    run_ours(settings.ours, case, out, *options, n_processes=n_ranks)
                )
    pairs = list(zip(runs[1], runs[2], strict=True))
    for n_ranks, done in runs.items():
        what = f"T{n_ranks}, whole command, {case.n_edges} edges"
        yield Measure(GROUP, what, "s", [run.timing.wall_s for run in done])
    ratios = [one.timing.wall_s / two.timing.wall_s for one, two in pairs]
    yield Measure(GROUP, "T1 / T2, whole command", "", ratios)
    for name in PASSES:
        samples = [one.passes_s[name] / two.passes_s[name] for one, two in pairs]
        yield Measure(GROUP, f"T1 / T2, tasks of {name}", "", samples)
    ratios = [two.timing.cpu_s / one.timing.cpu_s for one, two in pairs]
    yield Measure(GROUP, "CPU time of 2 ranks / of 1", "", ratios)
