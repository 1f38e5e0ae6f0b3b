"""Moments and distribution function of a normal distribution cut to an interval, for arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Deviations beyond which the density is below 1e-18 of its largest value.
_REACH = 9.2
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)  # type: ignore[no-untyped-call]


def cut_normal_cdf(
    x: ArrayLike, loc: ArrayLike, scale: ArrayLike, low: ArrayLike, high: ArrayLike
) -> NDArray[np.float64]:
    """Distribution function; a step at the value nearest to `loc` where `cut_is_point`.

    Relative to the tail with less mass, so that an interval far from `loc` keeps its digits.

    Args:
        x: where; all arguments broadcast, in one unit.
        loc: mean of the uncut distribution.
        scale: its standard deviation.
        low: lower end of the interval.
        high: upper end.
    """
    from scipy.special import log_ndtr

    x, loc, scale, low, high = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (x, loc, scale, low, high))
    )
    is_point = cut_is_point(loc, scale, low, high)
    step = (x >= np.clip(loc, low, high)).astype(np.float64)
    width = np.where(is_point, 1.0, scale)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        a, b, z = ((one - loc) / width for one in (low, high, np.clip(x, low, high)))
        # the right tail is the left one of the mirrored distribution
        is_mirrored = a + b > 0
        near = np.where(is_mirrored, -a, b)
        far = np.where(is_mirrored, -b, a)
        at = np.where(is_mirrored, -z, z)
        largest = log_ndtr(near)
        far_part = np.exp(log_ndtr(far) - largest)
        part = (np.exp(log_ndtr(at) - largest) - far_part) / (1.0 - far_part)
        part = np.where(is_mirrored, 1.0 - part, part)
    inside = np.clip(np.where(is_point, step, part), 0.0, 1.0)
    inside = np.where(x >= high, 1.0, np.where(x < low, 0.0, inside))
    return np.asarray(inside, dtype=np.float64)


def cut_normal_moments(
    loc: ArrayLike, scale: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation, by Gauss-Legendre quadrature where the density is not null.

    The closed form loses all digits in narrow intervals and in far tails; this one does not. Where
    `cut_is_point`: the value nearest to `loc`, and 0.

    Args:
        loc: mean of the uncut distribution; all arguments broadcast, in one unit.
        scale: its standard deviation.
        low: lower end of the interval.
        high: upper end.
    """
    loc, scale, low, high = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (loc, scale, low, high))
    )
    is_point = cut_is_point(loc, scale, low, high)
    width = np.where(is_point, 1.0, scale)
    peak = np.clip(loc, low, high)
    with np.errstate(over="ignore", invalid="ignore"):
        # density relative to that at the peak, d deviations away: exp(-d (d + 2 |peak - loc|) / 2)
        skew = np.abs(peak - loc) / width
        reach = np.minimum(_REACH, 2.0 * _REACH**2 / (np.hypot(skew, 2.0 * _REACH) + skew))
        first = np.maximum((low - peak) / width, -reach)
        last = np.minimum((high - peak) / width, reach)
        middle, half = (first + last) / 2.0, (last - first) / 2.0
        d = middle[..., None] + half[..., None] * _NODES
        toward = np.sign(peak - loc)[..., None] * skew[..., None]
        mass = _WEIGHTS * np.exp(-d * (d + 2.0 * toward) / 2.0)
        mass /= mass.sum(axis=-1, keepdims=True)
        shift = (mass * d).sum(axis=-1)
        spread = np.sqrt((mass * (d - shift[..., None]) ** 2).sum(axis=-1))
    mean = np.where(is_point, peak, peak + width * shift)
    return np.asarray(mean), np.where(is_point, 0.0, width * spread)


def cut_is_point(
    loc: ArrayLike, scale: ArrayLike, low: ArrayLike, high: ArrayLike
) -> NDArray[np.bool_]:
    """Whether one value is left: no spread, or an interval that is null in units of the spread."""
    loc, scale, low, high = (np.asarray(one, dtype=np.float64) for one in (loc, scale, low, high))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        is_wide = (low - loc) / scale < (high - loc) / scale
    return np.asarray(~((scale > 0.0) & is_wide))
