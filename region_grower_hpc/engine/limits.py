"""Bounds on what one task may take: private memory and time.

A task that exceeds a bound inside a rank is only suspected: other ranks may have crowded it. It
is settled alone in a child process (suspects.py).
"""

from __future__ import annotations

import faulthandler
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from region_grower_hpc.engine.memory import Memory
from region_grower_hpc.engine.watchdog import aborted_after
from region_grower_hpc.errors import InvalidInputError

#: A task that does not react to the alarm (it is inside a C library) aborts the rank after this
#: many times its limit, and a second; the log tells where it is half a second before.
PATIENCE = 3.0


class TaskTimeout(BaseException):
    """The task took longer than --task-timeout; no `except Exception` on its way stops it."""


@dataclass(frozen=True)
class TaskLimits:
    """What one task may take in a rank.

    Attributes:
        memory_mb: private memory of the process; shared and file-backed memory do not count
            (RLIMIT_DATA of Linux). None for no bound.
        time_s: None for no bound.
    """

    memory_mb: float | None = None
    time_s: float | None = None

    def check(self) -> None:
        """Raise InvalidInputError if the process holds more before its first task."""
        if self.memory_mb is None:
            return
        held_mb = Memory.of_this_process().data_mb
        if held_mb >= self.memory_mb:
            raise InvalidInputError(
                f"--memory-limit-per-rank {self.memory_mb:g} MB is below the {held_mb:.0f} MB that "
                "a rank holds before its first task"
            )

    @contextmanager
    def around_task(self) -> Iterator[None]:
        """Run one task: MemoryError or TaskTimeout where it takes more."""
        with _memory_bound(self.memory_mb), _time_bound(self.time_s):
            yield


@contextmanager
def _memory_bound(limit_mb: float | None) -> Iterator[None]:
    if limit_mb is None:
        yield
        return
    former = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit_mb * 1e6), former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, former)


@contextmanager
def _time_bound(limit_s: float | None) -> Iterator[None]:
    if limit_s is None:
        yield
        return
    inside = True

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if inside:
            raise TaskTimeout(f"longer than {limit_s:g} s")

    signal.signal(signal.SIGALRM, interrupt)
    # It needs no interpreter lock: it ends a rank whose C library never returns. The alarm may come
    # anywhere up to `inside = False`, so that what must be undone is around it.
    with _traceback_after(PATIENCE * limit_s + 0.5), aborted_after(PATIENCE * limit_s + 1.0):
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        try:
            yield
        finally:
            inside = False
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _traceback_after(seconds: float) -> Iterator[None]:
    """Tell in the log where the process is if the block takes longer."""
    faulthandler.dump_traceback_later(seconds)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
