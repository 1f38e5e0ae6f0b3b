"""Voxel coordinates of the atlas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class VoxelGrid:
    """The grid of brain_regions.nrrd.

    Args:
        offset_um: (3,) corner of the first voxel.
        voxel_um: (3,) size of a voxel.
    """

    def __init__(self, offset_um: npt.ArrayLike, voxel_um: npt.ArrayLike) -> None:
        self._offset_um = np.array(offset_um, dtype=np.float64)
        self._voxel_um = np.array(voxel_um, dtype=np.float64)

    @property
    def offset_and_size_um(self) -> tuple[FloatArray, FloatArray]:
        """Corner of the first voxel and size of a voxel, each (3,)."""
        return self._offset_um, self._voxel_um

    def to_voxels(self, point_um: FloatArray) -> FloatArray:
        """Voxel coordinates with their fraction, (3,)."""
        return (point_um - self._offset_um) / self._voxel_um
