"""Cumulative histograms, and how far they lie from each other or from a model's distribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS

Floats = NDArray[np.float64]

_BOUNDS = ("lower_bound", "upper_bound")


def cumulative(counts: ArrayLike) -> Floats:
    """Fraction of the values below each edge.

    Args:
        counts: (..., B) counts of the bins.

    Returns:
        (..., B + 1) float64 from 0 to 1; NaN for a histogram without values.
    """
    running = np.cumsum(np.asarray(counts, np.float64), axis=-1)
    total = running[..., -1:]
    fractions = np.full((*running.shape[:-1], running.shape[-1] + 1), np.nan)
    fractions[..., :1] = np.where(total > 0, 0.0, np.nan)
    np.divide(running, total, out=fractions[..., 1:], where=total > 0)
    return fractions


def ks_histograms(
    counts_a: ArrayLike, edges_a: ArrayLike, counts_b: ArrayLike, edges_b: ArrayLike
) -> float:
    """Largest absolute difference of two cumulative histograms, linear inside their bins.

    Args:
        counts_a: (B,) counts.
        edges_a: (B + 1,) edges, ascending; two may be equal, as float32 edges of nearly equal
            values are: the histogram then has a step, and both its sides count.
        counts_b: (C,) counts of the other.
        edges_b: (C + 1,) edges of the other.

    Returns:
        0 to 1; NaN where one of them holds no values.
    """
    a, b = cumulative(counts_a), cumulative(counts_b)
    of_a, of_b = np.asarray(edges_a, np.float64), np.asarray(edges_b, np.float64)
    if not (np.isfinite(a).all() and np.isfinite(of_a).all()):
        return float("nan")
    if not (np.isfinite(b).all() and np.isfinite(of_b).all()):
        return float("nan")
    at = np.union1d(of_a, of_b)
    above = np.abs(np.interp(at, of_a, a) - np.interp(at, of_b, b))
    below = np.abs(_limits_from_below(at, of_a, a) - _limits_from_below(at, of_b, b))
    return float(max(above.max(), below.max()))


def _limits_from_below(at: Floats, edges: Floats, fractions: Floats) -> Floats:
    """The same interpolation, but with the lower value at a step (np.interp gives the upper)."""
    return np.interp(-at, -edges[::-1], fractions[::-1])


def thresholds(
    edges: ArrayLike,
    lower_bound: ArrayLike | None = None,
    upper_bound: ArrayLike | None = None,
    dtype: str | None = None,
    is_synapse_count: bool = False,
) -> Floats:
    """Largest draw of a distribution that ends below each edge, once bounds and dtype are applied.

    Bins are half open, the last one closed: the last edge itself counts as below. So the
    distribution function at these thresholds is what cumulative() of the model's values tends to,
    also for distributions with steps: of an integer-valued one it is taken at the largest integer
    below the edge.

    Args:
        edges: (..., B + 1) ascending.
        lower_bound: broadcast against `edges`; None = open.
        upper_bound: the same.
        dtype: of the model entry: `int` rounds half to even, other integers cut the fraction off.
        is_synapse_count: numbers of synapses are rounded and at least 1, before the bounds.

    Returns:
        the shape of `edges`, float64; -inf where no draw ends there, inf where all do.
    """
    ends = np.asarray(edges, np.float64)
    limits = np.nextafter(ends, -np.inf)
    limits[..., -1] = ends[..., -1]
    if dtype == "int":
        limits = _before_rounding(limits)
    elif dtype is not None and np.dtype(dtype).kind in "iu":
        limits = _before_cutting(limits)
    if upper_bound is not None:
        limits = np.where(limits >= np.asarray(upper_bound, np.float64), np.inf, limits)
    if lower_bound is not None:
        limits = np.where(limits < np.asarray(lower_bound, np.float64), -np.inf, limits)
    if is_synapse_count:
        limits = np.where(limits < 1.0, -np.inf, _before_rounding(limits))
    return limits


def _before_rounding(limits: Floats) -> Floats:
    """Largest values that rounding (half to even) leaves at or below the limits."""
    half = np.floor(limits) + 0.5
    is_even = np.floor(limits / 2) * 2 == np.floor(limits)
    return np.where(is_even, half, np.nextafter(half, -np.inf))


def _before_cutting(limits: Floats) -> Floats:
    """Largest values of which the part before the point is at or below the limits."""
    whole = np.floor(limits)
    return np.where(whole >= 0, np.nextafter(whole + 1.0, -np.inf), whole)


def largest_difference(counts: ArrayLike, model: ArrayLike) -> Floats:
    """Largest absolute difference of cumulative counts and a distribution function at the edges.

    Args:
        counts: (..., B) counts.
        model: (..., B + 1) distribution function at thresholds() of the edges.

    Returns:
        (...) float64, NaN for a histogram without values.
    """
    distances = np.abs(cumulative(counts) - np.asarray(model, np.float64))
    return np.asarray(distances.max(axis=-1), np.float64)


def ks_model(
    counts: ArrayLike,
    edges: ArrayLike,
    entry: Mapping[str, Any],
    is_synapse_count: bool = False,
) -> float:
    """Largest absolute difference, over the edges, of cumulative counts and a model entry.

    Args:
        counts: (B,) counts of the data.
        edges: (B + 1,) their edges.
        entry: distribution of one property and pathway as model.json holds it.
        is_synapse_count: the entry is that of n_syn_per_conn.

    Returns:
        0 to 1; NaN without data. What is compared is what the model gives: after rounding, bounds
        and dtype.
    """
    if not (np.sum(counts) > 0 and np.isfinite(edges).all()):
        return float("nan")
    lower, upper = (entry.get(key) for key in _BOUNDS)
    at = thresholds(edges, lower, upper, entry.get("dtype"), is_synapse_count)
    model = np.where(at > 0, 1.0, 0.0)
    inside = np.isfinite(at)
    unbounded = {key: value for key, value in entry.items() if key not in _BOUNDS}
    model[inside] = DISTRIBUTIONS[entry["type"]].cdf(at[inside], unbounded)
    return float(largest_difference(counts, model))
