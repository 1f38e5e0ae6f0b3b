"""What a computing process costs before its first cell, and the memory it then holds."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator

from cases import column_case
from report import Measure
from settings import Settings
from timed_command import tell, timed
from tools import Tool
from watch import N_PROCESSES, Watch

REPETITIONS = 3
#: Some seconds of each tool, and enough to see the memory of ours at work.
N_CELLS = {"ours": 4_000, "peer": 40}
QUICK_CELLS = {"ours": 400, "peer": 8}
START_UP = "Computing process: start-up"
GOAL_START_S = 0.5
GOAL_PSS_MB = 120.0
#: than the peer
NOT_MORE = (">=", 1.0)
MEMORY = f"Computing process: memory, largest of a run of {N_PROCESSES} processes"


def measure(settings: Settings) -> Iterator[Measure]:
    """Import time, CPU from the start of a rank to its first task, and memory."""
    yield _imports(settings)
    watched: dict[str, list[Watch]] = defaultdict(list)
    sizes = QUICK_CELLS if settings.quick else N_CELLS
    for repetition in range(settings.repetitions(REPETITIONS)):
        for tool in settings.tools:
            n_cells = sizes[tool.name]
            tell(f"{N_PROCESSES} processes: {n_cells} cells, {tool.name}, run {repetition + 1}")
            watched[tool.name].append(_run(settings, tool, n_cells))
    ours, theirs = watched["ours"], watched["peer"]
    for what, role in (("rank 1", "worker"), ("rank 0 (plans, computes)", "main")):
        samples = [watch.start_up_s[role] for watch in ours if role in watch.start_up_s]
        goal = ("<=", GOAL_START_S) if role == "worker" else None
        yield Measure(START_UP, f"{what} to its first task", "CPU s", samples, goal=goal)
    for what, role in (
        ("worker (rank 1)", "worker"),
        ("main process (rank 0; of the peer: client, scheduler)", "main"),
    ):
        yield Measure(
            MEMORY,
            f"{what}: PSS without shared arrays",
            "MB",
            [watch.pss_mb[role] for watch in ours],
            [watch.pss_mb[role] for watch in theirs],
            goal=("<=", GOAL_PSS_MB) if role == "worker" else None,
            ratio_goal=NOT_MORE if role == "worker" else None,
        )
        yield Measure(
            MEMORY,
            f"{what}: private",
            "MB",
            [watch.private_mb[role] for watch in ours],
            [watch.private_mb[role] for watch in theirs],
        )


def _imports(settings: Settings) -> Measure:
    samples: dict[str, list[float]] = {"ours": [], "peer": []}
    tell("imports of a computing process")
    for _ in range(settings.repetitions(REPETITIONS)):
        for tool in settings.tools:
            samples[tool.name].append(timed([tool.python, "-c", tool.imports]).cpu_s)
    what = "python -c: imports and grower"
    goal = ("<=", GOAL_START_S)
    return Measure(START_UP, what, "CPU s", samples["ours"], samples["peer"], goal, NOT_MORE)


def _run(settings: Settings, tool: Tool, n_cells: int) -> Watch:
    case = column_case(settings.work, n_cells)
    out = settings.work / "out"
    out.mkdir()
    state = out / "state"
    watch = Watch(tool, state / "progress.jsonl")
    options: list[str] = []
    if tool.name == "ours":
        options = ["--state-dir", str(state), "--container", "shards"]
    timed(tool.synthesis(case, case.cells, out, *options, n_processes=N_PROCESSES), watch=watch)
    shutil.rmtree(out)
    return watch
