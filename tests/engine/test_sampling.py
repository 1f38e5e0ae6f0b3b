"""Samples: the same for the same plan, more where there is doubt, and an honest error."""

from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.engine.sampling import (
    Sample,
    by_stratum,
    estimate,
    first_round,
    next_round,
    strata_of,
)
from tests.engine.test_costs import plan


def test_groups_of_unlike_costs_are_split() -> None:
    strata = strata_of(plan([1.0] * 10 + [1.0, 2.0, 4.0, 8.0, 100.0], [0] * 10 + [1] * 5))
    assert sorted(position for each in strata for position in each.positions) == list(range(15))
    assert [each.group for each in strata].count(0) == 1
    assert [each.group for each in strata].count(1) > 1
    weights = [len(each.positions) * each.predicted_s for each in strata]
    assert weights == sorted(weights, reverse=True)


def test_a_plan_without_costs_is_one_stratum() -> None:
    assert len(strata_of(plan([0.0] * 5))) == 1
    assert strata_of(plan([])) == []
    assert len(first_round([])) == 0


def test_the_same_plan_is_sampled_alike() -> None:
    costs = [1.0] * 50 + [9.0] * 50
    first, second = (first_round(strata_of(plan(costs, [0] * 50 + [1] * 50))) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert sorted(position // 50 for position in first) == [0, 0, 0, 1, 1, 1]
    assert first[0] // 50 == 1  # the dearest stratum first


def test_all_tasks_computed_leave_no_error() -> None:
    strata = strata_of(plan([1.0, 1.0, 5.0], [0, 0, 1]))
    samples = [Sample(at, seconds, 0) for at, seconds in enumerate((2.0, 4.0, 30.0))]
    known = estimate(strata, by_stratum(strata, samples))
    assert known.total_s == 36.0
    assert known.error_s == 0.0
    assert len(next_round(strata, by_stratum(strata, samples), 0.01, 100, 100.0)) == 0


def test_a_stratum_without_samples_costs_what_was_predicted_in_proportion() -> None:
    strata = strata_of(plan([1.0] * 4 + [5.0] * 2, [0] * 4 + [1] * 2))
    seconds = [[3.0] if each.group == 0 else [] for each in strata]
    assert estimate(strata, seconds).total_s == pytest.approx(4 * 3 + 2 * 15)
    assert estimate(strata, seconds).error > 0.2


def test_more_samples_go_where_the_doubt_is() -> None:
    strata = strata_of(plan([1.0] * 1000, [0] * 500 + [1] * 500))
    seconds = [[0.9, 1.0, 1.1] if each.group == 0 else [0.1, 1.0, 2.5] for each in strata]
    more = next_round(strata, seconds, 0.05, 1000, 1000.0)
    counts = np.bincount(more // 500, minlength=2)
    assert counts[1] > 2 * counts[0]
    assert len(more) <= 6  # No more than there are already, before looking again.
    for each in strata:
        assert not set(more) & set(each.positions[:3])
    assert len(next_round(strata, seconds, 0.05, 2, 1000.0)) <= 2
    assert len(next_round(strata, seconds, 0.05, 1000, 0.0)) == 0


def test_the_error_that_is_told_is_the_error_that_is_made() -> None:
    """Log-normal costs in four groups, sampled until 5 %: the total lies within three errors."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(3), [3000, 1000, 500])
    real_s = rng.lognormal(np.log([0.1, 0.3, 2.0])[groups], 0.6)
    strata = strata_of(plan([1.0] * 4500, groups.tolist()))
    positions, samples = first_round(strata), []
    while len(positions):
        samples += [Sample(int(at), float(real_s[at]), 0) for at in positions]
        positions = next_round(strata, by_stratum(strata, samples), 0.05, 500, 1e6)
    known = estimate(strata, by_stratum(strata, samples))
    assert known.error <= 0.05
    assert len(samples) < 300
    assert abs(known.total_s - real_s.sum()) < 3 * known.error_s
