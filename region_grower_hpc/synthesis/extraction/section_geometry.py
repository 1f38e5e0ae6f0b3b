"""Lengths and radii of MorphIO sections, in float32 as they are stored."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial.polynomial import polyfit
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]


def segment_lengths_um(section: Any) -> Float32Array:
    """(n - 1,) lengths of the segments of a section with n points."""
    lengths: Float32Array = np.linalg.norm(np.diff(section.points, axis=0), axis=1)
    return lengths


def section_length_um(section: Any) -> float:
    """Path length of a section; 0 with fewer than two points."""
    return float(segment_lengths_um(section).sum())


def mean_radius_um(section: Any) -> np.float32:
    """Radius of a section, averaged over its length; NaN if it has none."""
    radii = section.diameters / 2.0
    lengths = segment_lengths_um(section)
    mean: np.float32 = np.sum(0.5 * (radii[1:] + radii[:-1]) * lengths) / np.sum(lengths)
    return mean


def taper_rate(section: Any) -> np.float32:
    """Slope of the line fitted to the diameters along the path of a section.

    Source: `section_taper_rates` of NeuroM 3.2.
    """
    path_um = np.cumsum(np.insert(segment_lengths_um(section), 0, 0))
    coefficients = polyfit(path_um, section.diameters, 1)  # type: ignore[no-untyped-call]
    slope: np.float32 = coefficients[1]
    return slope
