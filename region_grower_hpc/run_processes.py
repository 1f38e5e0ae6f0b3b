"""The processes of one run, found by a variable of their environment, also once orphaned."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

#: Holds what is unique to a run; children inherit it.
MARKER = "RGHPC_KILL_TEST"
_RANK_VARIABLES = (b"PMI_RANK", b"OMPI_COMM_WORLD_RANK", b"PMIX_RANK")
#: What may be killed; `all` is every process at once.
LAUNCHER, FIRST_RANK, WORKER, CHILD, ALL = VICTIMS = (
    "launcher",
    "rank 0",
    "worker",
    "child",
    "all",
)


@dataclass(frozen=True)
class Process:
    """A living process of a run: one of LAUNCHER, FIRST_RANK, WORKER, CHILD."""

    pid: int
    role: str


def processes(marker: str) -> list[Process]:
    """Living processes of the run whose environment has this value of MARKER."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # Empty for a zombie, which is dead already.
            environment = (folder / "environ").read_bytes().split(b"\0")
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{MARKER}={marker}".encode() in environment:
            found.append(Process(int(folder.name), _role(words, environment)))
    return found


def _role(words: bytes, environment: list[bytes]) -> str:
    if b"engine.suspects" in words:
        return CHILD
    ranks = [
        value
        for variable, _, value in (entry.partition(b"=") for entry in environment)
        if variable in _RANK_VARIABLES
    ]
    if ranks:
        return FIRST_RANK if int(ranks[0]) == 0 else WORKER
    program = Path(words.split(b"\0")[0].decode(errors="replace")).name
    # mpiexec and its helpers, or what starts a run again.
    is_launcher = not program.startswith("python") or b"restarts.py" in words
    return LAUNCHER if is_launcher else FIRST_RANK


def strike(alive: list[Process], preferred: list[str], choices: random.Random) -> str:
    """SIGKILL what comes first in `preferred` and lives; its role, or "" if nothing was left."""
    for role in preferred:
        if role == ALL:
            victims = alive
        else:
            of_role = sorted(one.pid for one in alive if one.role == role)
            victims = [Process(choices.choice(of_role), role)] if of_role else []
        if sum([_kill(one.pid) for one in victims]):
            return role
    return ""


def kill_all(marker: str) -> None:
    """SIGKILL whatever is left of a run."""
    for one in processes(marker):
        _kill(one.pid)


def gone(marker: str, limit_s: float) -> bool:
    """Wait until no process of a run is left, at most until time.monotonic() is `limit_s`."""
    while processes(marker):
        if time.monotonic() > limit_s:
            return False
        time.sleep(0.1)
    return True


def evidence(marker: str) -> str:
    """Where the processes of a run hang, as far as the kernel tells."""
    words = []
    for one in processes(marker):
        folder = Path(f"/proc/{one.pid}")
        words.append(f"{one.pid} {one.role}")
        for name in ("comm", "wchan", "syscall", "stat", "stack"):
            with contextlib.suppress(OSError):
                words.append(f"  {name}: {(folder / name).read_text(errors='replace').strip()}")
    return "\n".join(words)


def _kill(pid: int) -> bool:
    try:
        if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in (
            "Z",
            "X",
        ):
            return False
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True
