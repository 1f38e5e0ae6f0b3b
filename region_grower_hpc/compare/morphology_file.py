"""One morphology of a file, as the file holds it."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.first_reading import read_hdf5
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import check_self_contained
from region_grower_hpc.formats.hdf5_sizes import size_problem
from region_grower_hpc.formats.morphology import MorphologyArrays

MEMBERS = ("points", "structure")
#: What tries a file (engine/trial.py).
TRIED_BY = f"{__name__}:try_file"


def try_file(path: Path) -> None:
    """Read what a C library could die of (engine/trial.py); containers, which are large, are not.

    Raises:
        InvalidInputError: it cannot be read, or lies in other files.
    """
    if path.suffix.lower() in (".swc", ".asc"):
        morphology.read(path)
    elif not is_container(path):
        read_hdf5(path)


def read_morphology(path: Path) -> MorphologyArrays:
    """Read a .h5, .swc or .asc file; a .h5 file as it is, without MorphIO.

    Raises:
        InvalidInputError: the file is missing or damaged.
    """
    if path.suffix == ".h5":
        with open_hdf5(path) as file:
            check_self_contained(file, path)
            try:
                arrays = arrays_of(file)
            except HDF5_ERRORS:
                arrays = None
        if arrays is not None:
            return arrays
    return morphology.read(path)


def is_container(path: Path) -> bool:
    """Whether an HDF5 file holds groups and no morphology of its own."""
    try:
        with h5py.File(path, "r") as file:
            return not {*MEMBERS, "neuron1", "nodes", "cells"} & set(file)
    except HDF5_ERRORS:
        return False


def open_hdf5(path: Path) -> h5py.File:
    """Open an HDF5 file to read.

    Raises:
        InvalidInputError: the file is missing, or no HDF5 file.
    """
    if not path.is_file():
        raise InvalidInputError(f"'{path}' does not exist: check the path")
    try:
        return h5py.File(path, "r")
    except HDF5_ERRORS as error:
        raise InvalidInputError(f"'{path}' is no HDF5 file or is damaged: {error}") from error


def arrays_of(group: h5py.Group) -> MorphologyArrays | None:
    """The two datasets of a group, None where they are not those of MorphIO HDF5 v1."""
    points, structure = (group.get(member) for member in MEMBERS)
    if not isinstance(points, h5py.Dataset) or not isinstance(structure, h5py.Dataset):
        return None
    for dataset in (points, structure):
        if dataset.dtype.kind not in "iuf" or size_problem(dataset) is not None:
            return None
    arrays = MorphologyArrays(
        np.asarray(points[()], dtype=np.float32), np.asarray(structure[()], dtype=np.int32)
    )
    if arrays.points.shape[1:] != (4,) or arrays.structure.shape[1:] != (3,):
        return None
    first = arrays.structure[:, 0]
    ordered = len(first) and first[0] == 0 and (np.diff(first) >= 0).all()
    if not ordered or arrays.structure[0, 1] != 1 or first[-1] > len(arrays.points):
        return None
    return arrays
