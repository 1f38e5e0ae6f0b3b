"""Edges of the bins of histograms, as numpy 2 has them, under any numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def bin_edges(
    lo: npt.ArrayLike, hi: npt.ArrayLike, n_bins: int, dtype: npt.DTypeLike
) -> npt.NDArray[np.float64]:
    """Edges of equal bins from the least to the greatest of numbers of a dtype.

    Float32 numbers have edges in float32 arithmetic, all others in float64. Where lo is hi the bins
    go from half a unit below to half a unit above.

    Args:
        lo: any shape; NaN where there are no numbers.
        hi: the same shape.
        n_bins: at least 1.
        dtype: of the numbers.

    Returns:
        (..., n_bins + 1) float64; NaN where lo or hi is not finite, or their difference.

    Source: `numpy.histogram_bin_edges` of numpy 2 with a number of bins.
    """
    arithmetic: type[np.floating[Any]] = np.float64
    if np.dtype(dtype).newbyteorder("=") == np.float32:
        arithmetic = np.float32
    first = np.asarray(lo, dtype=arithmetic)[..., np.newaxis]
    last = np.asarray(hi, dtype=arithmetic)[..., np.newaxis]
    half = arithmetic(0.5)
    is_point = first == last
    first, last = np.where(is_point, first - half, first), np.where(is_point, last + half, last)
    numbers = np.arange(n_bins + 1, dtype=arithmetic)
    bins = arithmetic(n_bins)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        span = last - first
        step = span / bins
        # a step too small for a number would lose all edges but the last
        edges = np.where(step == 0, numbers / bins * span, numbers * step) + first
    edges[..., -1:] = last
    is_known = np.isfinite(span)
    return np.where(is_known, edges, arithmetic(np.nan)).astype(np.float64)
