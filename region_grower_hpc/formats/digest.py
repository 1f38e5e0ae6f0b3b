"""Fingerprints of inputs: by content, never by path, so that a moved input is the same input."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

MEGABYTE = 1024**2
WHOLE_FILE_LIMIT_BYTES = 64 * MEGABYTE
#: More of them would wait for the same disk.
MOST_THREADS = 8


def digest_file(path: Path) -> str:
    """Return the sha256 of a file, as 64 hexadecimal digits.

    Up to 64 MB the whole content counts. Of a larger file the size, the modification time and the
    first and last megabyte count, since a volume of many GB would cost minutes at every start.
    """
    with Path(path).open("rb") as file:
        status = os.fstat(file.fileno())
        if status.st_size <= WHOLE_FILE_LIMIT_BYTES:
            return hashlib.file_digest(file, "sha256").hexdigest()
        result = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns} ".encode())
        result.update(file.read(MEGABYTE))
        file.seek(-MEGABYTE, os.SEEK_END)
        result.update(file.read(MEGABYTE))
    return result.hexdigest()


def digest_files(paths: Iterable[Path]) -> dict[Path, str | None]:
    """The `digest_file` of each distinct file, some at once; None where one cannot be read."""
    distinct = list(dict.fromkeys(paths))

    def digest(path: Path) -> str | None:
        try:
            return digest_file(path)
        except (OSError, ValueError):
            return None

    # Hashing and reading leave the interpreter to others; ranks that wait for the plan leave cores.
    with ThreadPoolExecutor(min(len(os.sched_getaffinity(0)), MOST_THREADS)) as threads:
        return dict(zip(distinct, threads.map(digest, distinct, chunksize=16), strict=True))


def digest_json(value: Any) -> str:
    """Return the sha256 of a value's canonical JSON: sorted keys, no blanks, ASCII.

    Tuples and lists are the same; the order of a dictionary's keys does not count.

    Raises:
        TypeError: the value holds something that JSON cannot (a Path, an array).
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
