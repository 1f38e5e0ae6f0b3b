"""The example's column with many cells, on two cores: what a user of a workstation sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cases import column_case
from report import Measure
from settings import Settings
from timed_command import Timing, tell, timed
from watch import N_PROCESSES, Watch
from workers import GOAL_PSS_MB

REPETITIONS = 3
N_CELLS, QUICK_CELLS = 10_000, 400
#: cells a second of a core, start-up, plan, journals and containers included
GOAL_CELLS_PER_S = 100.0
ROLES = (("rank 0", "main"), ("rank 1", "worker"))


@dataclass(frozen=True)
class ExampleRun:
    """What one run cost, and left on the disk."""

    timing: Timing
    watch: Watch
    output_mb: float


def measure(settings: Settings) -> Iterator[Measure]:
    """Cells a second, size of the output, memory of both ranks."""
    n_cells = QUICK_CELLS if settings.quick else N_CELLS
    group = f"Example: {n_cells} cells of examples/synthesis to shards, {N_PROCESSES} ranks"
    runs = []
    for repetition in range(settings.repetitions(REPETITIONS)):
        tell(f"example: {n_cells} cells, {N_PROCESSES} ranks, run {repetition + 1}")
        runs.append(_run(settings, n_cells))
    yield Measure(group, "whole command", "s wall", [run.timing.wall_s for run in runs])
    yield Measure(
        group,
        "cells / CPU time of the whole command",
        "1/s",
        [n_cells / run.timing.cpu_s for run in runs],
        goal=(">=", GOAL_CELLS_PER_S),
    )
    yield Measure(
        group,
        f"cells / ({N_PROCESSES} x wall time)",
        "1/s",
        [n_cells / (N_PROCESSES * run.timing.wall_s) for run in runs],
        goal=(">=", GOAL_CELLS_PER_S),
    )
    yield Measure(group, "all outputs on the disk", "MB", [run.output_mb for run in runs])
    for name, role in ROLES:
        what = f"{name}: largest PSS without shared arrays"
        goal = ("<=", GOAL_PSS_MB) if role == "worker" else None
        yield Measure(group, what, "MB", [run.watch.pss_mb[role] for run in runs], goal=goal)
        what = f"{name}: largest private memory"
        yield Measure(group, what, "MB", [run.watch.private_mb[role] for run in runs])


def _run(settings: Settings, n_cells: int) -> ExampleRun:
    case, tool = column_case(settings.work, n_cells), settings.ours
    out = settings.work / "out"
    out.mkdir()
    state = out / "state"
    watch = Watch(tool, state / "progress.jsonl")
    options = ["--container", "shards", "--state-dir", str(state)]
    command = tool.synthesis(case, case.cells, out, *options, n_processes=N_PROCESSES)
    timing = timed(command, watch=watch)
    output_mb = 1e-6 * sum(_size_bytes(path) for path in out.rglob("*"))
    shutil.rmtree(out)
    return ExampleRun(timing, watch, output_mb)


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
