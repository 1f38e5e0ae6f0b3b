"""Ends this process at a time, whatever it is inside of: a timer of the kernel, not of Python."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_CLOCK_MONOTONIC = 1
_SIGEV_SIGNAL = 0


class _SignalEvent(ctypes.Structure):
    """struct sigevent of Linux, 64 bytes."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("padding", ctypes.c_byte * 48),
    )


class _TimerTimes(ctypes.Structure):
    """struct itimerspec: interval and value, each in seconds and nanoseconds."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("i_s", "i_ns", "s", "ns"))


@contextmanager
def aborted_after(seconds: float) -> Iterator[None]:
    """Let the kernel send SIGABRT to this process if the block takes longer.

    Raises:
        OSError: the kernel has no timer left.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    timer = ctypes.c_void_p()
    event = _SignalEvent(None, signal.SIGABRT, _SIGEV_SIGNAL)
    if libc.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)):
        raise OSError(ctypes.get_errno(), "no timer for --task-timeout")
    whole = int(seconds)
    times = _TimerTimes(0, 0, whole, int((seconds - whole) * 1e9))
    libc.timer_settime(timer, 0, ctypes.byref(times), None)
    try:
        yield
    finally:
        libc.timer_delete(timer)
