"""Memory and CPU time of running processes, from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Memory of a process, MB of 10^6 bytes, without memory shared by intent (/dev/shm).

    Attributes:
        proportional_mb: PSS: pages that n processes map count 1/n.
        private_mb: what no other process maps: what one more process adds.
    """

    proportional_mb: float
    private_mb: float


def descendants(pid: int) -> list[int]:
    """Process ids below a process, itself included."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for parent in found:  # grows while it is read: breadth first
        found += children.get(parent, [])
    return found


def environment(pid: int) -> dict[str, str]:
    """The variables a process was started with; none once it has ended."""
    try:
        text = (PROC / str(pid) / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    pairs = (entry.partition("=") for entry in text.split("\0") if entry)
    return {name: value for name, _, value in pairs}


def command_line(pid: int) -> str:
    """Program and arguments; empty once it has ended."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def cpu_s(pid: int) -> float | None:
    """User and system time of all threads; None once it has ended."""
    fields = _stat(pid)
    return None if fields is None else (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S


def memory(pid: int) -> Memory | None:
    """The memory of a process; None once it has ended."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    if "Pss" not in kilobytes:
        return None
    return Memory(
        1024e-6 * (kilobytes["Pss"] - kilobytes.get("Pss_Shmem", 0)),
        1024e-6 * (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]),
    )


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat after the name: state, parent, ...; None once it has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
