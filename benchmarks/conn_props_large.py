"""An extraction of 10^8 edges: time, and memory of each rank, which must hardly grow."""

from __future__ import annotations

from collections.abc import Iterator

from conn_props_inputs import write_case
from conn_props_tools import Extraction, run_ours
from report import Measure
from settings import Settings
from timed_command import tell
from watch import N_PROCESSES, Watch

N_FEW, N_MANY = 10_000_000, 100_000_000
QUICK_N_FEW, QUICK_N_MANY = 10_000, 20_000
CHUNK_EDGES, QUICK_CHUNK_EDGES = 1_000_000, 2_000
#: PSS of many edges / of few.
GOAL_GROWTH = 1.3
GROUP = f"Conn-props, many edges: {N_PROCESSES} ranks, --chunk-edges 1000000"
ROLES = (("rank 0", "main"), ("rank 1", "worker"))


def measure(settings: Settings) -> Iterator[Measure]:
    """Few edges and many; the circuit lies on the disk, as it is as large as memory."""
    sizes = (QUICK_N_FEW, QUICK_N_MANY) if settings.quick else (N_FEW, N_MANY)
    chunk = QUICK_CHUNK_EDGES if settings.quick else CHUNK_EDGES
    runs: list[tuple[Extraction, Watch]] = []
    for n_edges in sizes:
        folder = settings.work / f"conn-props-{n_edges}"
        tell(f"conn-props, many edges: making a circuit of {n_edges} edges")
        case = write_case(folder, n_edges, quick=settings.quick, has_index=False)
        tell(f"conn-props, many edges: {case.n_edges} edges")
        out = folder / "out"
        watch = Watch(settings.ours, out / "data.h5.rghpc" / "survey-edges" / "progress.jsonl")
        options = ["--chunk-edges", str(chunk)]
        run = run_ours(settings.ours, case, out, *options, n_processes=N_PROCESSES, watch=watch)
        case.edges.unlink()
        runs.append((run, watch))
        label = f"{case.n_edges} edges"
        yield Measure(GROUP, f"{label}: wall time", "s", [run.timing.wall_s])
        yield Measure(GROUP, f"{label}: CPU time of both ranks", "CPU s", [run.timing.cpu_s])
        rate = case.n_edges / run.timing.cpu_s
        yield Measure(GROUP, f"{label}: edges / CPU time", "1/s", [rate])
        for name, seconds in run.passes_s.items():
            yield Measure(GROUP, f"{label}: tasks of {name}, wall time", "s", [seconds])
        for name, role in ROLES:
            for what, found in (("PSS", watch.pss_mb), ("private memory", watch.private_mb)):
                samples = [found[role]] if role in found else []
                yield Measure(GROUP, f"{label}: {name}, largest {what}", "MB", samples)
    (_, few), (_, many) = runs
    for name, role in ROLES:
        growth = [many.pss_mb[role] / few.pss_mb[role]] if few.pss_mb and many.pss_mb else []
        yield Measure(
            GROUP, f"{name}, PSS of many edges / few", "", growth, goal=("<=", GOAL_GROWTH)
        )
