"""What a rank tells the parent of its run (restarts.py): that it begins, and its exit code.

The code of mpiexec alone would not do: mpich returns 4 for a rank that died of signal 4, and 0 for
one that a library ended with exit(0).
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from region_grower_hpc.engine.restarts import BEGUN, LAST_WORD, NAME, RESTART_COUNT


def begin() -> None:
    """Tell that this rank has begun."""
    _say(BEGUN)


def leave_with(code: int) -> None:
    """Tell the code with which this rank leaves in order: the run is not started again."""
    _say(str(int(code)))


def _say(word: str) -> None:
    path = os.environ.get(LAST_WORD)
    if path is None:
        return
    # On another machine, where there is no such file, the parent goes by the launcher's code.
    with contextlib.suppress(OSError):
        if NAME not in str(Path(path).readlink()):
            return  # The parent is gone, and its number is another process's.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, f"{os.environ[RESTART_COUNT]} {word}\n".encode())
        finally:
            os.close(descriptor)
