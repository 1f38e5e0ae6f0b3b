"""The bytes of .h5 files of many morphologies that differ in their points alone.

libhdf5 makes one file in memory; its points, which lie in one piece, are then replaced. For clones
this costs a tenth of making each file.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from h5py import h5d, h5f

from region_grower_hpc.formats.hdf5_members import MemberWriter, file_in_memory, write_metadata
from region_grower_hpc.formats.morphology import MorphologyArrays, check_storable

#: Forms of files that are kept; morphologies of a form come next to each other.
KEPT = 4


class MorphologyImages:
    """Makes the content of .h5 files, the same bytes as `formats.morphology.write` writes."""

    def __init__(self) -> None:
        #: what tells a form -> bytes of its first file, and where its points begin.
        self._forms: OrderedDict[tuple[object, ...], tuple[bytearray, int]] = OrderedDict()

    def content(self, arrays: MorphologyArrays) -> memoryview:
        """Bytes of the file of one morphology, until this is called again.

        Raises:
            ValueError: MorphIO could not read it back.
        """
        points = np.ascontiguousarray(arrays.points, np.float32)
        structure = np.ascontiguousarray(arrays.structure, np.int32)
        perimeters = arrays.perimeters
        form = (
            len(points),
            structure.tobytes(),
            None if perimeters is None else np.asarray(perimeters, np.float32).tobytes(),
            arrays.family,
        )
        if form not in self._forms:
            check_storable(arrays)
            self._forms[form] = _image(arrays)
            if len(self._forms) > KEPT:
                self._forms.popitem(last=False)
        self._forms.move_to_end(form)
        content, offset = self._forms[form]
        content[offset : offset + points.nbytes] = points.data.cast("B")
        return memoryview(content)


def _image(arrays: MorphologyArrays) -> tuple[bytearray, int]:
    """Bytes of a file, and where its points begin."""
    with file_in_memory() as file:
        MemberWriter().write(file, arrays)
        write_metadata(file, arrays.family)
        offset = h5d.open(file, b"points").get_offset()
        h5f.flush(file)
        return bytearray(file.get_file_image()), offset
