"""Somas as the stacks of discs that .swc files hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.formats.morphology import FloatArray

Coordinates = NDArray[np.float64]

#: Points along the contour by which it is measured, and discs of the stack.
CONTOUR_SAMPLES, N_DISCS = 101, 21
#: Of directions of length 1, and of widths beside the length.
NEGLIGIBLE = 1e-6


def stack_of_contour(contour: FloatArray) -> FloatArray:
    """A contour as discs along its longest axis, as NEURON understands contours.

    The contour, an open line, is followed in equal steps (its length is measured in x and y). Its
    axes are those of inertia about the mean of the steps. Each disc is as wide as the contour's
    two sides are apart along the middle axis, seen along z; a disc at an end is as wide as it and
    its neighbour on average. Parts of a side that lead back along the longest axis do not count.

    Args:
        contour: (n, 4) float32, µm; n > 2. Its diameters do not count.

    Returns:
        (21, 4) float32, along the longest axis to the side where the axis' first coordinate that
        is not 0 grows; (1, 4), a sphere about the contour's mean with its mean distance as radius,
        where the contour encloses nothing seen along z.

    Source: `contourcenter` and `contour2centroid` of NEURON's import3d.
    """
    points = contour[:, :3].astype(np.float64)
    lengths_um = np.hypot(*np.diff(points[:, :2], axis=0).T)
    along = np.append(0.0, np.cumsum(lengths_um))
    steps = np.linspace(0.0, along[-1], CONTOUR_SAMPLES)
    points = np.stack([np.interp(steps, along, values) for values in points.T], axis=1)
    centre = points.mean(axis=0)
    discs = _discs(points - centre)
    if discs is None:
        return _sphere(contour)
    discs[:, :3] += centre
    return discs.astype(np.float32)


def _discs(points: Coordinates) -> Coordinates | None:
    """The stack of a contour about 0; None where it has no two sides."""
    inertia, axes = np.linalg.eigh(points.T @ points)
    longest, middle = axes[:, 2], axes[:, 1] * (1.0, 1.0, 0.0)
    flat = np.linalg.norm(middle)
    if flat < NEGLIGIBLE or inertia[1] <= NEGLIGIBLE**2 * inertia[2]:
        return None
    longest = longest * np.sign(longest[np.flatnonzero(np.abs(longest) > NEGLIGIBLE)[0]])
    along, across = points @ longest, points @ (middle / flat)
    # From the point farthest along the axis, once around.
    farthest = int(np.argmax(along))
    along, across = np.roll(along, -farthest), np.roll(across, -farthest)
    nearest = int(np.argmin(along))
    if nearest == 0:
        return None
    sides = [
        _rising(along[side], across[side])
        for side in (slice(nearest - 1, None, -1), slice(nearest, None))
    ]
    every = np.sort(np.concatenate([side_along for side_along, _ in sides]))
    centres = np.linspace(every[1], every[-2], N_DISCS)
    left, right = (np.interp(centres, *side) for side in sides)
    diameters = np.abs(left - right)
    diameters[0], diameters[-1] = diameters[:2].mean(), diameters[-2:].mean()
    if diameters.max() <= NEGLIGIBLE * np.ptp(along):
        return None
    return np.column_stack([centres[:, None] * longest, diameters])


def _rising(along: Coordinates, across: Coordinates) -> tuple[Coordinates, Coordinates]:
    """The points of a side before which no later one lies."""
    later = np.minimum.accumulate(along[::-1])[::-1]
    kept = np.append(along[:-1] < later[1:], True)
    return along[kept], across[kept]


def _sphere(contour: FloatArray) -> FloatArray:
    points = contour[:, :3].astype(np.float64)
    centre = points.mean(axis=0)
    radius_um = np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[*centre, 2 * radius_um]], dtype=np.float32)
