"""What edges in random order cost more than sorted ones: they are sorted by blocks first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from conn_props_inputs import folder_for, write_case
from conn_props_tools import ALLOWED, Extraction, run_ours
from report import Measure
from settings import Settings
from timed_command import CommandFailedError, tell

REPETITIONS = 3
N_EDGES, QUICK_N_EDGES = 1_000_000, 20_000
#: Edges of a block: several of them, so that sorting has something to do.
CHUNK_SHARE = 8
GROUP = "Conn-props, edges in random order: whole command in one process, 8 blocks"


def measure(settings: Settings) -> Iterator[Measure]:
    """CPU time with sorted and unsorted edges, and their ratio."""
    n_edges = QUICK_N_EDGES if settings.quick else N_EDGES
    runs: dict[str, list[Extraction]] = {"sorted": [], "unsorted": []}
    with folder_for(settings.work, 2 * n_edges) as folder:
        tell(f"conn-props, unsorted: making circuits of {n_edges} edges")
        cases = {
            order: write_case(
                folder / order,
                n_edges,
                quick=settings.quick,
                has_index=False,
                is_sorted=order == "sorted",
            )
            for order in runs
        }
        for number in range(settings.repetitions(REPETITIONS)):
            for order, case in cases.items():
                tell(f"conn-props, unsorted: {case.n_edges} {order} edges, run {number + 1}")
                out = folder / f"{order}-{number}"
                chunk = str(n_edges // CHUNK_SHARE)
                runs[order].append(run_ours(settings.ours, case, out, "--chunk-edges", chunk))
    _check(*(of_order[0] for of_order in runs.values()))
    for order, of_order in runs.items():
        what = f"{cases[order].n_edges} edges, {order}"
        yield Measure(GROUP, what, "CPU s", [run.timing.cpu_s for run in of_order])
    pairs = zip(runs["sorted"], runs["unsorted"], strict=True)
    ratios = [b.timing.cpu_s / a.timing.cpu_s for a, b in pairs]
    yield Measure(GROUP, "unsorted / sorted", "", ratios)


def _check(one: Extraction, other: Extraction) -> None:
    """Both orders must have the same numbers, but for rounding."""
    for name, allowed in ALLOWED.items():
        found, expected = one.arrays[name], other.arrays[name]
        if not np.allclose(found, expected, rtol=allowed, atol=0.0, equal_nan=True):
            raise CommandFailedError(f"{name} of unsorted edges is not that of sorted ones")
