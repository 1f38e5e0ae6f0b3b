"""Poisson distribution without its zero: rate of a mean, random numbers, distribution function."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Least rate of the random numbers. A rate of 0 (mean 1) would use fewer numbers of the stream than
#: the peer does, whose solver ends near this value.
LEAST_DRAWN_RATE = 1e-8
_MOST_STEPS = 60


def rate_of_mean(mean: ArrayLike) -> NDArray[np.float64]:
    """Rate of the Poisson distribution whose mean without zeros is `mean`; 0 for a mean of 1.

    Newton's method from the right on rate / (1 - exp(-rate)) - mean, which is convex: it descends
    to the root without overshooting. The peer's general solver is exact to 1e-8 only near 1.

    Args:
        mean: any shape, at least 1.
    """
    goal = np.asarray(mean, dtype=np.float64)
    rate = goal.copy()
    for _ in range(_MOST_STEPS):
        value, slope = _mean_and_slope(rate)
        following = np.maximum(rate - (value - goal) / slope, 0.0)
        is_done = np.abs(following - rate) <= 4.0 * np.finfo(np.float64).eps * rate
        rate = following
        if np.all(is_done):
            break
    return np.where(goal > 1.0, rate, 0.0)


def _mean_and_slope(rate: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    is_small = rate < 1e-4  # where the differences of the closed form lose their digits
    safe = np.where(is_small, 1.0, rate)
    some = -np.expm1(-safe)
    mean = np.where(is_small, 1.0 + rate / 2.0 + rate * rate / 12.0, safe / some)
    slope = np.where(is_small, 0.5 + rate / 6.0, (some - safe * np.exp(-safe)) / (some * some))
    return mean, slope


def deviation_of_mean(mean: ArrayLike) -> NDArray[np.float64]:
    """Standard deviation of the distribution without zeros whose mean is `mean`."""
    goal = np.asarray(mean, dtype=np.float64)
    return np.asarray(np.sqrt(np.maximum(goal * (rate_of_mean(goal) - (goal - 1.0)), 0.0)))


def cdf_of_mean(x: ArrayLike, mean: ArrayLike) -> NDArray[np.float64]:
    """Distribution function at `x` of the distribution without zeros whose mean is `mean`."""
    from scipy.special import gammainc

    x, rate = np.broadcast_arrays(np.asarray(x, dtype=np.float64), rate_of_mean(mean))
    count = np.maximum(np.floor(x), 1.0)
    is_one = rate == 0.0
    safe = np.where(is_one, 1.0, rate)
    above = np.where(is_one, 0.0, gammainc(count + 1.0, safe) / -np.expm1(-safe))
    return np.where(x < 1.0, 0.0, 1.0 - above)


def draw_zero_truncated(rate: float, size: int) -> NDArray[np.int64]:
    """Random numbers of the global stream of numpy: one uniform and one Poisson number each.

    The first event falls at time t of the unit interval given that there is one; further events
    come at the same rate in what is left.
    """
    u = np.random.uniform(np.exp(-rate), 1.0, size=size)
    left = np.maximum(rate + np.log(u), 0.0)  # rounding can make it negative
    return 1 + np.asarray(np.random.poisson(left), dtype=np.int64)
