"""CPU time of whole commands in one process, split into start-up and cells."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cases import Case, column_case, population, shared_cases
from report import Measure
from settings import Settings
from timed_command import CommandFailedError, Timing, tell, timed
from tools import Tool

REPETITIONS = 3
#: ours/peer that counts as parity; the samples vary by some percent.
PARITY = 1.05
QUICK_CELLS = 3
COLUMN_CELLS = 200
GROUP = "CPU per cell: (command of N cells - command of its first cell) / (N - 1)"


def measure(settings: Settings) -> Iterator[Measure]:
    """Per case: CPU seconds a cell, and of the command for one cell, which is mostly start-up."""
    cases = shared_cases()
    if not cases:
        tell("../shared/data/synthesis is absent: the example's column stands for the three cases")
        cases = [column_case(settings.work, COLUMN_CELLS)]
    for case in cases:
        yield from _measure_case(settings, case)


def _measure_case(settings: Settings, case: Case) -> Iterator[Measure]:
    n_cells = QUICK_CELLS if settings.quick else case.n_cells
    one, many = (population(case, number, settings.work) for number in (1, n_cells))
    per_cell_s: dict[str, list[float]] = defaultdict(list)
    first_cell_s: dict[str, list[float]] = defaultdict(list)
    for tool in settings.tools:
        # the first start reads libraries from disk and compiles modules
        _run(settings, tool, case, one, 1)
    for repetition in range(settings.repetitions(REPETITIONS)):
        for tool in settings.tools:
            tell(f"CPU per cell: {case.name}, {n_cells} cells, {tool.name}, run {repetition + 1}")
            start = _run(settings, tool, case, one, 1)
            whole = _run(settings, tool, case, many, n_cells)
            first_cell_s[tool.name].append(start.cpu_s)
            per_cell_s[tool.name].append((whole.cpu_s - start.cpu_s) / (n_cells - 1))
    for what, samples, ratio_goal in (
        (f"{case.name}, N = {n_cells}: a cell", per_cell_s, ("<=", PARITY)),
        (f"{case.name}: command of one cell (start-up)", first_cell_s, None),
    ):
        yield Measure(GROUP, what, "CPU s", samples["ours"], samples["peer"], ratio_goal=ratio_goal)


def _run(settings: Settings, tool: Tool, case: Case, cells: Path, n_cells: int) -> Timing:
    out = settings.work / "out"
    out.mkdir()
    timing = timed(tool.synthesis(case, cells, out))
    n_written = len(list((out / "morphologies").rglob("*.h5")))
    if n_written != n_cells:
        # the times of unequal work must not be compared
        raise CommandFailedError(f"{tool.name}: {n_written} of {n_cells} morphologies written")
    shutil.rmtree(out)
    return timing
