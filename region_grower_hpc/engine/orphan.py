"""A process of ours ends when the process that started it dies: nobody else would end it.

A launcher has a helper on each node, which kills the ranks when one of them fails. If the helper is
killed, the ranks run on; then the failure of one leaves the others waiting for ever.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from region_grower_hpc.errors import ExitCode

#: How often to look whether the parent lives.
LOOK_S = 1.0
_PR_SET_PDEATHSIG = 1


@functools.cache
def end_with_parent() -> None:
    """Watch the parent from now on in a thread; when it dies, so does this process, at once.

    What is finished is in the journals, so that the same command continues. (The kernel's own way,
    as in `be_child`, goes by the thread of the launcher that started this rank, which may end.)
    """
    parent = os.getppid()
    watch = threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent")
    watch.start()
    # In MPI_Finalize, which comes after all, the thread is gone.
    atexit.register(_let_kernel_send, signal.SIGKILL)


@contextmanager
def tied_to_parent() -> Iterator[None]:
    """As `end_with_parent`, for a short call that holds the interpreter, so that no thread runs."""
    _let_kernel_send(signal.SIGKILL)
    try:
        yield
    finally:
        _let_kernel_send(0)


def be_child() -> None:
    """In a child process of a rank: signals are for the rank, and its death is this one's."""
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    _let_kernel_send(signal.SIGKILL)


def _let_kernel_send(number: int) -> None:
    """The signal that this process gets when its parent dies; 0 for none."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _watch(parent: int) -> None:
    # A process whose parent has died gets another one.
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    # No message: the dead parent was to pass it on.
    os._exit(ExitCode.INTERNAL)
