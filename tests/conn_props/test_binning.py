"""Edges of bins: those of numpy 2, under any numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.conn_props.binning import bin_edges

IS_NUMPY_2 = int(np.__version__.split(".")[0]) >= 2


def test_float32_edges_of_numpy_2() -> None:
    """As numpy 2.1.3 gives them for these numbers; float64 arithmetic would round otherwise."""
    lo, hi = np.float32(0.1), np.float32(12.7)
    step = np.float32(np.float32(hi - lo) / np.float32(51))
    one_by_one = [np.float32(np.float32(np.float32(i) * step) + lo) for i in range(51)]
    edges = bin_edges(lo, hi, 51, np.float32)
    assert edges.dtype == np.float64
    np.testing.assert_array_equal(edges, [*one_by_one, hi])
    in_float64 = np.linspace(float(lo), float(hi), 52).astype(np.float32)
    assert (edges != in_float64).sum() > 5


@pytest.mark.skipif(not IS_NUMPY_2, reason="numpy 1 rounds otherwise")
@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
@given(seed=st.integers(0, 2**32), n_bins=st.sampled_from([1, 3, 51, 100]))
@settings(deadline=None, max_examples=30)
def test_edges_are_those_of_numpy(dtype: str, seed: int, n_bins: int) -> None:
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        values = (rng.normal(0, 1, 5) * 10.0 ** rng.integers(-30, 30)).astype(kind)
    else:
        limits = np.iinfo(kind)
        values = rng.integers(limits.min, limits.max, 5, dtype=kind, endpoint=True)
    expected = np.histogram_bin_edges(values, bins=n_bins)
    edges = bin_edges(values.min(), values.max(), n_bins, kind)
    np.testing.assert_array_equal(edges, expected.astype(np.float64))


@pytest.mark.parametrize("dtype", ["f4", "f8", "u2"])
def test_equal_numbers_have_a_unit_about_them(dtype: str) -> None:
    edges = bin_edges(3, 3, 4, dtype)
    np.testing.assert_array_equal(edges, [2.5, 2.75, 3, 3.25, 3.5])


def test_rows_of_edges_and_numbers_that_are_missing() -> None:
    lo = np.array([[0.0, np.nan], [1.0, -1e308]])
    hi = np.array([[1.0, np.nan], [1.0, 1e308]])
    edges = bin_edges(lo, hi, 2, np.float64)
    assert edges.shape == (2, 2, 3)
    np.testing.assert_array_equal(edges[:, 0], [[0, 0.5, 1], [0.5, 1, 1.5]])
    assert np.isnan(edges[:, 1]).all()


def test_steps_too_small_for_a_number() -> None:
    least = np.nextafter(0.0, 1.0)
    edges = bin_edges(0.0, 4 * least, 51, np.float64)
    assert edges[-1] == 4 * least
    assert np.unique(edges).tolist() == [k * least for k in range(5)]


def test_another_byte_order_is_the_same_type() -> None:
    np.testing.assert_array_equal(
        bin_edges(0.1, 0.9, 51, ">f4"), bin_edges(0.1, 0.9, 51, np.float32)
    )
