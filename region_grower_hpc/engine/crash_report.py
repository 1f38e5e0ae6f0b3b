"""The death of a rank by its own fault, written into its journal by the dying process.

A segmentation fault, an abort and the like are the running task's: it is settled alone at the next
start, while the tasks that other ranks had in hand are not suspected. (A rank that somebody kills
writes nothing.)
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: How a report of faulthandler begins.
REPORT = b"Fatal Python error: "
_reports = False


@contextmanager
def crashes_reported(descriptor: int) -> Iterator[None]:
    """Write a report to the end of an open file if this process dies by its own fault.

    Args:
        descriptor: of the journal; nothing of it is buffered while a task runs. A process that is
            forked meanwhile writes no report: this one goes on writing records there.
    """
    global _reports
    was_enabled = faulthandler.is_enabled()
    faulthandler.enable(descriptor, all_threads=False)
    _reports = True
    try:
        yield
    finally:
        _reports = False
        faulthandler.disable()
        if was_enabled and sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)


def _after_fork() -> None:
    if _reports:
        faulthandler.disable()


os.register_at_fork(after_in_child=_after_fork)


def is_report(tail: memoryview) -> bool:
    """Whether what follows the last record of a journal is the report of a crash."""
    return bytes(tail[: len(REPORT)]) == REPORT
