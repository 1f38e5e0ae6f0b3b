"""Orientations of the atlas at single points, without voxcell's cost a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Voxel = tuple[int, int, int]


class OrientationVolume:
    """The voxels of orientation.nrrd, which may lie in memory that all ranks of a node share.

    Args:
        raw: (nx, ny, nz, 4) int8 or float, quaternions w, x, y, z; int8 are value/127.
        offset_um: (3,) float32 corner of the first voxel.
        voxel_um: (3,) float32 size of a voxel.

    Source: `voxcell.OrientationField.lookup`, to the last bit.
    """

    def __init__(
        self, raw: npt.NDArray[Any], offset_um: npt.ArrayLike, voxel_um: npt.ArrayLike
    ) -> None:
        # float32, as voxcell holds them
        offset = np.asarray(offset_um, dtype=np.float32)
        voxel = np.asarray(voxel_um, dtype=np.float32)
        shape = raw.shape[:3]
        end = offset + voxel * np.array(shape)
        self._raw = raw
        self._axes = tuple(zip(offset.tolist(), voxel.tolist(), shape, end.tolist(), strict=True))

    def voxel(self, point_um: npt.NDArray[np.float64]) -> Voxel | None:
        """Indices of the voxel that holds a point, None outside the volume."""
        indices = []
        for value, (offset, size, count, end) in zip(point_um.tolist(), self._axes, strict=True):
            index = (value - offset) / size
            if abs(index) < 1e-7:
                index = 0.0
            if not index >= 0:
                return None
            if index >= count:
                if value >= end:
                    return None
                index = count - 1
            indices.append(int(index))
        return indices[0], indices[1], indices[2]

    def matrices(self, voxel: Voxel) -> npt.NDArray[np.float64]:
        """Rotation of a voxel, (1, 3, 3); NaN where the volume holds NaN."""
        from voxcell.quaternion import quaternions_to_matrices

        quaternion = self._raw[voxel]
        if quaternion.dtype == np.int8:
            quaternion = quaternion / 127.0
        matrices: npt.NDArray[np.float64] = quaternions_to_matrices(np.roll(quaternion, -1))
        return matrices
