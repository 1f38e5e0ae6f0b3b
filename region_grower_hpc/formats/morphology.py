"""Neuron morphologies as the two arrays of a MorphIO HDF5 file, and their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
import numpy.typing as npt
from h5py import h5a, h5d, h5f, h5g, h5p, h5s, h5t

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import replacing

if TYPE_CHECKING:
    import morphio
    import morphio.mut

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]

SOMA_ROW = (0, 1, -1)
# 1.3 is read by every MorphIO 3; MorphIO 3.5 itself writes 1.4 with the same members.
FORMAT_VERSION = (1, 3)
FAMILY_NEURON = 0
COMMENT = b"Created by region-grower-hpc"
SUFFIXES = (".h5", ".swc", ".asc")


@dataclass(frozen=True)
class MorphologyArrays:
    """A neuron as the two datasets of a MorphIO HDF5 v1.3 file.

    Sections come depth-first, the soma's points before all others. The section's first point
    repeats the last point of its parent where the neuron has it so.
    """

    points: FloatArray
    """(N, 4) float32: x, y, z and diameter, µm."""
    structure: IntArray
    """(M, 3) int32: first point, type, row of the parent; row 0 is the soma (0, 1, -1)."""

    @property
    def soma_size(self) -> int:
        """Number of the soma's points; 0 where the soma is undefined."""
        return int(self.structure[1, 0]) if len(self.structure) > 1 else len(self.points)


def from_morphio(morphology: morphio.mut.Morphology) -> MorphologyArrays:
    """Return the content that MorphIO would write to a .h5 file, roots as NEURON orders them.

    Roots are sorted by type (axon, basal, apical, others; stable). Perimeters, organelles and the
    cell family are left out. A neuron without soma has only the soma's row, without points.
    """
    import morphio

    ordered = morphio.mut.Morphology(morphology, morphio.Option.nrn_order)
    return _from_immutable(morphio.Morphology(ordered))


def _from_immutable(morphology: morphio.Morphology) -> MorphologyArrays:
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
    return MorphologyArrays(points, structure)


def to_morphio(arrays: MorphologyArrays) -> morphio.mut.Morphology:
    """Return a MorphIO neuron with the given sections, in the order of the arrays.

    The soma's type is the one MorphIO gives a .h5 file: a contour from 3 points on, undefined for
    0 and 2; a single point, which only .swc can hold, is of type single point.
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

    sections: list[morphio.mut.Section] = []
    stops = np.append(arrays.structure[1:, 0], len(arrays.points))[1:].tolist()
    for (first, kind, parent), stop in zip(arrays.structure[1:].tolist(), stops, strict=True):
        rows = arrays.points[first:stop]
        level = morphio.PointLevel(rows[:, :3], rows[:, 3])
        append = sections[parent - 1].append_section if parent > 0 else result.append_root_section
        sections.append(append(level, morphio.SectionType(kind)))
    return result


def read(path: Path) -> MorphologyArrays:
    """Read a .h5, .swc or .asc file; roots stay in the order of the file.

    Raises:
        InvalidInputError: the file is missing, of another format, or damaged.
    """
    import morphio

    path = Path(path)
    if not path.is_file():
        raise InvalidInputError(f"morphology file '{path}' does not exist: check the path")
    try:
        return _from_immutable(morphio.Morphology(path))
    except Exception as error:  # a damaged file raises MorphioError, RuntimeError and others
        reason = " ".join(re.sub(r"\x1b\[[\d;]*m", "", str(error)).split())
        raise InvalidInputError(
            f"morphology file '{path}' cannot be read: {reason}; "
            f"replace it by a valid {', '.join(SUFFIXES)} file"
        ) from error


def write(arrays: MorphologyArrays, path: Path) -> None:
    """Write a neuron by suffix (.h5, .swc, .asc), replacing `path` as a whole.

    The bytes depend on the arrays alone; .swc and .asc, written by MorphIO, name its version.

    Raises:
        ValueError: another suffix, an empty neuron, or a soma of one point outside .swc.
        morphio.MorphioError: .asc or .swc cannot hold the neuron (a custom section type, say).
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise ValueError(f"unknown morphology format '{path.suffix}' of '{path}': use {SUFFIXES}")
    if path.suffix != ".swc":
        check_storable(arrays)
    if path.suffix == ".h5":
        with replacing_hdf5(path) as file:
            write_members(file, arrays)
            write_metadata(file)
    else:
        with replacing(path) as temporary:
            to_morphio(arrays).write(temporary)


def check_storable(arrays: MorphologyArrays) -> None:
    """Raise ValueError for a neuron that MorphIO could not read back from HDF5."""
    if not len(arrays.points):
        raise ValueError("an empty morphology (no soma, no section) cannot be written")
    if arrays.soma_size == 1:
        raise ValueError("a soma of a single point can only be written as .swc")


def _without_times(kind: h5p.PropClassID) -> h5p.PropOCID:
    properties = h5p.create(kind)
    properties.set_obj_track_times(False)
    return properties


GROUP_PROPERTIES = _without_times(h5p.GROUP_CREATE)
# Contiguous: Collection.load_unordered of MorphIO sorts by the datasets' place in the file.
_DATASET_PROPERTIES = _without_times(h5p.DATASET_CREATE)
_DATASET_PROPERTIES.set_layout(h5d.CONTIGUOUS)
_DATASET_PROPERTIES.set_fill_time(h5d.FILL_TIME_NEVER)


@contextmanager
def replacing_hdf5(path: Path) -> Iterator[h5f.FileID]:
    """Yield a new HDF5 file without times, which becomes `path` when the block ends well.

    Its format is that of HDF5 1.8, whatever h5py takes as default: groups are small and every
    MorphIO reads it. Leaving the block closes all that is open in the file.
    """
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    creation = _without_times(h5p.FILE_CREATE)
    with replacing(path) as temporary:
        file = h5f.create(bytes(temporary), h5f.ACC_TRUNC, fcpl=creation, fapl=access)
        try:
            comment = h5a.create(file, b"comment", _fixed_string(COMMENT), h5s.create(h5s.SCALAR))
            comment.write(np.array(COMMENT))
            yield file
        finally:
            file.close()


def _fixed_string(text: bytes) -> h5t.TypeStringID:
    result = h5t.C_S1.copy()
    result.set_size(len(text))
    result.set_strpad(h5t.STR_NULLPAD)
    return result


def write_members(group: h5g.GroupID | h5f.FileID, arrays: MorphologyArrays) -> None:
    """Write the datasets points and structure of one neuron into an open group."""
    for name, values, kind in (
        (b"points", np.ascontiguousarray(arrays.points, np.float32), h5t.IEEE_F32LE),
        (b"structure", np.ascontiguousarray(arrays.structure, np.int32), h5t.STD_I32LE),
    ):
        space = h5s.create_simple(values.shape)
        dataset = h5d.create(group, name, kind, space, _DATASET_PROPERTIES)
        dataset.write(h5s.ALL, h5s.ALL, values)


def write_metadata(group: h5g.GroupID | h5f.FileID) -> h5g.GroupID:
    """Write the group metadata (format version, cell family) into an open group; return it."""
    metadata = h5g.create(group, b"metadata", gcpl=GROUP_PROPERTIES)
    for name, value in (("version", FORMAT_VERSION), ("cell_family", (FAMILY_NEURON,))):
        h5py.Group(metadata).attrs.create(name, np.array(value, dtype="<u4"))
    return metadata
