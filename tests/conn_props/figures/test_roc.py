from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.figures.roc import roc_of

EDGES = np.linspace(0.0, 10.0, 52)


def test_equal_histograms_lie_on_the_diagonal() -> None:
    counts = np.random.RandomState(1).randint(1, 30, 51)
    roc = roc_of(counts, EDGES, 7 * counts, EDGES)
    np.testing.assert_allclose(roc.y, roc.x, atol=1e-12)
    assert abs(roc.auc) < 1e-12
    assert abs(roc.err) < 1e-12


def test_data_above_the_model_give_the_largest_area_whatever_the_ties() -> None:
    low, high = np.zeros(51, int), np.zeros(51, int)
    low[0], high[50] = 5, 9
    above, below = roc_of(high, EDGES, low, EDGES), roc_of(low, EDGES, high, EDGES)
    assert (above.auc, above.err) == pytest.approx((0.5, 0.5))
    # y jumps at x = 1, which the last step of 0.01 slopes
    assert (below.auc, below.err) == pytest.approx((-0.495, 0.495), abs=1e-9)


def test_thresholds_interpolation_and_areas_are_those_of_the_specification() -> None:
    rng = np.random.RandomState(2)
    data, model = rng.randint(1, 9, 37), rng.randint(1, 9, 54)
    data_edges, model_edges = np.linspace(1.0, 5.03, 38), np.linspace(0.2, 6.11, 55)
    roc = roc_of(data, data_edges, model, model_edges)
    centres = [(edges[1:] + edges[:-1]) / 2 for edges in (data_edges, model_edges)]
    low, high = centres[1][0], centres[1][-1]
    tails = [
        [0.0]
        + [
            counts[(at - low) / (high - low) >= k / 20].sum() / counts.sum()
            for k in range(20, -1, -1)
        ]
        for counts, at in ((data, centres[0]), (model, centres[1]))
    ]
    x = np.arange(101) / 100
    y = np.interp(x, tails[1], tails[0])
    assert roc.auc == pytest.approx(np.mean((y[1:] + y[:-1]) / 2) - 0.5)
    away = np.abs(y - x)
    assert roc.err == pytest.approx(np.mean((away[1:] + away[:-1]) / 2))


def test_a_threshold_at_a_bin_is_reached_whatever_rounding_does() -> None:
    counts = np.ones(21, int)
    for step in (0.1, 0.3, 1 / 3, 7e-5, 123.4):
        edges = 0.7 + step * np.arange(22)
        roc = roc_of(counts, edges, counts, edges)
        np.testing.assert_allclose(roc.model, np.arange(22) / 21)


def test_equal_values_of_two_kinds_lie_on_the_diagonal() -> None:
    counts = np.zeros(51, int)
    counts[[0, 50]] = 1, 9
    roc = roc_of(counts, EDGES, 3 * counts, EDGES)
    assert (roc.auc, roc.err) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_a_single_bin_gives_numbers() -> None:
    roc = roc_of([3], [0.0, 1.0], [8], [0.0, 1.0])
    assert np.isfinite([roc.auc, roc.err]).all()
