"""Rate of an extraction without fits, of that of reading the same columns alone."""

from __future__ import annotations

from collections.abc import Iterator

from conn_props_inputs import folder_for, write_case
from conn_props_tools import plain_read_s, run_without_fits
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
N_EDGES, QUICK_N_EDGES = 10_000_000, 20_000
#: Rows that are read at a time, as many as our blocks have; 0: whole columns.
PIECES = {"whole columns": 0, "pieces of 1000000 edges": 1_000_000}
GOAL_WAY, GOAL_RATE = "whole columns", 20.0
GROUP = "Conn-props, reading: CPU time of one process"


def measure(settings: Settings) -> Iterator[Measure]:
    """Our rate against both ways of reading."""
    n_edges = QUICK_N_EDGES if settings.quick else N_EDGES
    with folder_for(settings.work, n_edges) as folder:
        tell(f"conn-props, reading: making a circuit of {n_edges} edges")
        case = write_case(folder / "circuit", n_edges, quick=settings.quick, has_index=False)
        ours_s = []
        read_s: dict[str, list[float]] = {way: [] for way in PIECES}
        for number in range(settings.repetitions(REPETITIONS)):
            tell(f"conn-props, reading: {case.n_edges} edges, run {number + 1}")
            timing = run_without_fits(settings.ours, case, folder / f"out-{number}")
            ours_s.append(timing.cpu_s)
            for way, piece in PIECES.items():
                read_s[way].append(min(plain_read_s(case, piece)))
    yield Measure(GROUP, f"{case.n_edges} edges: whole command without fits", "s", ours_s)
    for way, seconds in read_s.items():
        yield Measure(GROUP, f"{case.n_edges} edges: h5py alone, {way}", "s", seconds)
        yield Measure(
            GROUP,
            f"rate of ours / that of h5py, {way}",
            "%",
            [100.0 * read / ours for read, ours in zip(seconds, ours_s, strict=True)],
            goal=(">=", GOAL_RATE) if way == GOAL_WAY else None,
        )
