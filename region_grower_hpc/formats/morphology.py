"""Neuron morphologies as the two arrays of a MorphIO HDF5 file, and their files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import Replacing, replacing
from region_grower_hpc.formats.first_reading import morphology_problem
from region_grower_hpc.formats.hdf5_members import (
    FAMILY_GLIA,
    FAMILY_NEURON,
    MemberWriter,
    replacing_hdf5,
    write_metadata,
)

if TYPE_CHECKING:
    import morphio
    import morphio.mut

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]

SOMA_ROW = (0, 1, -1)
SUFFIXES = (".h5", ".swc", ".asc")


@dataclass(frozen=True)
class MorphologyArrays:
    """A neuron (or a glial cell) as the datasets of a MorphIO HDF5 v1.3 file.

    Sections come depth-first, the soma's points before all others. The section's first point
    repeats the last point of its parent where the neuron has it so.
    """

    points: FloatArray
    """(N, 4) float32: x, y, z and diameter, µm."""
    structure: IntArray
    """(M, 3) int32: first point, type, row of the parent; row 0 is the soma (0, 1, -1)."""
    perimeters: FloatArray | None = None
    """(N,) float32: of all points, µm, 0 for the soma's; None where the cell has none."""
    family: int = FAMILY_NEURON
    """MorphIO's cell family: neuron (0), glia (1), or what cannot be written."""

    @property
    def soma_size(self) -> int:
        """Number of the soma's points; 0 where the soma is undefined."""
        return int(self.structure[1, 0]) if len(self.structure) > 1 else len(self.points)


def from_morphio(morphology: morphio.mut.Morphology) -> MorphologyArrays:
    """Return the content that MorphIO would write to a .h5 file, roots as NEURON orders them.

    Roots are sorted by type (axon, basal, apical, others; stable). Organelles are left out. A
    neuron without soma has only the soma's row, without points.
    """
    import morphio

    ordered = morphio.mut.Morphology(morphology, morphio.Option.nrn_order)
    return from_immutable(morphio.Morphology(ordered))


def from_immutable(morphology: morphio.Morphology) -> MorphologyArrays:
    """Return the content of a morphology, its sections in their own order; no organelles."""
    soma = morphology.soma
    soma_size = len(soma.points)
    points = np.empty((soma_size + len(morphology.points), 4), dtype=np.float32)
    points[:soma_size, :3] = soma.points
    points[:soma_size, 3] = soma.diameters
    points[soma_size:, :3] = morphology.points
    points[soma_size:, 3] = morphology.diameters

    types = morphology.section_types
    structure = np.empty((1 + len(types), 3), dtype=np.int32)
    structure[0] = SOMA_ROW
    structure[1:, 0] = morphology.section_offsets[: len(types)] + soma_size
    structure[1:, 1] = types
    for parent, children in morphology.connectivity.items():
        structure[np.add(children, 1), 2] = parent + 1

    perimeters = None
    if len(morphology.perimeters):
        perimeters = np.zeros(len(points), dtype=np.float32)
        perimeters[soma_size:] = morphology.perimeters
    return MorphologyArrays(points, structure, perimeters, int(morphology.cell_family))


def to_morphio(arrays: MorphologyArrays) -> morphio.mut.Morphology:
    """Return a MorphIO neuron with the given sections, in the order of the arrays.

    The soma's type is the one MorphIO gives a .h5 file: a contour from 3 points on, undefined for
    0 and 2; a single point, which only .swc can hold, is of type single point. The cell family,
    which MorphIO takes from files alone, is left out.
    """
    import morphio.mut

    result = morphio.mut.Morphology()
    soma = arrays.points[: arrays.soma_size]
    result.soma.points = soma[:, :3]
    result.soma.diameters = soma[:, 3]
    if len(soma) == 1:
        result.soma.type = morphio.SomaType.SOMA_SINGLE_POINT
    elif len(soma) > 2:
        result.soma.type = morphio.SomaType.SOMA_SIMPLE_CONTOUR

    perimeters: FloatArray | list[float] = []
    if arrays.perimeters is not None:
        perimeters = arrays.perimeters
    sections: list[morphio.mut.Section] = []
    stops = np.append(arrays.structure[1:, 0], len(arrays.points))[1:].tolist()
    for (first, kind, parent), stop in zip(arrays.structure[1:].tolist(), stops, strict=True):
        rows = arrays.points[first:stop]
        level = morphio.PointLevel(rows[:, :3], rows[:, 3], perimeters[first:stop])
        append = sections[parent - 1].append_section if parent > 0 else result.append_root_section
        sections.append(append(level, morphio.SectionType(kind)))
    return result


def read(path: Path) -> MorphologyArrays:
    """Read a .h5, .swc or .asc file; sections stay in the order of the file, without organelles.

    Raises:
        InvalidInputError: the file is missing, of another format, or damaged.
    """
    return read_with_soma_type(path)[0]


def read_with_soma_type(path: Path) -> tuple[MorphologyArrays, morphio.SomaType]:
    """Read a file as `read` does; beside it the soma's type, which arrays do not tell.

    Raises:
        InvalidInputError: the file is missing, of another format, or damaged.
    """
    import morphio

    path = Path(path)
    if not path.is_file():
        raise InvalidInputError(f"morphology file '{path}' does not exist: check the path")
    try:
        problem = morphology_problem(path)
        if problem is not None:
            raise ValueError(f"it {problem}")
        # MorphIO would print a line for each zero diameter, such as those of a soma's contour.
        unprinted = morphio.WarningHandlerCollector()
        morphology = morphio.Morphology(path, warning_handler=unprinted)
        return from_immutable(morphology), morphology.soma_type
    except Exception as error:  # a damaged file raises MorphioError, RuntimeError and others
        reason = " ".join(re.sub(r"\x1b\[[\d;]*m", "", str(error)).split())
        raise InvalidInputError(
            f"morphology file '{path}' cannot be read: {reason}; "
            f"replace it by a valid {', '.join(SUFFIXES)} file"
        ) from error


def write(arrays: MorphologyArrays, path: Path, replacing: Replacing = replacing) -> None:
    """Write a neuron by suffix (.h5, .swc, .asc), replacing `path` as a whole.

    The bytes depend on the arrays alone; those of .swc and .asc are MorphIO's, named in them.

    Args:
        arrays: the neuron.
        path: of the file.
        replacing: gives its temporary place.

    Raises:
        ValueError: another suffix, an empty neuron, a soma of one point outside .swc, or what the
            text format cannot hold (perimeters, a custom section type in .asc); `path` stays as it
            was. The cell family is for .h5 alone.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise ValueError(f"unknown morphology format '{path.suffix}' of '{path}': use {SUFFIXES}")
    if path.suffix == ".h5":
        check_storable(arrays)
        with replacing_hdf5(path, replacing) as file:
            MemberWriter().write(file, arrays)
            write_metadata(file, arrays.family)
    else:
        content = text(arrays, path.suffix)
        with replacing(path) as temporary:
            temporary.write_bytes(content)


def text(arrays: MorphologyArrays, suffix: str) -> bytes:
    """The content of a .swc or .asc file, with MorphIO's bytes.

    Raises:
        ValueError: the format cannot hold the neuron.
    """
    if arrays.perimeters is not None:
        raise ValueError(f"perimeters can only be written as .h5, not as {suffix}")
    # Only here: a run that writes containers has no need of it.
    from region_grower_hpc.native import morphology_text

    if suffix == ".swc":
        return morphology_text.swc(arrays.points, arrays.structure)
    check_storable(arrays)
    return morphology_text.asc(arrays.points, arrays.structure)


def check_storable(arrays: MorphologyArrays) -> None:
    """Raise ValueError for a neuron that MorphIO could not read back from HDF5."""
    if not len(arrays.points):
        raise ValueError("an empty morphology (no soma, no section) cannot be written")
    if arrays.soma_size == 1:
        raise ValueError("a soma of a single point can only be written as .swc")
    if arrays.family not in (FAMILY_NEURON, FAMILY_GLIA):
        raise ValueError(f"a cell of MorphIO's family {arrays.family} cannot be written")
    if arrays.perimeters is None:
        if arrays.family == FAMILY_GLIA and len(arrays.structure) > 1:
            raise ValueError("a glial cell without perimeters cannot be written")
    elif len(arrays.perimeters) != len(arrays.points):
        raise ValueError(
            f"{len(arrays.perimeters)} perimeters of {len(arrays.points)} points cannot be written"
        )
