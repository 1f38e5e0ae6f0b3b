from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.efeatures.figures.envelope import drawable, envelope


@pytest.mark.parametrize("n_samples", [20, 21, 999, 1000, 1001, 12345])
def test_it_keeps_the_extremes_of_every_stretch(n_samples: int) -> None:
    x = np.arange(n_samples) * 0.25
    y = np.random.default_rng(3).normal(size=n_samples)
    y[n_samples // 3] = 100.0
    y[n_samples - 2] = -100.0
    thin_x, thin_y = envelope(x, y, 10)
    assert thin_x.size <= 2 * 10 + 4
    assert (np.diff(thin_x) > 0).all()
    assert thin_x[0] == 0
    assert thin_x[-1] == x[-1]
    np.testing.assert_array_equal(thin_y, y[np.rint(thin_x / 0.25).astype(int)])
    assert {100.0, -100.0} <= set(thin_y)
    width = -(-n_samples // 10)
    for first in range(0, n_samples, width):
        inside = (thin_x >= x[first]) & (thin_x <= x[min(first + width, n_samples) - 1])
        assert thin_y[inside].max() == y[first : first + width].max()
        assert thin_y[inside].min() == y[first : first + width].min()


def test_a_short_trace_stays_as_it_is() -> None:
    x, y = envelope(np.arange(20), np.arange(20, dtype=np.float32), 10)
    np.testing.assert_array_equal(y, np.arange(20))
    assert x.dtype == y.dtype == np.float64
    assert envelope([], [], 10)[0].size == 0


def test_a_wide_gap_stays_a_gap_and_a_narrow_one_hides_nothing() -> None:
    y = np.arange(1000.0)
    y[300:600] = np.nan
    y[850] = np.inf
    y[-250:-200] = -1e300
    x, thin = envelope(np.arange(1000), y, 20)
    assert np.isnan(thin[(x >= 300) & (x < 600)]).all()
    assert np.isfinite(thin).any()
    assert np.nanmax(thin) == 999
    assert np.nanmin(thin) == 0
    x, thin = envelope(np.arange(1001), np.full(1001, np.nan), 20)
    assert np.isnan(thin).all()


def test_the_shorter_of_both_counts() -> None:
    x, y = envelope(np.arange(1000), np.arange(500), 10)
    assert x[-1] == y[-1] == 499


def test_what_cannot_be_drawn_is_no_value() -> None:
    given = np.array([1, np.inf, -np.inf, np.nan, 1e13, -1e12])
    np.testing.assert_array_equal(drawable(given), [1, np.nan, np.nan, np.nan, np.nan, -1e12])
    np.testing.assert_array_equal(drawable([None, 2]), [np.nan, 2])
    assert given[1] == np.inf
