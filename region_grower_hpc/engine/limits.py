"""Bounds on what one task may take: private memory and time.

A task that exceeds a bound inside a rank is only suspected: other ranks may have crowded it. It
is settled alone in a child process (suspects.py).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from region_grower_hpc.errors import InvalidInputError

#: A task that does not react to the alarm (it is inside a C library) ends the rank after this
#: many times its limit.
PATIENCE = 3.0


class TaskTimeout(Exception):
    """The task took longer than --task-timeout."""


@contextmanager
def memory_limit(limit_mb: float | None) -> Iterator[None]:
    """Bound the private memory of this process: allocations beyond it raise MemoryError.

    Shared and file-backed memory do not count (RLIMIT_DATA of Linux).

    Raises:
        InvalidInputError: the process holds more already.
    """
    if limit_mb is None:
        yield
        return
    held_mb = private_memory_mb()
    if held_mb >= limit_mb:
        raise InvalidInputError(
            f"--memory-limit-per-rank {limit_mb:g} MB is below the {held_mb:.0f} MB that a rank "
            "holds before its first task"
        )
    former = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit_mb * 1e6), former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, former)


def private_memory_mb() -> float:
    """Private writable memory of this process (VmData), MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


class TaskTimer:
    """Raises TaskTimeout in a task that takes too long; ends the rank if that has no effect.

    Args:
        limit_s: None for no limit.
        on_stuck: called from a thread, with the task, before the rank is ended.
    """

    def __init__(self, limit_s: float | None, on_stuck: Callable[[int], None]) -> None:
        self._limit_s = limit_s
        self._on_stuck = on_stuck
        self._current: tuple[int, float] | None = None
        if limit_s is not None:
            signal.signal(signal.SIGALRM, self._raise)
            threading.Thread(target=self._watch, daemon=True, name="task-timer").start()

    @contextmanager
    def task(self, task: int) -> Iterator[None]:
        """Time the block as one task."""
        if self._limit_s is None:
            yield
            return
        self._current = (task, time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, self._limit_s)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._current = None

    def _raise(self, _number: int, _frame: FrameType | None) -> None:
        if self._current is not None:
            raise TaskTimeout

    def _watch(self) -> None:
        if self._limit_s is None:
            return
        patience_s = PATIENCE * self._limit_s + 1.0
        while True:
            time.sleep(min(1.0, self._limit_s))
            current = self._current
            if current is not None and time.monotonic() - current[1] > patience_s:
                self._on_stuck(current[0])
                print(
                    f"task {current[0]} does not end and cannot be interrupted: this rank is "
                    "ended; the same command continues and settles the task alone",
                    file=sys.stderr,
                    flush=True,
                )
                os._exit(1)
