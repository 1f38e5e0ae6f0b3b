"""Texts, numbers and traces in HDF5 files of users, whose sizes may be lies."""

from __future__ import annotations

import math
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES_OF_FILE, check_length
from region_grower_hpc.efeatures.readers.hdf5_tree import place
from region_grower_hpc.formats.hdf5_sizes import MAX_UNPACKED, SMALL_BYTES, size_problem

_MAX_ATTRIBUTE_BYTES = 2**16


def attribute(item: h5py.Group | h5py.Dataset, name: str) -> Any:
    """A text, or a number as numpy has it, of an attribute; None where there is none.

    Raises:
        RecordingProblem: read, it holds several values, or more than a text or number takes.
    """
    key = name.encode()
    if not h5a.exists(item.id, key):
        return None
    if h5a.open(item.id, key).get_storage_size() > _MAX_ATTRIBUTE_BYTES:
        raise RecordingProblem("read", place(item, name), "takes too many bytes for an attribute")
    return single(item.attrs[name], place(item, name))


def text_of(item: h5py.Group | h5py.Dataset, name: str) -> str | None:
    """An attribute that is a text, None where there is none.

    Raises:
        RecordingProblem: read, it is something else.
    """
    value = attribute(item, name)
    if value is not None and not isinstance(value, str):
        raise RecordingProblem("read", place(item, name), f"{value!r:.60} is no text")
    return value


def number_of(item: h5py.Group | h5py.Dataset, name: str) -> np.generic | None:
    """An attribute that is a number, None where there is none.

    Raises:
        RecordingProblem: read, it is something else.
    """
    value = attribute(item, name)
    if value is not None and not (isinstance(value, np.generic) and value.dtype.kind in "iuf"):
        raise RecordingProblem("read", place(item, name), f"{value!r:.60} is no number")
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


def _check_own(values: h5py.Dataset) -> None:
    """Refuse a dataset whose values lie in other files."""
    properties = values.id.get_create_plist()
    if properties.get_layout() == h5d.VIRTUAL or properties.get_external_count():
        raise RecordingProblem("read", str(values.name), "its values lie in another file")
