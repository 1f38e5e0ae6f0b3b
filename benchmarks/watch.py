"""Look at the processes of a running command: CPU time before the first task, memory."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

import processes
from tools import Tool

N_PROCESSES = 2
INTERVAL_S = 0.02
#: Reading the memory map of a process costs it time, so that it is done less often.
MEMORY_EVERY = 10


class Watch:
    """Looks at the processes of a running command of N_PROCESSES processes.

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
