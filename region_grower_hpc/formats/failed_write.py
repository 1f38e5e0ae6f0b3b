"""Errors of writing name the file that users know and the reason, whichever library wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HDF5_ERRNO = re.compile(r"\berrno = (\d+)")
_HDF5_FILE = re.compile(r"name = '([^']*)'")


@contextmanager
def naming(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """Turn an error of writing `path` into an OSError of one line that names it.

    An error that names another file (one that is read, say) keeps that name. libhdf5 reports a
    failed write as OSError or RuntimeError, with errno and name in a long text.

    Args:
        path: of the file.
        temporary: the name under which it is written, which is not told.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = _errno(error)
        if number is None:
            raise
        name = _file(error)
        if name is None or name == str(temporary):
            name = str(path)
        raise OSError(number, os.strerror(number), name) from error


def _errno(error: OSError | RuntimeError) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = _HDF5_ERRNO.search(str(error))
    return None if found is None else int(found[1])


def _file(error: OSError | RuntimeError) -> str | None:
    if isinstance(error, OSError) and error.filename is not None:
        return os.fsdecode(error.filename)
    found = _HDF5_FILE.search(str(error))
    return None if found is None else found[1]
