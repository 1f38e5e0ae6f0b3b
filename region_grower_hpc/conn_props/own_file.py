"""HDF5 files that one pass leaves for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import check_own_values, own_datasets
from region_grower_hpc.formats.hdf5_sizes import size_problem

#: Numbers, truth values and texts of fixed length.
_KINDS = "iufbS"


@contextmanager
def opened(path: Path, *, is_small: bool = True) -> Iterator[h5py.File]:
    """A file open for reading.

    Args:
        path: of it.
        is_small: all its datasets are looked at; else whoever reads slices of them checks these.

    Raises:
        InvalidInputError: it is missing, or what is read of it is damaged.
    """
    try:
        with h5py.File(path, "r") as file:
            for dataset in own_datasets(file, path) if is_small else ():
                check_own_values(dataset, path)
                # No pass writes others; HDF5 may die of damaged references.
                if dataset.dtype.kind not in _KINDS:
                    raise ValueError(f"{dataset.name} holds {dataset.dtype}")
                if (problem := size_problem(dataset)) is not None:
                    raise ValueError(f"{dataset.name} {problem}")
            yield file
    except HDF5_ERRORS as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> InvalidInputError:
    """What is told of a file that could not be read."""
    return InvalidInputError(
        f"{path} is not what an earlier pass has written ({type(error).__name__}: {error}): "
        "start again with --overwrite"
    )
