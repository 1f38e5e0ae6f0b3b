"""Correlations of normal values that give properties the correlations of the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

#: Normal values at which properties are evaluated, and the terms of the series.
_REACH, _N_POINTS, _N_SMOOTH_POINTS, _N_TERMS = 8.0, 1601, 161, 60
_N_HALVINGS = 50
#: A spread below this part of the values is rounding.
_ROUNDING = 1e-12
#: Nothing is correlated more: matrices stay positive definite.
_LARGEST = 0.999
#: Least eigenvalue, least change and most steps of the repair of a matrix.
_LEAST_EIGENVALUE, _LEAST_CHANGE, _MOST_STEPS = 1e-6, 1e-10, 200


def points(is_smooth: bool = False) -> Reals:
    """(m,) standard normal values for hermite_coefficients(); fewer serve a smooth function."""
    return np.linspace(-_REACH, _REACH, _N_SMOOTH_POINTS if is_smooth else _N_POINTS)


def hermite_coefficients(values: Reals, z: Reals) -> Reals:
    """Coefficients of normalized Hermite polynomials, of functions of a standard normal value.

    Args:
        values: (n, m) of each function at `z`.
        z: (m,) of points().

    Returns:
        (n, k) from the linear term on, over the standard deviation of the function: the sum of
        the squares of all terms would be 1. 0 for a function without spread.
    """
    density = np.exp(-z * z / 2.0) * (z[1] - z[0]) / np.sqrt(2.0 * np.pi)
    polynomials = np.empty((_N_TERMS + 1, len(z)))
    polynomials[0], polynomials[1] = 1.0, z
    for k in range(1, _N_TERMS):
        above = z * polynomials[k] - np.sqrt(k) * polynomials[k - 1]
        polynomials[k + 1] = above / np.sqrt(k + 1.0)
    centred = values - (values @ density)[:, None]
    spread = np.sqrt((centred**2) @ density)
    has_spread = spread > _ROUNDING * np.abs(values).max(axis=1, initial=0.0)
    coefficients = centred @ (polynomials[1:] * density).T
    result: Reals = np.divide(
        coefficients,
        spread[:, None],
        out=np.zeros_like(coefficients),
        where=has_spread[:, None],
    )
    return result


def latent_correlations(first: Reals, second: Reals, goal: Reals) -> Reals:
    """Correlations of two normal values that give functions of them the correlations of `goal`.

    By Mehler's formula the functions' correlation is a power series of that of the values; it
    rises with it, since the functions rise. What no values can give is met as nearly as possible.

    Args:
        first: (n, k) coefficients of a function, of hermite_coefficients().
        second: (n, k) of the other.
        goal: (n,) correlations.

    Returns:
        (n,) from -0.999 to 0.999; NaN where `goal` is, or a function has no spread.

    Source: NORTA, Cario & Nelson (1997), Modeling and generating random vectors with arbitrary
    marginal distributions and correlation matrix.
    """
    terms = first * second
    low, high = np.full(len(goal), -_LARGEST), np.full(len(goal), _LARGEST)
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2.0
        is_below = _series(terms, middle) < goal
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    is_defined = ~np.isnan(goal) & first.any(axis=1) & second.any(axis=1)
    return np.where(is_defined, (low + high) / 2.0, np.nan)


def _series(terms: Reals, at: Reals) -> Reals:
    total = np.zeros_like(at)
    for column in terms.T[::-1]:
        total = (total + column) * at
    return total


def nearest_correlation(matrix: Reals) -> Reals:
    """The nearest positive definite matrix with ones on the diagonal, exactly symmetric.

    Args:
        matrix: (p, p) symmetric; returned as it is where it is positive definite already.

    Source: alternating projections of Higham (2002), Computing the nearest correlation matrix.
    """
    if np.linalg.eigvalsh(matrix)[0] >= _LEAST_EIGENVALUE:
        return _unit(matrix)
    current, correction = matrix, np.zeros_like(matrix)
    for _ in range(_MOST_STEPS):
        values, vectors = np.linalg.eigh(current - correction)
        positive = (vectors * np.maximum(values, _LEAST_EIGENVALUE)) @ vectors.T
        correction = positive - (current - correction)
        following = _unit(positive)
        is_done = np.abs(following - current).max() < _LEAST_CHANGE
        current = following
        if is_done:
            break
    # the last step may leave it a little below: a mean with the unit matrix lifts all eigenvalues
    lack = max(0.0, _LEAST_EIGENVALUE - float(np.linalg.eigvalsh(current)[0]))
    return _unit((current + lack * np.eye(len(current))) / (1.0 + lack))


def _unit(matrix: Reals) -> Reals:
    result: Reals = (matrix + matrix.T) / 2.0
    np.fill_diagonal(result, 1.0)
    return result
