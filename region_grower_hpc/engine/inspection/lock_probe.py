"""Whether a run holds its state folder, asked without taking the lock."""

from __future__ import annotations

import fcntl
import struct
from pathlib import Path

#: struct flock of Linux: type, whence, start, length, pid.
_FLOCK = "hhqqi0q"


def lock_is_held(path: Path) -> bool | None:
    """Whether some process holds a lock file; None where that cannot be told.

    Of a process on another node only some file systems tell: False then means nothing. Not for
    the process that holds the lock: closing any descriptor of the file would free it.
    """
    try:
        with path.open("rb") as file:
            question = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0)
            answer = fcntl.fcntl(file.fileno(), fcntl.F_GETLK, question)
    except OSError:
        return None
    return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
