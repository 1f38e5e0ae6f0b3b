"""Files of users before a reader has them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from region_grower_hpc.efeatures.problem import RecordingProblem

#: A trace may be no longer: 1.8 h at 20 kHz; nor the traces of one file in all.
MAX_SAMPLES, MAX_SAMPLES_OF_FILE = 2**27, 2**28


def size_of(path: Path, key: str) -> int:
    """Bytes of a file that can be opened without waiting.

    Args:
        path: of the file.
        key: of the metadata that names it.

    Raises:
        RecordingProblem: open, there is none, it is not readable, or a folder, pipe or device.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise RecordingProblem("open", key, f"cannot open the file: {error.strerror}") from error
    except ValueError as error:
        raise RecordingProblem("open", key, f"{str(path)!r:.60} is no path") from error
    if not stat.S_ISREG(status.st_mode):
        raise RecordingProblem("open", key, "is no file, but a folder, a pipe or a device")
    if not os.access(path, os.R_OK):
        raise RecordingProblem("open", key, "cannot open the file: Permission denied")
    if not status.st_size:
        raise RecordingProblem("open", key, "the file is empty")
    return status.st_size


def check_length(n_samples: int, key: str) -> None:
    """Refuse a trace that takes too much memory, before it is allocated.

    Args:
        n_samples: as a header tells.
        key: names the trace.

    Raises:
        RecordingProblem: read.
    """
    if not 0 <= n_samples <= MAX_SAMPLES:
        text = f"claims {n_samples} samples; a trace may have {MAX_SAMPLES} at most"
        raise RecordingProblem("read", key, text)
