"""HDF5 files of users before their own reader has them: whose they are, and whether they are sound.

HDF5 and MorphIO trust what a file says; these checks cost little and come before them.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_links import (
    check_own_values,
    check_self_contained,
    own_datasets,
)
from region_grower_hpc.formats.hdf5_sizes import size_problem

#: `read_hdf5` as engine/trial.py takes it.
HDF5_TRIED_BY = f"{__name__}:read_hdf5"


def read_hdf5(path: Path) -> None:
    """Read all datasets of a file, one after the other, with HDF5 alone; damaged ones are skipped.

    Raises:
        InvalidInputError: something of it lies in another file.
        MemoryError: a dataset is larger than memory.
    """
    with h5py.File(path, "r") as file:
        for dataset in own_datasets(file, path):
            check_own_values(dataset, path)
            if (too_large := size_problem(dataset)) is not None:
                raise InvalidInputError(f"HDF5 file '{path}': '{dataset.name}' {too_large}")
            with suppress(OSError, RuntimeError, KeyError, ValueError, TypeError):
                dataset[()]


def morphology_problem(path: Path) -> str | None:
    """What of a MorphIO HDF5 file would make MorphIO read beyond its memory, or in other files.

    None for other suffixes, and where there is nothing to object to. A file that cannot be opened,
    or lacks the two datasets, is left to MorphIO, which says so itself.
    """
    if path.suffix.lower() != ".h5":
        return None
    try:
        with h5py.File(path, "r") as file:
            check_self_contained(file, path)
            points, structure = file.get("points"), file.get("structure")
            if not isinstance(points, h5py.Dataset) or not isinstance(structure, h5py.Dataset):
                return None
            if points.shape is None or structure.shape is None or structure.dtype.kind not in "iu":
                return "has points or a structure of another type than numbers"
            if points.shape[1:] != (4,) or structure.shape[1:] != (3,):
                return None
            if not len(structure):
                return "has a structure without rows"
            perimeters = file.get("perimeters", points)
            if not isinstance(perimeters, h5py.Dataset) or not perimeters.shape:
                return "has perimeters that are no list of numbers"
            if not len(perimeters) and len(points):
                return "has a list of perimeters without values"
            for dataset in (points, structure, perimeters):
                if (too_large := size_problem(dataset)) is not None:
                    return f"has a dataset '{dataset.name}' that {too_large}"
            first = np.concatenate([[0], structure[:, 0], [points.shape[0]]]).astype(np.int64)
    except InvalidInputError as error:
        return f"is refused: {error}"
    except (OSError, RuntimeError, KeyError, ValueError, TypeError):
        return None
    wrong = np.flatnonzero(np.diff(first) < 0)
    if not len(wrong):
        return None
    row = max(int(wrong[0]) - 1, 0)
    return (
        f"has a structure that does not fit its {first[-1]} points: row {row} begins at point "
        f"{first[row + 1]}"
    )
