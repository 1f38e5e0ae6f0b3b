"""Directions in which neurites leave the soma, and their histograms.

Vectors are float32, and angles are taken in float64 from float32 products: the arithmetic of the
reference under NumPy 1.26, whichever NumPy is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.row_products import Rows, row_dots, row_lengths

FloatArray = NDArray[np.float64]

N_BINS = 30
PIA_DIRECTION = np.array([[0.0, 1.0, 0.0]])


def trunk_distributions(
    trunks: Sequence[Rows], apical_trunks: Sequence[Rows] | None
) -> dict[str, Any]:
    """Histograms of the trunk angles of one neurite type.

    Args:
        trunks: for each cell (n, 3) float32, µm, from the soma's centre to the first points.
        apical_trunks: for each cell its apical trunks, to which angles are also taken; None for
            the apical dendrites themselves. Without any, `apical_3d_angles` is absent.

    Source: `from_neurom.trunk_neurite` of NeuroTS 3.7.0; 3d angles as densities, others counted.
    """
    result = {
        "orientation_deviation": _counts([neighbour_angles(each) for each in trunks]),
        "azimuth": {"uniform": {"min": np.pi, "max": 0.0}},
        "absolute_elevation_deviation": _counts([elevations(each) for each in trunks]),
        "pia_3d_angles": _densities([angles_between(PIA_DIRECTION, each) for each in trunks]),
    }
    if apical_trunks is not None:
        pairs = zip(apical_trunks, trunks, strict=True)
        to_apical = [angles_between(apical[:1], each) for apical, each in pairs if len(apical)]
        if any(map(len, to_apical)):
            result["apical_3d_angles"] = _densities(to_apical)
    return result


def neighbour_angles(vectors: Rows) -> FloatArray:
    """Angles in the x-y plane between trunks that follow each other around the soma, (n,) rad.

    Trunks are sorted by their polar angle; each is compared with the one before it, the first
    with the last. A single trunk has the angle 0.
    """
    planar = vectors[:, :2]
    units = planar / row_lengths(planar)[:, None]
    polar = np.arctan2(units[:, 1], units[:, 0]).astype(np.float64)
    order = np.argsort(polar - np.pi / 2)
    return angles_between(np.roll(planar[order], 1, axis=0), planar[order])


def elevations(vectors: Rows) -> FloatArray:
    """Angle of each trunk above the x-z plane, (n,) in [-pi/2, pi/2].

    Raises:
        ExtractionError: a trunk starts in the soma's centre.
    """
    lengths = row_lengths(vectors)
    if (lengths < np.finfo(lengths.dtype).eps).any():
        raise ExtractionError("a neurite starts in the centre of the soma; move its first point")
    sines = (vectors[:, 1] / lengths).astype(np.float64)
    angles: FloatArray = np.arcsin(np.clip(sines, -1.0, 1.0))
    return angles


def angles_between(first: Rows, second: Rows) -> FloatArray:
    """Angle between each row of `first` (or its only one) and that of `second`, (n,) rad.

    Equal vectors have the angle 0, also if they are null.
    """
    first = np.broadcast_to(first, second.shape)
    common = np.result_type(first, second)
    units = [
        np.ascontiguousarray(rows / row_lengths(rows)[:, None], dtype=common)
        for rows in (first, second)
    ]
    cosines = row_dots(*units).astype(np.float64)
    angles = np.arccos(np.clip(cosines, -1.0, 1.0))
    return np.where((first == second).all(axis=1), 0.0, angles)


def _counts(angles: Sequence[FloatArray]) -> dict[str, Any]:
    return _histogram(angles, density=False)


def _densities(angles: Sequence[FloatArray]) -> dict[str, Any]:
    return _histogram(angles, density=True)


def _histogram(angles: Sequence[FloatArray], density: bool) -> dict[str, Any]:
    weights, edges = np.histogram(np.concatenate(angles), bins=N_BINS, density=density)
    centers = (edges[1:] + edges[:-1]) / 2.0
    return {"data": {"bins": centers.tolist(), "weights": weights.tolist()}}
