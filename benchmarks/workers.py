"""What a computing process costs before its first cell, and the memory it then holds."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import processes
from cases import column_case
from report import Measure
from settings import Settings
from timed_command import tell, timed
from tools import Tool

REPETITIONS = 3
N_CELLS, QUICK_CELLS = 60, 8
N_PROCESSES = 2
INTERVAL_S = 0.02
#: Reading the memory map of a process costs it time, so that it is done less often.
MEMORY_EVERY = 10
START_UP = "Computing process: start-up"
#: than the peer
NOT_MORE = ("<=", 1.0)
MEMORY = f"Computing process: memory, largest of a run of {N_PROCESSES} processes"


def measure(settings: Settings) -> Iterator[Measure]:
    """Import time, CPU from the start of a rank to its first task, and memory."""
    yield _imports(settings)
    watched: dict[str, list[Watch]] = defaultdict(list)
    n_cells = QUICK_CELLS if settings.quick else N_CELLS
    for repetition in range(settings.repetitions(REPETITIONS)):
        for tool in settings.tools:
            tell(f"{N_PROCESSES} processes: {n_cells} cells, {tool.name}, run {repetition + 1}")
            watched[tool.name].append(_run(settings, tool, n_cells))
    ours, theirs = watched["ours"], watched["peer"]
    for what, role in (("rank 1", "worker"), ("rank 0 (plans, computes)", "main")):
        samples = [watch.start_up_s[role] for watch in ours if role in watch.start_up_s]
        yield Measure(START_UP, f"{what} to its first task", "CPU s", samples)
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
    return Measure(START_UP, what, "CPU s", samples["ours"], samples["peer"], ratio_goal=NOT_MORE)


class Watch:
    """Looks at the processes of a running command.

    Attributes:
        start_up_s: CPU time by role ("main", "worker") when the first task began; ours alone.
        pss_mb, private_mb: largest by role, of moments at which all processes were there.
    """

    def __init__(self, tool: Tool, progress: Path) -> None:
        self._tool = tool
        self._progress = progress
        self.start_up_s: dict[str, float] = {}
        self.pss_mb: dict[str, float] = defaultdict(float)
        self.private_mb: dict[str, float] = defaultdict(float)

    def __call__(self, pid: int) -> None:
        """Look until the command has ended."""
        round_number = 0
        while processes.cpu_s(pid) is not None:
            roles = self._roles(pid)
            if not self.start_up_s and self._progress.exists():
                self.start_up_s = {
                    role: processes.cpu_s(member) or 0.0 for role, member in roles.items()
                }
            if round_number % MEMORY_EVERY == 0 and len(roles) == 2:
                self._look_at_memory(roles)
            round_number += 1
            time.sleep(INTERVAL_S)

    def _roles(self, pid: int) -> dict[str, int]:
        """The main process and one worker; fewer while they are not all there."""
        members = processes.descendants(pid)
        if self._tool.name == "ours":
            ranks = {processes.environment(member).get("PMI_RANK"): member for member in members}
            names = {"main": "0", "worker": "1"}
            return {role: ranks[rank] for role, rank in names.items() if rank in ranks}
        workers = [member for member in members if "spawn_main" in processes.command_line(member)]
        if len(workers) < N_PROCESSES:
            return {}
        return {"main": pid, "worker": workers[0]}

    def _look_at_memory(self, roles: dict[str, int]) -> None:
        found = {role: processes.memory(member) for role, member in roles.items()}
        for role, memory in found.items():
            if memory is not None and None not in found.values():
                self.pss_mb[role] = max(self.pss_mb[role], memory.proportional_mb)
                self.private_mb[role] = max(self.private_mb[role], memory.private_mb)


def _run(settings: Settings, tool: Tool, n_cells: int) -> Watch:
    case = column_case(settings.work, n_cells)
    out = settings.work / "out"
    out.mkdir()
    state = out / "state"
    watch = Watch(tool, state / "progress.jsonl")
    options = ["--state-dir", str(state)] if tool.name == "ours" else []
    timed(tool.synthesis(case, case.cells, out, *options, n_processes=N_PROCESSES), watch=watch)
    shutil.rmtree(out)
    return watch
