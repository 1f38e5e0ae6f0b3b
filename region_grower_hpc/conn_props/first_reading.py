"""The first reading of users' HDF5 files: in a child process, which may die of a damaged one.

Columns of numbers are left to the passes: HDF5 reads them without trust in what they hold. Texts of
any length, which attributes may be too, lie in a heap that a damaged file makes endless.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import h5py

from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import check_self_contained, own_datasets
from region_grower_hpc.formats.hdf5_sizes import size_problem

_tried: set[tuple[str, int, int]] = set()


def try_files(paths: Iterable[Path]) -> None:
    """Read the texts of some files in a child process; those that do not exist are passed over.

    In a process a file is tried once, unless it changes.

    Raises:
        InvalidInputError: naming a file that the child died of, or was busy with without end, or of
            which a part lies in another file.
    """
    from region_grower_hpc.engine.trial import Trial

    found = {_stamp(path): path for path in paths if path.is_file()}
    untried = {stamp: path for stamp, path in found.items() if stamp not in _tried}
    if untried:
        with Trial(f"{__name__}:read_texts", untried.values()) as trial:
            trial.check()
        _tried.update(untried)


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return str(path.absolute()), status.st_size, status.st_mtime_ns


def read_texts(path: Path) -> None:
    """Read all attributes and texts of a file; what is damaged is passed over.

    Raises:
        InvalidInputError: something of it lies in another file.
        MemoryError: a dataset is larger than memory.
    """
    with h5py.File(path, "r") as file:
        check_self_contained(file, path)
        _read_attributes(file)
        for dataset in own_datasets(file, path):
            _read_attributes(dataset)
            with suppress(*HDF5_ERRORS):
                if h5py.check_string_dtype(dataset.dtype) and size_problem(dataset) is None:
                    dataset[()]


def _read_attributes(item: h5py.File | h5py.Dataset) -> None:
    with suppress(*HDF5_ERRORS):
        for name in item.attrs:
            with suppress(*HDF5_ERRORS):
                item.attrs[name]
