"""The members of a MorphIO HDF5 v1.3 morphology, written into open HDF5 groups.

All is done with the low-level calls of h5py and with property lists made once: what is left is
libhdf5's own time for two datasets and a group.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from h5py import h5a, h5d, h5f, h5g, h5p, h5s, h5t
from numpy.typing import NDArray

from region_grower_hpc.formats.atomic import Replacing, replacing

if TYPE_CHECKING:
    from region_grower_hpc.formats.morphology import MorphologyArrays

# 1.3 is read by every MorphIO 3; MorphIO 3.5 itself writes 1.4 with the same members.
FORMAT_VERSION = (1, 3)
#: Cell families of MorphIO that are written; others need members beyond these.
FAMILY_NEURON, FAMILY_GLIA = 0, 1
COMMENT = b"Created by region-grower-hpc"
#: The dataset that not every morphology has.
PERIMETERS = b"perimeters"


def _without_times(kind: h5p.PropClassID) -> h5p.PropOCID:
    properties = h5p.create(kind)
    properties.set_obj_track_times(False)
    return properties


GROUP_PROPERTIES = _without_times(h5p.GROUP_CREATE)
# Contiguous: Collection.load_unordered of MorphIO sorts by the datasets' place in the file.
_DATASET_PROPERTIES = _without_times(h5p.DATASET_CREATE)
_DATASET_PROPERTIES.set_layout(h5d.CONTIGUOUS)
_DATASET_PROPERTIES.set_fill_time(h5d.FILL_TIME_NEVER)
_FILE_PROPERTIES = _without_times(h5p.FILE_CREATE)
# The format of HDF5 1.8, whatever h5py takes as default: groups are small, every MorphIO reads it.
_ACCESS_PROPERTIES = h5p.create(h5p.FILE_ACCESS)
_ACCESS_PROPERTIES.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
_ACCESS_PROPERTIES.set_fclose_degree(h5f.CLOSE_STRONG)
# Small datasets are written at once, where an error can be raised. When a dataset cannot be
# written as it is closed, libhdf5 crashes.
_ACCESS_PROPERTIES.set_sieve_buf_size(0)


#: Bytes by which a file in memory grows.
_GROWTH_BYTES = 1 << 16


@contextmanager
def new_file(path: Path) -> Iterator[h5f.FileID]:
    """Yield a new HDF5 file without times; leaving the block closes all that is open in it."""
    with _created(bytes(path), _ACCESS_PROPERTIES) as file:
        yield file


@contextmanager
def file_in_memory() -> Iterator[h5f.FileID]:
    """Yield the same, in memory alone."""
    access = _ACCESS_PROPERTIES.copy()
    access.set_fapl_core(_GROWTH_BYTES, False)
    with _created(b"in memory", access) as file:
        yield file


@contextmanager
def _created(name: bytes, access: h5p.PropFAID) -> Iterator[h5f.FileID]:
    file = h5f.create(name, h5f.ACC_TRUNC, fcpl=_FILE_PROPERTIES, fapl=access)
    try:
        comment = h5a.create(file, b"comment", _COMMENT_TYPE, h5s.create(h5s.SCALAR))
        comment.write(np.array(COMMENT))
        yield file
    finally:
        file.close()


@contextmanager
def replacing_hdf5(path: Path, replacing: Replacing = replacing) -> Iterator[h5f.FileID]:
    """Yield a new HDF5 file without times, which becomes `path` when the block ends well."""
    with replacing(path) as temporary, new_file(temporary) as file:
        yield file


def _fixed_string(text: bytes) -> h5t.TypeStringID:
    result = h5t.C_S1.copy()
    result.set_size(len(text))
    result.set_strpad(h5t.STR_NULLPAD)
    return result


_COMMENT_TYPE = _fixed_string(COMMENT)


class MemberWriter:
    """Writes the datasets of morphologies, one after the other; their data spaces serve again."""

    def __init__(self) -> None:
        self._points_space = h5s.create_simple((1, 4))
        self._structure_space = h5s.create_simple((1, 3))
        self._perimeters_space = h5s.create_simple((1,))
        #: the last structure, and the group that it was written to.
        self._structure: tuple[bytes, h5g.GroupID | h5f.FileID] | None = None

    def write(self, group: h5g.GroupID | h5f.FileID, arrays: MorphologyArrays) -> None:
        """Write points, structure and any perimeters of one morphology into an open group.

        Morphologies that follow each other and have the same structure, as clones have, share it by
        hard links: a writer is for groups of one file.
        """
        points = np.ascontiguousarray(arrays.points, np.float32)
        structure = np.ascontiguousarray(arrays.structure, np.int32)
        self._points_space.set_extent_simple(points.shape)
        # The type in memory is named: h5py would make it anew from the dtype.
        h5d.create(group, b"points", h5t.IEEE_F32LE, self._points_space, _DATASET_PROPERTIES).write(
            h5s.ALL, h5s.ALL, points, h5t.NATIVE_FLOAT
        )
        content = structure.tobytes()
        if self._structure is not None and self._structure[0] == content:
            group.links.create_hard(b"structure", self._structure[1], b"structure")
        else:
            self._structure_space.set_extent_simple(structure.shape)
            dataset = h5d.create(
                group, b"structure", h5t.STD_I32LE, self._structure_space, _DATASET_PROPERTIES
            )
            dataset.write(h5s.ALL, h5s.ALL, structure, h5t.NATIVE_INT32)
            self._structure = content, group
        if arrays.perimeters is not None:
            self._write_perimeters(group, arrays.perimeters)

    def _write_perimeters(
        self, group: h5g.GroupID | h5f.FileID, perimeters: NDArray[np.float32]
    ) -> None:
        values = np.ascontiguousarray(perimeters, np.float32)
        self._perimeters_space.set_extent_simple(values.shape)
        h5d.create(
            group, PERIMETERS, h5t.IEEE_F32LE, self._perimeters_space, _DATASET_PROPERTIES
        ).write(h5s.ALL, h5s.ALL, values, h5t.NATIVE_FLOAT)


def write_metadata(group: h5g.GroupID | h5f.FileID, family: int = FAMILY_NEURON) -> h5g.GroupID:
    """Write the group metadata (format version, cell family) into an open group; return it."""
    metadata = h5g.create(group, b"metadata", gcpl=GROUP_PROPERTIES)
    for name, values in ((b"version", FORMAT_VERSION), (b"cell_family", (family,))):
        space = h5s.create_simple((len(values),))
        h5a.create(metadata, name, h5t.STD_U32LE, space).write(np.array(values, dtype=np.uint32))
    return metadata


def read_family(group: h5g.GroupID | h5f.FileID) -> int:
    """The cell family that an open group's metadata give; that of neurons where it has none."""
    try:
        attribute = h5a.open(group, b"cell_family", obj_name=b"metadata")
    except KeyError:
        return FAMILY_NEURON
    family = np.zeros(1, np.uint32)
    attribute.read(family, h5t.NATIVE_UINT32)
    return int(family[0])
