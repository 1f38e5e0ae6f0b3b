"""HDF5 files that one pass leaves for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import own_datasets
from region_grower_hpc.formats.hdf5_sizes import size_problem


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """A file open for reading.

    Raises:
        InvalidInputError: it is missing, or what is read of it is damaged.
    """
    try:
        with h5py.File(path, "r") as file:
            for dataset in own_datasets(file, path):
                if (problem := size_problem(dataset)) is not None:
                    raise ValueError(f"{dataset.name} {problem}")
            yield file
    except HDF5_ERRORS as error:
        raise InvalidInputError(
            f"{path} is not what an earlier pass has written ({type(error).__name__}: {error}): "
            "start again with --overwrite"
        ) from error
