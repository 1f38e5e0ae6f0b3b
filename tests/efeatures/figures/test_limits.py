from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.efeatures.figures.limits import limits_of, round_ticks


def test_limits_show_all_values_with_a_margin() -> None:
    values = [np.array([1.0, np.nan]), np.array([]), np.array([3.0])]
    assert limits_of(values, 0.1, 0.0) == (1.0, 3.0)
    assert limits_of(values, 0.1, 0.1) == pytest.approx((0.8, 3.2))


def test_a_constant_has_the_smallest_span_around_it() -> None:
    assert limits_of([np.array([0.5, 0.5])], 0.2, 0.0) == pytest.approx((0.4, 0.6))
    assert limits_of([np.array([np.nan])], 2.0, 0.0) == (-1.0, 1.0)
    low, high = limits_of([np.array([1e9])], 1e-6, 0.0)
    assert high - low == pytest.approx(1e6)


@pytest.mark.parametrize(
    ("low", "high", "n_most", "written"),
    [
        (0, 3000, 3, ["0", "1000", "2000", "3000"]),
        (-0.3, 1.2, 3, ["0.0", "0.5", "1.0"]),
        (-94, 20, 7, ["−80", "−60", "−40", "−20", "0", "20"]),
        (69.99, 70.06, 5, ["70.00", "70.02", "70.04", "70.06"]),
        (0.97, 1.99, 2, ["1.0", "1.5"]),
        (-1e-7, 2e-7, 4, ["−1e−07", "0", "1e−07", "2e−07"]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, n_most: int, written: list[str]) -> None:
    assert [text for _, text in round_ticks(low, high, n_most)] == written


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e6), st.integers(2, 9), st.floats(1e-6, 1.0))
def test_any_range_has_two_ticks_at_least(
    middle: float, part: float, n_most: int, smallest: float
) -> None:
    span = max(abs(middle) * part, smallest)
    low, high = middle - span / 2, middle + span / 2
    ticks = round_ticks(low, high, n_most)
    assert 2 <= len(ticks) <= n_most + 2
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick, _ in ticks)
