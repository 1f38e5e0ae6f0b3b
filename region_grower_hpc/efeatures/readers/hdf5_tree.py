"""Members of HDF5 files of users, which may be damaged or lead into other files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
from h5py import h5l

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import size_of
from region_grower_hpc.efeatures.readers.foreign import foreign
from region_grower_hpc.efeatures.readers.hdf5_heaps import heap_problem

_MAX_SOFT_LINKS = 16


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """A file open for reading; whatever HDF5 raises meanwhile becomes a `RecordingProblem`.

    Args:
        path: of the file.

    Raises:
        RecordingProblem: open or read.
    """
    size_of(path, "filepath")
    with foreign("open", "filepath", "cannot open the HDF5 file"):
        damaged = heap_problem(path)
        if damaged:
            raise RecordingProblem("open", "filepath", damaged)
        file = h5py.File(path, "r")
    with foreign("read", "filepath", "cannot read the HDF5 file"), file:
        yield file


def member(group: h5py.Group, path: str) -> Any:
    """A group or dataset below a group, None where there is none.

    Args:
        group: where the path begins.
        path: names with `/` between them.

    Raises:
        RecordingProblem: read, it lies in another file.
    """
    return _walk(group, path.split("/"), 0)


def subgroup(group: h5py.Group, path: str) -> h5py.Group:
    """A group below a group.

    Raises:
        RecordingProblem: read, there is none, or it lies in another file.
    """
    found = member(group, path)
    if not isinstance(found, h5py.Group):
        raise RecordingProblem("read", place(group, path), "the file has no such group")
    return found


def dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """A dataset of a group.

    Raises:
        RecordingProblem: read, there is none, or it lies in another file.
    """
    found = member(group, name)
    if not isinstance(found, h5py.Dataset):
        raise RecordingProblem("read", place(group, name), "the file has no such dataset")
    return found


def place(item: h5py.Group | h5py.Dataset, name: str) -> str:
    """Where something is looked for, for messages."""
    return f"{str(item.name).rstrip('/')}/{name}"


def _walk(group: h5py.Group, names: list[str], n_links: int) -> Any:
    """Follow a path name by name, soft links included, external ones never."""
    item: Any = group
    for index, name in enumerate(names):
        if name in ("", "."):
            continue
        if not isinstance(item, h5py.Group):
            return None
        links = item.id.links
        key = name.encode()
        if not links.exists(key):
            return None
        kind = links.get_info(key).type
        if kind == h5l.TYPE_HARD:
            item = item[name]
            continue
        if kind != h5l.TYPE_SOFT or n_links >= _MAX_SOFT_LINKS:
            raise RecordingProblem("read", place(item, name), "is a link into another file")
        target = links.get_val(key).decode("utf-8", "replace")
        start = item.file["/"] if target.startswith("/") else item
        return _walk(start, [*target.split("/"), *names[index + 1 :]], n_links + 1)
    return item
