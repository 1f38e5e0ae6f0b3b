"""What a path is: cells, apical points, one morphology, or many."""

from __future__ import annotations

from pathlib import Path

import h5py

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS

CELLS = "cells file"
APICAL = "file of apical points"
MORPHOLOGY = "morphology"
MORPHOLOGIES = "folder or container of morphologies"


def kind_of(path: Path) -> str:
    """Tell by the suffix and, for HDF5, by the content.

    Raises:
        InvalidInputError: nothing is there, or it is none of these.
    """
    if path.is_dir():
        return MORPHOLOGIES
    if not path.is_file():
        raise InvalidInputError(f"'{path}' does not exist: check the path")
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return APICAL
    if suffix in (".swc", ".asc"):
        return MORPHOLOGY
    if suffix == ".mvd3":
        return CELLS
    try:
        with h5py.File(path, "r") as file:
            members = set(file)
    except HDF5_ERRORS as error:
        raise InvalidInputError(
            f"'{path}' cannot be compared: it is no .yaml, .swc, .asc or HDF5 file, or it is "
            f"damaged ({error})"
        ) from error
    if "nodes" in members:
        return CELLS
    if members & {"points", "structure", "neuron1"}:
        return MORPHOLOGY
    return MORPHOLOGIES
