from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.filling import fill
from region_grower_hpc.conn_props.pooled_lists import fill_lists
from region_grower_hpc.conn_props.pools import Pool
from region_grower_hpc.conn_props.statistics import Lists
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.made_statistics import MISSING, made_statistics


def test_numbers_of_a_pool() -> None:
    statistics = made_statistics()
    real = statistics.quantities["real"]
    # B -> b is filled from B -> a, the only one of layer 1
    real.mean[1, 2] = np.nan
    filled = fill(statistics).statistics.quantities["real"]
    for key in ("mean", "std", "min", "max", "norm_loc", "norm_scale"):
        assert getattr(filled, key)[MISSING] == getattr(real, key)[1, 0]


def test_everything_weighs_the_same_and_a_tie_of_sharing_is_0() -> None:
    statistics = made_statistics()
    present = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2)]
    statistics.m_type_class = (["E", "I"], ["E", "x", "E"])
    statistics.m_type_layer = (["1", "2"], ["1", "1", "2"])
    real = statistics.quantities["real"]
    # targets of the class x: only A -> b, of another source class: everything
    statistics.n_syn.mean[0, 1] = np.nan
    real.shared_within[:] = [[1.0, 0.0, 0.0], [0.0, np.nan, 1.0]]
    data = {key: getattr(real, key).copy() for key in ("mean", "std", "min", "max")}
    for values in data.values():
        values[0, 1] = np.nan
        real.__dict__.update(data)
    real.shared_within[0, 1] = np.nan
    result = fill(statistics)
    assert result.levels[MISSING] == 4
    filled = result.statistics.quantities["real"]
    places = tuple(zip(*[one for one in present if one != (0, 1)], strict=True))
    assert filled.mean[MISSING] == np.mean(data["mean"][places])
    assert filled.std[MISSING] == np.mean(data["std"][places])
    assert filled.min[MISSING] == data["min"][places].min()
    assert filled.max[MISSING] == data["max"][places].max()
    assert filled.shared_within[MISSING] == 0.0  # 2 of 4
    real.shared_within[0, 2] = 1.0
    assert fill(statistics).statistics.quantities["real"].shared_within[MISSING] == 1.0


def test_lists_of_a_pool_are_added_up() -> None:
    val = Lists.of([[1.0, 3.0], [], [3.0, 4.0], []])
    cnt = Lists.of([[1.0, 2.0], [], [5.0, 2.0], []])
    every = np.arange(2)
    pools = [Pool(4, every, every, np.array([0, 1]), np.array([1, 1]))]
    values, counts, p = fill_lists(val, cnt, pools, 2)
    assert [one.tolist() for one in values] == [[1, 3], [1, 3, 4], [3, 4], [1, 3, 4]]
    assert counts[1].tolist() == counts[3].tolist() == [1, 7, 2]
    assert p[3].tolist() == [0.1, 0.7, 0.2]
    # the peer takes what it has filled for data
    values, counts, p = fill_lists(val, cnt, pools, 2, count_again=True)
    assert counts[1].tolist() == [1, 7, 2]
    assert counts[3].tolist() == [2, 14, 4]


def test_lists_of_nothing_stay_empty() -> None:
    every = np.arange(1)
    pools = [Pool(4, every, np.arange(2), np.array([0]), np.array([1]))]
    for count_again in (False, True):
        lists = fill_lists(Lists.of([[], []]), Lists.of([[], []]), pools, 2, count_again)
        assert all(len(one) == 0 for each in lists for one in each)


def test_counts_beyond_the_peers_integers_are_refused() -> None:
    n = 80
    empty = [[]] * (n - 1)
    pools = [Pool(4, np.arange(1), np.arange(n), np.zeros(n - 1, int), np.arange(1, n))]
    lists = Lists.of([[1.0], *empty]), Lists.of([[3.0], *empty])
    assert fill_lists(*lists, pools, n)[1][n - 1].tolist() == [3.0]
    with pytest.raises(InvalidInputError, match="build without compat"):
        fill_lists(*lists, pools, n, count_again=True)


def test_own_levels_are_not_those_of_missing_pathways() -> None:
    statistics = made_statistics()
    statistics.quantities["real"].mean[0, 0] = np.nan
    result = fill(statistics)
    assert np.argwhere(result.own_levels["real"] >= 0).tolist() == [[0, 0]]
    assert "number" not in result.own_levels
    assert np.argwhere(result.levels >= 0).tolist() == [list(MISSING)]


def test_a_pool_without_finite_values_is_passed_over_for_that_property() -> None:
    statistics = made_statistics()
    real = statistics.quantities["real"]
    real.mean[1, 0] = np.nan  # the pool of the missing pathway; next: sources B of any layer
    result = fill(statistics)
    filled = result.statistics.quantities["real"]
    assert filled.mean[MISSING] == real.mean[1, 2]
    assert result.own_levels["real"][MISSING] == 1
    assert result.levels[MISSING] == 0


def test_counts_are_needed_to_pool_lists() -> None:
    statistics = made_statistics()
    statistics.quantities["number"].cnt = None
    fill(statistics)
    with pytest.raises(InvalidInputError, match="number: cnt is missing"):
        fill(statistics, ["number"])
