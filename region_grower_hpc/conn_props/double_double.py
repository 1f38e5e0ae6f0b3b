"""Numbers in two parts, a float64 and what it lacks, and the moments that come from such sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Pair = tuple[Doubles, Doubles]

_SPLIT = np.float64(134217729.0)  # 2^27 + 1


def add_pairs(high_a: Doubles, low_a: Doubles, high_b: Doubles, low_b: Doubles) -> Pair:
    """Sums of two arrays of numbers in two parts; relative error about 1e-32.

    A sum that is not finite has the low part 0.

    Source: AccurateDWPlusDW of M. Joldes, J.-M. Muller, V. Popescu, Tight and rigorous error
    bounds for basic building blocks of double-word arithmetic, ACM Transactions on Mathematical
    Software 44 (2017).
    """
    with np.errstate(invalid="ignore", over="ignore"):
        high, high_error = _sum(high_a, high_b)
        low, low_error = _sum(low_a, low_b)
        high, error = _short_sum(high, high_error + low)
        return _short_sum(high, error + low_error)


def mean(count: npt.NDArray[np.int64], sum_high: Doubles, sum_low: Doubles) -> Doubles:
    """Mean of `count` numbers with this sum; NaN where there are none."""
    return _mean_pair(count, sum_high, sum_low)[0]


def standard_deviation(
    count: npt.NDArray[np.int64],
    sum_high: Doubles,
    sum_low: Doubles,
    square_high: Doubles,
    square_low: Doubles,
    least: Doubles,
    greatest: Doubles,
) -> Doubles:
    """Population standard deviation (ddof 0) of numbers with these sums of them and of squares.

    Exactly 0 where the least number is the greatest; NaN where there are none. Deviations below
    1e-15 of the mean are lost in rounding.
    """
    total = (sum_high, sum_low)
    variance = covariance(count, total, total, (square_high, square_low))
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt(np.maximum(variance, 0.0))
    return np.where((least == greatest) & (count > 0), 0.0, deviation)


def covariance(count: npt.NDArray[np.int64], first: Pair, second: Pair, product: Pair) -> Doubles:
    """Population covariance of two variables with these sums of each and of their products.

    NaN where there are none. What is below 1e-30 of the products is lost in rounding.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        high, low = _mean_pair(count, *first)
        other_high, other_low = _mean_pair(count, *second)
        of_means, error = _product(high, other_high)
        error = error + (high * other_low + low * other_high)
        of_means, error = _short_sum(of_means, error)
        return add_pairs(*_mean_pair(count, *product), -of_means, -error)[0]


def _mean_pair(count: npt.NDArray[np.int64], high: Doubles, low: Doubles) -> Pair:
    n = np.where(count > 0, count, np.nan).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        quotient = high / n
        product, error = _product(quotient, n)
        rest = ((high - product) - error) + low
        return _short_sum(quotient, rest / n)


def _sum(a: Doubles, b: Doubles) -> Pair:
    total = a + b
    taken = total - a
    return total, (a - (total - taken)) + (b - taken)


def _short_sum(a: Doubles, b: Doubles) -> Pair:
    """Where b is small beside a; a that is not finite stays as it is."""
    is_finite = np.isfinite(a)
    total = np.where(is_finite, a + b, a)
    return total, np.where(np.isfinite(total), b - (total - a), 0.0)


def _product(a: Doubles, b: Doubles) -> Pair:
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, np.where(np.isfinite(error), error, 0.0)


def _halves(a: Doubles) -> Pair:
    scaled = _SPLIT * a
    high = scaled - (scaled - a)
    return high, a - high
