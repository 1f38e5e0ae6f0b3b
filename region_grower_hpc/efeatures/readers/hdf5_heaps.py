"""Texts of HDF5 files that keep HDF5 busy without end.

Texts of variable length lie one after the other in global heaps. One whose size is 2^64 - 16 takes,
with its header of 16 bytes, no room at all to HDF5, which then meets it again and again.
"""

from __future__ import annotations

import mmap
import struct
from functools import lru_cache
from pathlib import Path

_SIGNATURE = b"GCOL\x01\x00\x00\x00"
_HEADER_BYTES = 16
_MIN_HEAP_BYTES = 4096


def heap_problem(path: Path) -> str | None:
    """Why the texts of a file cannot be read, or None.

    Args:
        path: of an HDF5 file.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    return _problem(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _problem(path: Path, n_bytes: int, mtime_ns: int) -> str | None:
    """The same, once for each state of a file."""
    if not n_bytes:
        return None
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        start = content.find(_SIGNATURE)
        while start >= 0:
            if not _is_sound(content, start):
                return f"its texts at byte {start} are damaged"
            start = content.find(_SIGNATURE, start + 1)
    return None


def _is_sound(content: mmap.mmap, start: int) -> bool:
    """Whether the texts of one heap follow each other to its end."""
    if start + _HEADER_BYTES > len(content):
        return True
    (heap_bytes,) = struct.unpack_from("<Q", content, start + 8)
    # What claims another size is no heap, or HDF5 itself refuses it.
    if heap_bytes < _MIN_HEAP_BYTES or start + heap_bytes > len(content):
        return True
    place, end = start + _HEADER_BYTES, start + heap_bytes
    while place + _HEADER_BYTES <= end:
        (number,) = struct.unpack_from("<H", content, place)
        (size,) = struct.unpack_from("<Q", content, place + 8)
        # The free room at the end counts its own header; texts do not, and begin at multiples of 8.
        taken = size if number == 0 else _HEADER_BYTES + -(-size // 8) * 8
        if taken < _HEADER_BYTES or place + taken > end:
            return False
        place += taken
    return True
