"""Members of HDF5 files of users, which may be damaged or lead into other files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5l
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import (
    MAX_SAMPLES_OF_FILE,
    check_length,
    size_of,
)
from region_grower_hpc.efeatures.readers.foreign import foreign
from region_grower_hpc.efeatures.readers.hdf5_heaps import heap_problem
from region_grower_hpc.formats.hdf5_sizes import MAX_UNPACKED, SMALL_BYTES, size_problem

_MAX_SOFT_LINKS, _MAX_ATTRIBUTE_BYTES = 16, 2**16


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
        raise RecordingProblem("read", _place(group, path), "the file has no such group")
    return found


def dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """A dataset of a group.

    Raises:
        RecordingProblem: read, there is none, or it lies in another file.
    """
    found = member(group, name)
    if not isinstance(found, h5py.Dataset):
        raise RecordingProblem("read", _place(group, name), "the file has no such dataset")
    return found


def attribute(item: h5py.Group | h5py.Dataset, name: str) -> Any:
    """A text, or a number as numpy has it, of an attribute; None where there is none.

    Raises:
        RecordingProblem: read, it holds several values, or more than a text or number takes.
    """
    key = name.encode()
    if not h5a.exists(item.id, key):
        return None
    if h5a.open(item.id, key).get_storage_size() > _MAX_ATTRIBUTE_BYTES:
        raise RecordingProblem("read", _place(item, name), "takes too many bytes for an attribute")
    return single(item.attrs[name], _place(item, name))


def text_of(item: h5py.Group | h5py.Dataset, name: str) -> str | None:
    """An attribute that is a text, None where there is none.

    Raises:
        RecordingProblem: read, it is something else.
    """
    value = attribute(item, name)
    if value is not None and not isinstance(value, str):
        raise RecordingProblem("read", _place(item, name), f"{value!r:.60} is no text")
    return value


def number_of(item: h5py.Group | h5py.Dataset, name: str) -> np.generic | None:
    """An attribute that is a number, None where there is none.

    Raises:
        RecordingProblem: read, it is something else.
    """
    value = attribute(item, name)
    if value is not None and not (isinstance(value, np.generic) and value.dtype.kind in "iuf"):
        raise RecordingProblem("read", _place(item, name), f"{value!r:.60} is no number")
    return value


def first_value(values: h5py.Dataset) -> Any:
    """First text or number of a dataset of few values, None for an empty one.

    Raises:
        RecordingProblem: read, it is too large for that.
    """
    key = str(values.name)
    _check_own(values)
    if values.shape is None or not values.size:
        return None
    if values.nbytes > _MAX_ATTRIBUTE_BYTES:
        raise RecordingProblem("read", key, "takes too many bytes for a text or number")
    return single(
        np.asarray(values[()], dtype=object if values.dtype.kind == "O" else None).flat[0], key
    )


def samples_of(values: h5py.Dataset, taken: int = 0) -> NDArray[Any]:
    """One trace as the file has it.

    Args:
        values: one row of numbers.
        taken: samples that were read of the same file before.

    Raises:
        RecordingProblem: read, something else, or more values than the file can hold.
    """
    key = str(values.name)
    if values.shape is None or values.dtype.kind not in "iuf" or values.ndim != 1:
        text = f"is no row of numbers, but {values.dtype} of shape {values.shape}"
        raise RecordingProblem("read", key, text)
    check_length(values.size, key)
    if taken + values.size > MAX_SAMPLES_OF_FILE:
        text = f"the traces of one file may have {MAX_SAMPLES_OF_FILE} samples in all at most"
        raise RecordingProblem("read", key, text)
    _check_own(values)
    too_large = size_problem(values)
    if too_large is None and values.chunks is not None:
        chunk_bytes = math.prod(values.chunks) * values.dtype.itemsize
        if chunk_bytes > MAX_UNPACKED * values.id.get_storage_size() + SMALL_BYTES:
            too_large = f"has chunks of {chunk_bytes} bytes"
    if too_large is not None:
        raise RecordingProblem("read", key, too_large)
    return np.asarray(values[()])


def single(value: Any, key: str) -> Any:
    """A text or numpy scalar of what h5py reads; None for an empty value.

    Args:
        value: as h5py gives it.
        key: names it in messages.

    Raises:
        RecordingProblem: read, there are several values.
    """
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, np.ndarray):
        if value.size != 1:
            raise RecordingProblem("read", key, f"holds {value.size} values in place of one")
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, str) else value


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
            raise RecordingProblem("read", _place(item, name), "is a link into another file")
        target = links.get_val(key).decode("utf-8", "replace")
        start = item.file["/"] if target.startswith("/") else item
        return _walk(start, [*target.split("/"), *names[index + 1 :]], n_links + 1)
    return item


def _check_own(values: h5py.Dataset) -> None:
    """Refuse a dataset whose values lie in other files."""
    properties = values.id.get_create_plist()
    if properties.get_layout() == h5d.VIRTUAL or properties.get_external_count():
        raise RecordingProblem("read", str(values.name), "its values lie in another file")


def _place(item: h5py.Group | h5py.Dataset, name: str) -> str:
    """Where something is looked for, for messages."""
    return f"{str(item.name).rstrip('/')}/{name}"
