"""The engine of this process, for which eFEL keeps its state."""

from __future__ import annotations

import ctypes
from functools import cache

from region_grower_hpc.efeatures.efel_engine import Engine

#: Names of glibc's settings in malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Far above what a trace and its interpolation need.
_KEPT_BYTES = 1 << 28


@cache
def process_engine() -> Engine:
    """Start eFEL, once."""
    _keep_freed_memory()
    return Engine()


def _keep_freed_memory() -> None:
    """Let glibc keep the memory that a recording has freed, for the next one.

    Otherwise the megabytes of each interpolated trace go back to the system and are cleared again
    page by page, which takes a quarter of the time of reading and measuring. Other C libraries
    have no such settings.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
