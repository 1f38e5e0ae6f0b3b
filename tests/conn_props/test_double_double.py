"""Two-part numbers: against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.conn_props.double_double import (
    Doubles,
    Pair,
    add_pairs,
    covariance,
    mean,
    standard_deviation,
)

numbers = st.lists(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6), min_size=1)


def pair_of(exact: Fraction) -> Pair:
    high = float(exact)
    return np.array([high]), np.array([float(exact - Fraction(high))])


def exact_of(pair: Pair) -> Fraction:
    return Fraction(float(pair[0][0])) + Fraction(float(pair[1][0]))


def square_root(exact: Fraction) -> float:
    scale = 10**60
    return float(Fraction(isqrt(exact.numerator * scale**2 // exact.denominator), scale))


def sums_of(values: list[float]) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    exact = [Fraction(value) for value in values]
    return (*pair_of(sum(exact, Fraction(0))), *pair_of(sum((x * x for x in exact), Fraction(0))))


@given(a=numbers, b=numbers)
@settings(deadline=None)
def test_sums_of_pairs(a: list[float], b: list[float]) -> None:
    exact_a, exact_b = (sum(map(Fraction, values), Fraction(0)) for values in (a, b))
    first, second = pair_of(exact_a), pair_of(exact_b)
    total = add_pairs(*first, *second)
    expected = exact_of(first) + exact_of(second)
    assert abs(exact_of(total) - expected) <= (abs(exact_a) + abs(exact_b)) / 10**30
    assert total[0][0] == float(exact_of(total))


def test_sums_that_are_not_finite_have_nothing_low() -> None:
    high = np.array([1e308, np.inf, -np.inf, np.nan])
    total, low = add_pairs(high, np.zeros(4), np.array([1e308, 1.0, 1.0, 1.0]), np.ones(4))
    np.testing.assert_array_equal(total, [np.inf, np.inf, -np.inf, np.nan])
    np.testing.assert_array_equal(low, 0)


@given(values=numbers)
@settings(deadline=None)
def test_means_are_the_nearest_float64(values: list[float]) -> None:
    count = np.array([len(values)])
    exact = sum(map(Fraction, values), Fraction(0)) / len(values)
    sums = sums_of(values)
    # the sum itself has been rounded, far below float64
    error = abs(Fraction(float(mean(count, sums[0], sums[1])[0])) - exact)
    assert error <= abs(exact) * Fraction(2) ** -53 + Fraction(10) ** -26


@given(values=numbers, offset=st.sampled_from([0.0, 1e3, -1e6]))
@settings(deadline=None)
def test_deviations_are_those_of_the_definition(values: list[float], offset: float) -> None:
    own = [value + offset for value in values]
    exact = [Fraction(value) for value in own]
    centre = sum(exact, Fraction(0)) / len(exact)
    variance = sum(((x - centre) ** 2 for x in exact), Fraction(0)) / len(exact)
    sums = sums_of(own)
    least, greatest = np.array([min(own)]), np.array([max(own)])
    deviation = float(standard_deviation(np.array([len(own)]), *sums, least, greatest)[0])
    if least == greatest:
        assert deviation == 0
    else:
        expected = square_root(variance)
        assert abs(deviation - expected) <= 1e-15 * expected + 1e-15 * max(map(abs, own))
        if expected > 1e-6 * max(map(abs, own)):
            assert abs(deviation / expected - 1) < 3e-16


@given(
    values=st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1),
    offset=st.sampled_from([0.0, 1e7, -1e10]),
)
@settings(deadline=None)
def test_covariances_are_those_of_the_definition(
    values: list[tuple[float, float]], offset: float
) -> None:
    n = len(values)
    first = [Fraction(x + offset) for x, _ in values]
    second = [Fraction(y - 3 * offset) for _, y in values]
    of_products = sum((x * y for x, y in zip(first, second, strict=True)), Fraction(0))
    expected = of_products / n - sum(first) * sum(second) / n**2
    sums = (pair_of(Fraction(total)) for total in (sum(first), sum(second), of_products))
    found = Fraction(float(covariance(np.array([n]), *sums)[0]))
    largest = max(map(abs, first)) * max(map(abs, second))
    assert abs(found - expected) <= abs(expected) / 2**52 + (largest + 1) / 10**30


def test_equal_numbers_have_no_deviation() -> None:
    values = [0.1] * 7
    sums = sums_of(values)
    ends = np.array([0.1])
    assert standard_deviation(np.array([7]), *sums, ends, ends)[0] == 0
    assert mean(np.array([7]), sums[0], sums[1])[0] == 0.1


def test_no_numbers_have_no_moments() -> None:
    none, zero, missing = np.array([0]), np.zeros(1), np.array([np.nan])
    assert np.isnan(mean(none, zero, zero)).all()
    assert np.isnan(standard_deviation(none, zero, zero, zero, zero, missing, missing)).all()
    assert np.isnan(standard_deviation(none, zero, zero, zero, zero, zero, zero)).all()


def test_moments_too_large_for_float64() -> None:
    one, zero, huge = np.array([2]), np.zeros(1), np.array([np.inf])
    assert mean(one, huge, zero)[0] == np.inf
    assert np.array_equal(mean(one, np.array([1e308]), zero), [5e307])
