"""Traces thinned out for drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

#: Beyond it numbers are no measurement, and axes lose their sense.
_LARGEST = 1e12


def drawable(values: ArrayLike) -> FloatArray:
    """Values as float64, NaN for what cannot be drawn: infinite, or beyond 1e12."""
    numbers = np.array(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        numbers[~(np.abs(numbers) <= _LARGEST)] = np.nan
    return numbers


def envelope(x: ArrayLike, y: ArrayLike, n_bins: int) -> tuple[FloatArray, FloatArray]:
    """The smallest and the largest sample of each of so many stretches of a trace.

    With more stretches than a printed line has dots across, the drawing is that of all samples:
    spikes and edges keep their height and their place, and files stay small. A gap (NaN) narrower
    than a stretch is not seen.

    Args:
        x: (n,) increasing.
        y: (n,) or another length: what is beyond the shorter of both is left out.
        n_bins: number of stretches; a trace of up to twice as many samples stays as it is.

    Returns:
        x and y of the samples that are kept, at most 2 n_bins + 2, in their order; the first and
        the last are among them.
    """
    times, values = drawable(x), drawable(y)
    n_samples = min(times.size, values.size)
    times, values = times[:n_samples], values[:n_samples]
    if n_samples <= 2 * n_bins:
        return times, values
    width = -(-n_samples // n_bins)
    n_full = n_samples // width * width
    stretches = values[:n_full].reshape(-1, width)
    begins = np.arange(0, n_full, width)
    is_gap = np.isnan(stretches)
    lowest = begins + np.where(is_gap, np.inf, stretches).argmin(axis=1)
    highest = begins + np.where(is_gap, -np.inf, stretches).argmax(axis=1)
    kept = [lowest, highest, [0, n_samples - 1]]
    if n_full < n_samples and not np.isnan(values[n_full:]).all():
        rest = values[n_full:]
        kept.append([n_full + int(np.nanargmin(rest)), n_full + int(np.nanargmax(rest))])
    indices = np.unique(np.concatenate(kept).astype(np.int64))
    return times[indices], values[indices]
