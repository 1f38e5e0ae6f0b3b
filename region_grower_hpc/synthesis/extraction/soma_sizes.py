"""Centre and size of somata, and the normal distribution of the sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.row_products import row_dots, row_lengths

Float32Array = NDArray[np.float32]


def soma_center(soma: Any) -> Float32Array:
    """Centre of a MorphIO soma, (3,) µm: of a contour its mean, otherwise its first point.

    Raises:
        ExtractionError: the soma has no points.
    """
    from morphio import SomaType

    points: Float32Array = soma.points
    if len(points) == 0:
        raise ExtractionError("has no soma, to which sizes and angles refer; add one or leave it")
    if soma.type == SomaType.SOMA_SIMPLE_CONTOUR:
        center: Float32Array = np.mean(points, axis=0)
        return center
    first: Float32Array = points[0]
    return first


def soma_radius_um(soma: Any) -> np.floating[Any]:
    """Radius of the sphere that stands for a MorphIO soma.

    Single point: its radius. Contour: the mean distance from its centre. Cylinders: the sphere of
    the same lateral area; of a three-point soma only the cylinder between its two ends counts.
    Of an unknown kind: 0. The result is float32 where NeuroM's is: the fit sees the difference.

    Source: `soma_radius` of NeuroM 3.2.
    """
    from morphio import SomaType

    points: Float32Array = soma.points
    radii: Float32Array = soma.diameters / 2.0
    if soma.type == SomaType.SOMA_SINGLE_POINT:
        radius: np.floating[Any] = radii[0]
        return radius
    if soma.type == SomaType.SOMA_SIMPLE_CONTOUR:
        distances = row_lengths(points - soma_center(soma))
        mean: np.floating[Any] = np.mean(distances)
        return mean
    if soma.type == SomaType.SOMA_NEUROMORPHO_THREE_POINT_CYLINDERS:
        if not np.isclose(radii[0], radii[1:]).all():
            raise ExtractionError("has a three-point soma with different radii; make them equal")
        height_um = row_lengths(points[1:2] - points[2:3])[0]
        return _radius_of_area(2.0 * math.pi * float(radii[0]) * float(height_um))
    if soma.type == SomaType.SOMA_CYLINDERS:
        axes = points[:-1] - points[1:]
        squares = row_dots(axes, axes)
        area_um2 = 0.0
        for start, end, square in zip(radii[:-1], radii[1:], squares, strict=True):
            slant_um = math.sqrt(float(start - end) ** 2 + float(square))
            area_um2 += math.pi * float(start + end) * slant_um
        return _radius_of_area(area_um2)
    return np.float64(0.0)


def _radius_of_area(area_um2: float) -> np.float64:
    return np.float64(math.sqrt(area_um2 / (4.0 * math.pi)))


def size_distribution(radii_um: Sequence[np.floating[Any]]) -> dict[str, Any]:
    """Normal distribution of the soma radii, fitted by maximum likelihood."""
    from scipy.stats import norm

    mean, std = norm.fit(list(radii_um))
    return {"size": {"norm": {"mean": float(mean), "std": float(std)}}}
