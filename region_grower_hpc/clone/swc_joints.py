"""Where the sections of an .swc file begin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.single_children import joints
from region_grower_hpc.formats.morphology import FloatArray, MorphologyArrays

#: A first point whose diameter is this close to that of its parent's last is not written.
SAME_DIAMETER_UM = np.float32(1e-6)


def beginning_at_parents(arrays: MorphologyArrays) -> MorphologyArrays:
    """Put the last point of the parent before first points elsewhere that would not be written.

    A morphology that needs none of it is returned as it is.

    Args:
        arrays: without perimeters, its sections with points.
    """
    rows, first, last = joints(arrays.structure, len(arrays.points))
    first_points, last_points = arrays.points[first], arrays.points[last]
    is_torn = (first_points[:, :3] != last_points[:, :3]).any(axis=1)
    is_torn &= _same_diameter(first_points, last_points)
    if not is_torn.any():
        return arrays
    points = np.insert(arrays.points, first[is_torn], last_points[is_torn], axis=0)
    inserted = np.zeros(len(arrays.structure), dtype=np.int32)
    inserted[rows] = is_torn
    structure = arrays.structure.copy()
    structure[:, 0] += np.cumsum(inserted) - inserted
    return replace(arrays, points=points, structure=structure)


def begins_unwritten(arrays: MorphologyArrays) -> NDArray[np.bool_]:
    """(M - 1,) whether the first point of a section is not written."""
    rows, first, last = joints(arrays.structure, len(arrays.points))
    result = np.zeros(len(arrays.structure), dtype=np.bool_)
    result[rows] = _same_diameter(arrays.points[first], arrays.points[last])
    return result[1:]


def _same_diameter(first: FloatArray, second: FloatArray) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = np.abs(first[:, 3] - second[:, 3]) < SAME_DIAMETER_UM
    return result
