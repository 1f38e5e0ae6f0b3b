"""Longest first, in batches that shrink."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from region_grower_hpc.engine.order import guided_bounds, longest_first


def test_longest_first_keeps_the_order_of_equal_costs() -> None:
    costs_s = np.array([1.0, 3.0, 2.0, 3.0, 1.0])
    assert longest_first(costs_s, np.array([0, 1, 3, 4])).tolist() == [1, 3, 0, 4]


@given(
    hnp.arrays(float, st.integers(0, 300), elements=st.floats(0, 1e6)),
    st.integers(1, 50),
)
def test_batches_cover_the_list_and_shrink_to_one(costs_s: np.ndarray, workers: int) -> None:
    costs_s = np.sort(costs_s)[::-1]
    bounds = guided_bounds(costs_s, workers)
    assert bounds[0] == 0
    assert bounds[-1] == len(costs_s)
    assert np.all(np.diff(bounds) >= 1)
    if len(costs_s):
        assert bounds[-1] - bounds[-2] == 1
    for first, stop in itertools.pairwise(bounds):
        # A millionth of the dearest task stands for a cost of zero.
        floored_s = np.maximum(costs_s, costs_s[0] * 1e-6)
        share_s = floored_s[first:].sum() / (3 * workers)
        assert stop - first == 1 or floored_s[first:stop].sum() <= share_s * (1 + 1e-6) + 1e-6


def test_fixed_batches() -> None:
    assert guided_bounds(np.ones(10), 3, batch_size=4).tolist() == [0, 4, 8, 10]
    assert guided_bounds(np.ones(8), 3, batch_size=4).tolist() == [0, 4, 8]
    assert guided_bounds(np.empty(0), 3, batch_size=4).tolist() == [0]


def test_batches_of_tasks_without_a_prediction() -> None:
    bounds = guided_bounds(np.zeros(1000), 4)
    assert bounds[-1] == 1000
    assert len(bounds) < 100


def test_no_batch_is_too_short_for_the_scheduler() -> None:
    costs_s = np.full(10_000, 0.5)
    bounds = guided_bounds(costs_s, workers=1_000, service_s=2e-3)
    # A round of requests takes 2 s: four tasks. All but the last batch hold that, as far as
    # the first ones, a 3000th of 5000 s, allow.
    assert set(np.diff(bounds)[:-1].tolist()) == {3}
    plain = guided_bounds(costs_s, workers=1_000)
    assert len(bounds) < len(plain)


def test_a_scheduler_that_costs_nothing_changes_nothing() -> None:
    costs_s = np.linspace(9, 1, 500)
    np.testing.assert_array_equal(
        guided_bounds(costs_s, 7, service_s=0.0), guided_bounds(costs_s, 7)
    )
