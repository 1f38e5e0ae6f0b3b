"""What tells that a file is still the one that was read."""

from __future__ import annotations

from pathlib import Path


def file_identity(path: Path) -> tuple[int, ...]:
    """Number, size and time of the last change of a file.

    Raises:
        OSError: there is none.
    """
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
