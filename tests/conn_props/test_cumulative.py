"""Distances of cumulative histograms, against their definition."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.conn_props.cumulative import (
    cumulative,
    ks_histograms,
    ks_model,
    largest_difference,
    thresholds,
)

COUNTS = st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any)


def at(x: float, counts: list[int], edges: np.ndarray, from_below: bool) -> float:
    """The cumulative histogram at a place, bin by bin; zero-width bins are steps."""
    below = 0.0
    for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True):
        if high > low:
            below += count * min(max((x - low) / (high - low), 0.0), 1.0)
        elif x > low or (x == low and not from_below):
            below += count
    return below / sum(counts)


@st.composite
def histograms(draw: st.DrawFn) -> tuple[list[int], np.ndarray]:
    counts = draw(COUNTS)
    steps = draw(st.lists(st.integers(0, 3), min_size=len(counts), max_size=len(counts)))
    start = draw(st.integers(-4, 4))
    return counts, np.concatenate(([start], start + np.cumsum(steps))).astype(float)


@settings(max_examples=150, deadline=None)
@given(histograms(), histograms())
def test_distance_of_histograms_is_the_largest_anywhere(a: Any, b: Any) -> None:
    everywhere = np.union1d(np.union1d(a[1], b[1]), np.linspace(-6, 25, 125))
    expected = max(
        abs(at(x, *a, below) - at(x, *b, below)) for x in everywhere for below in (False, True)
    )
    assert ks_histograms(*a, *b) == pytest.approx(expected, abs=1e-12)
    assert ks_histograms(*b, *a) == ks_histograms(*a, *b)
    assert ks_histograms(*a, *a) == 0.0


def test_known_distances() -> None:
    assert ks_histograms([1, 1], [0, 1, 2], [1, 1], [2, 3, 4]) == 1.0
    assert ks_histograms([4], [0.0, 4.0], [4], [1.0, 5.0]) == 0.25
    assert math.isnan(ks_histograms([0, 0], [0, 1, 2], [1], [0, 1]))
    assert math.isnan(ks_histograms([1], [0, 1], [1], [np.nan, np.nan]))


def test_rows_of_histograms_are_done_at_once() -> None:
    counts = np.array([[[1, 3], [0, 0]], [[2, 2], [5, 0]]])
    assert cumulative(counts)[0, 0].tolist() == [0, 0.25, 1]
    assert np.isnan(cumulative(counts)[0, 1]).all()
    model = np.broadcast_to([0.0, 0.5, 1.0], (2, 2, 3))
    found = largest_difference(counts, model)
    assert found[0, 0] == 0.25
    assert np.isnan(found[0, 1])
    assert found[1].tolist() == [0.0, 0.5]


def finished(values: np.ndarray, entry: dict[str, Any], is_synapse_count: bool) -> np.ndarray:
    """What a model makes of drawn values (section 5 of the specification)."""
    if is_synapse_count:
        values = np.maximum(np.round(values), 1)
    values = np.maximum(values, entry.get("lower_bound", -np.inf))
    values = np.minimum(values, entry.get("upper_bound", np.inf))
    dtype = entry.get("dtype")
    if dtype is None:
        return values
    return (np.round(values) if dtype == "int" else values).astype(dtype).astype(float)


@settings(max_examples=300, deadline=None)
@given(
    values=st.lists(st.integers(-12, 20).map(lambda n: n / 4), min_size=1, max_size=8, unique=True),
    edges=st.lists(st.integers(-14, 24).map(lambda n: n / 4), min_size=2, max_size=6, unique=True),
    bounds=st.tuples(*[st.none() | st.integers(-8, 8).map(lambda n: n / 4)] * 2),
    dtype=st.sampled_from([None, "int", "int32", "float64"]),
    is_synapse_count=st.booleans(),
)
def test_distance_to_a_model_is_that_to_what_it_draws(
    values: list[float],
    edges: list[float],
    bounds: tuple[float | None, float | None],
    dtype: str | None,
    is_synapse_count: bool,
) -> None:
    limits = {
        k: v for k, v in zip(("lower_bound", "upper_bound"), bounds, strict=True) if v is not None
    }
    entry: dict[str, Any] = {"type": "discrete", "val": sorted(values), **limits}
    entry["p"] = [1 / len(values)] * len(values)
    if dtype is not None:
        entry["dtype"] = dtype
    drawn = finished(np.array(values), entry, is_synapse_count)
    ends = np.sort(edges)
    counts = np.arange(1, len(ends))
    below = [np.mean(drawn < end) for end in ends[:-1]] + [np.mean(drawn <= ends[-1])]
    expected = np.abs(np.concatenate(([0], np.cumsum(counts) / counts.sum())) - below).max()
    assert ks_model(counts, ends, entry, is_synapse_count) == pytest.approx(expected, abs=1e-12)


def test_a_histogram_of_a_models_own_values_is_close_to_it() -> None:
    random = np.random.RandomState(0)
    values = 1 + random.poisson(2.0, 100_000)
    counts, edges = np.histogram(values, bins=51)
    assert ks_model(counts, edges, {"type": "poisson", "mean": 3.0}, True) > 0.05
    values = random.poisson(3.0, 100_000)
    counts, edges = np.histogram(values, bins=51)
    assert ks_model(counts, edges, {"type": "poisson", "mean": 3.0}) < 0.006
    assert 0.15 < ks_model(counts, edges, {"type": "poisson", "mean": 4.0}) < 0.25
    entry = {"type": "normal", "mean": 3.0, "std": 2.0, "dtype": "int", "lower_bound": 0}
    values = np.round(np.maximum(random.normal(3.0, 2.0, 100_000), 0))
    counts, edges = np.histogram(values, bins=20)
    assert ks_model(counts, edges, entry) < 0.006


def test_constant_values_have_no_distance() -> None:
    value = float(np.float32(1.8))
    counts, edges = np.histogram(np.full(9, value), bins=51)
    assert ks_model(counts, edges, {"type": "constant", "mean": value}) == 0.0
    assert math.isnan(ks_model(np.zeros(51, int), edges, {"type": "constant", "mean": value}))
    assert math.isnan(ks_model(counts, np.full(52, np.nan), {"type": "zero"}))


def test_thresholds_take_a_bound_a_row() -> None:
    edges = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    found = thresholds(edges, lower_bound=[[0.5], [-1.0]], upper_bound=[[9.0], [1.5]])
    assert np.isneginf(found).tolist() == [[True, False, False], [False, False, False]]
    assert np.isposinf(found).tolist() == [[False, False, False], [False, False, True]]
    assert found[0, 2] == 2.0
    assert found[1, 1] == np.nextafter(1.0, 0.0)
