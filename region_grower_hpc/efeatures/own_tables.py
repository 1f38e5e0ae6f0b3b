"""HDF5 files that a pass leaves for the next, read with care: a user may have damaged them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from region_grower_hpc.efeatures.readers.hdf5_heaps import heap_problem
from region_grower_hpc.formats.hdf5_sizes import size_problem

_AT_ONCE = 1000


@contextmanager
def opened_table(path: Path) -> Iterator[h5py.File]:
    """A file open for reading, unless its texts would keep HDF5 busy without end.

    Raises:
        ValueError: they would.
        OSError: it is no HDF5 file.
    """
    damaged = heap_problem(path)
    if damaged:
        raise ValueError(damaged)
    with h5py.File(path, "r") as file:
        yield file


def check_size(dataset: h5py.Dataset) -> None:
    """Refuse a dataset that claims more values than its file can hold.

    Raises:
        ValueError: it does.
    """
    too_large = size_problem(dataset)
    if too_large is not None:
        raise ValueError(f"{dataset.name} {too_large}")


def values_of(dataset: h5py.Dataset) -> Any:
    """All values of a dataset.

    Raises:
        ValueError: it claims more than its file can hold.
    """
    check_size(dataset)
    return dataset[()]


def texts_of(dataset: h5py.Dataset) -> list[str]:
    """The same of a column of texts."""
    return [text for some in texts_in_turn(dataset) for text in some]


def texts_in_turn(dataset: h5py.Dataset) -> Iterator[list[str]]:
    """The same, some texts at a time."""
    check_size(dataset)
    for first in range(0, len(dataset), _AT_ONCE):
        yield [text.decode() for text in dataset[first : first + _AT_ONCE]]
