"""Fits of one-dimensional distributions to measured diameters, ratios and tapers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

#: Shapes outside make draws of exponnorm useless; the fit is repeated with the nearer bound.
SMALLEST_SHAPE, LARGEST_SHAPE = 0.3, 4
#: Draws are kept between percentiles of the data.
LOW_PERCENTILE, HIGH_PERCENTILE = 5, 95


def fit_reversed_exponential(values: Sequence[float]) -> dict[str, Any]:
    """An exponential that falls off to the left of the largest value.

    Source: `fit_distribution` of diameter-synthesis 0.7.1 for "expon_rev".
    """
    from scipy.stats import expon

    loc, scale = expon.fit(-np.array(values))
    return {
        "loc": float(loc),
        "scale": float(scale),
        "min": float(np.percentile(values, LOW_PERCENTILE)),
        "max": float(max(values)),
        "num_value": float(len(values)),
    }


def fit_exponential_plus_normal(values: Sequence[float]) -> dict[str, Any]:
    """The sum of an exponential and a normal variable (scipy's exponnorm).

    Source: `fit_distribution` of diameter-synthesis 0.7.1 for "exponnorm".
    """
    from scipy.stats import exponnorm

    shape, loc, scale = exponnorm.fit(values)
    for bound, outside in (
        (LARGEST_SHAPE, shape > LARGEST_SHAPE),
        (SMALLEST_SHAPE, shape < SMALLEST_SHAPE),
    ):
        if outside:
            shape, loc, scale = exponnorm.fit(values, f0=bound)
    return {
        "a": float(shape),
        "loc": float(loc),
        "scale": float(scale),
        "min": float(np.percentile(values, LOW_PERCENTILE)),
        "max": float(np.percentile(values, HIGH_PERCENTILE)),
        "num_value": len(values),
    }


FITS = {
    "expon_rev": fit_reversed_exponential,
    "exponnorm": fit_exponential_plus_normal,
}
