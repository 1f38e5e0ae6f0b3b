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

    def to_voxels(self, point_um: FloatArray) -> FloatArray:
        """Voxel coordinates with their fraction, (3,)."""
        return (point_um - self._offset_um) / self._voxel_um

    def to_um(self, place: FloatArray) -> FloatArray:
        """Position in µm of voxel coordinates, (3,)."""
        return place * self._voxel_um + self._offset_um
