"""Repaired morphologies of users, brought to what a .h5 file holds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from region_grower_hpc.clone.section_order import depth_first, section_stops
from region_grower_hpc.clone.soma_contour import circle, outline_of_stack
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_members import FAMILY_GLIA, FAMILY_NEURON
from region_grower_hpc.formats.morphology import MorphologyArrays, read_with_soma_type

if TYPE_CHECKING:
    import morphio

#: What tries the files (engine/trial.py).
TRIED_BY = f"{__name__}:try_repaired"
#: Section types of MorphIO's .h5 files, the soma's apart.
TYPES = range(2, 20)


@dataclass(frozen=True)
class Repaired:
    """A morphology of a user.

    Attributes:
        arrays: trees in the order of the file, depth-first; the soma a contour, as it is in a .h5
            file, or undefined (0 or 2 points). Organelles are left out.
        is_h5: the file is a .h5 file, which needs no conversion.
    """

    arrays: MorphologyArrays
    is_h5: bool


def read_repaired(path: Path) -> Repaired:
    """Read a .h5, .swc or .asc file.

    A spherical soma becomes a circle of its radius in the plane of x and y, as does the soma of
    three points of NeuroMorpho.org; a stack of cylinders becomes its outline. All points stay.

    Raises:
        InvalidInputError: the file is missing or damaged; or has what cannot be cloned: no points,
            a section without points, a coordinate, diameter or perimeter that is not finite, a
            cell of another family than neurons and glia, a type that .h5 files cannot hold.

    Source: `morph_tool.converter.convert`.
    """
    arrays, soma_type = read_with_soma_type(path)
    try:
        _check(arrays)
        arrays = _with_contour(depth_first(arrays), soma_type)
    except ValueError as error:
        raise InvalidInputError(
            f"morphology file '{path}' cannot be cloned: {error}; repair the file"
        ) from error
    return Repaired(arrays, path.suffix.lower() == ".h5")


def try_repaired(path: Path) -> None:
    """Read a file with all that a C library could die of; what is merely wrong is passed over."""
    with suppress(InvalidInputError):
        read_repaired(path)


def _check(arrays: MorphologyArrays) -> None:
    if not len(arrays.points):
        raise ValueError("it has neither a soma nor sections")
    if arrays.family not in (FAMILY_NEURON, FAMILY_GLIA):
        raise ValueError(
            f"it is a cell of MorphIO's family {arrays.family}, neither neuron (0) nor glia (1)"
        )
    sizes = section_stops(arrays.structure, len(arrays.points)) - arrays.structure[:, 0]
    if (empty := np.flatnonzero(sizes[1:] <= 0)).size:
        raise ValueError(f"section {empty[0]} has no points")
    types = arrays.structure[1:, 1]
    if (other := np.flatnonzero((types < TYPES.start) | (types >= TYPES.stop))).size:
        raise ValueError(
            f"section {other[0]} is of type {types[other[0]]}, which .h5 files cannot hold: types "
            f"are {TYPES.start} to {TYPES.stop - 1}"
        )
    if (wrong := np.flatnonzero(~np.isfinite(arrays.points).all(axis=1))).size:
        raise ValueError(f"the coordinates or the diameter of point {wrong[0]} are not finite")
    if arrays.perimeters is not None and not np.isfinite(arrays.perimeters).all():
        raise ValueError("it has a perimeter that is not finite")


def _with_contour(arrays: MorphologyArrays, soma_type: morphio.SomaType) -> MorphologyArrays:
    """The soma as a .h5 file holds it.

    Raises:
        ValueError: it is a stack without extent.
    """
    from morphio import SomaType

    soma = arrays.points[: arrays.soma_size]
    if soma_type in (SomaType.SOMA_SINGLE_POINT, SomaType.SOMA_NEUROMORPHO_THREE_POINT_CYLINDERS):
        contour = circle(soma[0])
    elif soma_type == SomaType.SOMA_CYLINDERS:
        contour = outline_of_stack(soma)
    else:
        return arrays
    structure = arrays.structure.copy()
    structure[1:, 0] += len(contour) - len(soma)
    points = np.concatenate([contour, arrays.points[len(soma) :]])
    # Only .swc files hold such somas, and they hold no perimeters.
    return replace(arrays, points=points, structure=structure)
