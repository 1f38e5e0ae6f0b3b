"""Somas as the contours that .h5 and .asc files hold.

Source: the conversions of `morph_tool.converter`.
"""

from __future__ import annotations

import numpy as np

from region_grower_hpc.formats.morphology import FloatArray

CIRCLE_POINTS = 20
#: Width of the line that draws a contour, µm; it says nothing of the soma.
LINE_WIDTH_UM = 0.25
#: A stack is shorter than this in each direction where its ends are at the same place.
SAME_PLACE_UM = 1e-8


def circle(sphere: FloatArray) -> FloatArray:
    """A spherical soma as a circle of its radius in the plane of x and y.

    Args:
        sphere: (4,) centre and diameter, µm.

    Returns:
        (20, 4) float32, clockwise from the greatest y; the diameters are the line's width.
    """
    angles_rad = 2 * np.pi / CIRCLE_POINTS * np.arange(CIRCLE_POINTS)
    result = np.zeros((CIRCLE_POINTS, 4))
    result[:, 0], result[:, 1] = np.sin(angles_rad), np.cos(angles_rad)
    result *= sphere[3] / 2.0
    result[:, :3] += sphere[:3]
    result[:, 3] = LINE_WIDTH_UM
    return result.astype(np.float32)


def outline_of_stack(stack: FloatArray) -> FloatArray:
    """A stack of cylinders as its outline, seen along z (or along x, if it stands along z).

    Args:
        stack: (n, 4) float32: axis and diameters, µm; n > 1.

    Returns:
        (2 n, 4) float32: one side from the first point to the last, the other side back; the
        diameters are 0.

    Raises:
        ValueError: all points are at the same place.
    """
    axis = stack[:, :3].astype(np.float64)
    # As far from the first point as can be, counted from the end.
    apart = np.flatnonzero((np.abs(axis - axis[0]) > SAME_PLACE_UM).any(axis=1))
    if not len(apart):
        raise ValueError("a soma of several points at the same place has no outline")
    dx, dy, dz = axis[apart[-1]] - axis[0]
    across = np.array([dy, -dx, 0.0])
    if np.linalg.norm(across) < SAME_PLACE_UM:
        across = np.array([0.0, dz, -dy])
    across /= np.linalg.norm(across)
    offsets = across * (stack[:, 3:].astype(np.float64) / 2.0)
    result = np.zeros((2 * len(stack), 4), dtype=np.float32)
    result[:, :3] = np.concatenate([axis + offsets, (axis - offsets)[::-1]])
    return result
