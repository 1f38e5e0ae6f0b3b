from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from region_grower_hpc.efeatures.statistics import (
    cell_means,
    checked_mode,
    mean_and_deviation,
    median_threshold,
    reduced,
)
from region_grower_hpc.errors import InvalidInputError

NAN = math.nan


@pytest.mark.parametrize("n_missing", [0, 1])
@pytest.mark.parametrize("n", [1, 2, 9, 200, 5000])
def test_mean_and_deviation_are_those_of_numpy_to_the_bit(n: int, n_missing: int) -> None:
    values = np.random.default_rng(n).lognormal(sigma=4, size=n + n_missing)
    values[n // 2 : n // 2 + n_missing] = NAN
    found = mean_and_deviation(list(values))
    assert found == (float(np.nanmean(values)), float(np.nanstd(values)))


def test_missing_values_are_left_out_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mean_and_deviation([1.0, None, 3.0, NAN]) == (2.0, 1.0)
        assert all(map(math.isnan, mean_and_deviation([])))
        assert all(map(math.isnan, mean_and_deviation([None, NAN])))
        assert mean_and_deviation([1e308, 1e308])[0] == math.inf


def test_modes_reduce_parameters() -> None:
    values, cells = [1.0, None, 2.0, 6.0, 10.0], np.array([0, 0, 1, 1, 2])
    assert [reduced(values, cells, mode) for mode in ("mean", "median", "min", "max")] == [
        *(4.75, 4.0, 1.0, 10.0)
    ]
    assert reduced(values, cells, "lnmc") == pytest.approx((1 + 4 + 10) / 3)
    for mode in ("mean", "median", "min", "max", "lnmc"):
        assert reduced([None, NAN], cells[:2], mode) is None


def test_cells_without_values_have_no_mean() -> None:
    found = cell_means(np.array([1.0, 3.0, NAN, 5.0]), np.array([0, 0, 4, 9]))
    assert found.tolist() == [2.0, 5.0]
    assert cell_means(np.empty(0), np.empty(0, dtype=np.intp)).tolist() == []


def test_thresholds_of_float32_recordings_have_a_float32_median() -> None:
    # bluepyefe's value for two recordings of the developers' data
    narrow = [float(np.float32(one)) for one in (-50.199997, -43.45)]
    assert median_threshold(narrow) == float(np.float32(-46.824997))
    assert median_threshold([-50.2, -43.45]) == (-50.2 - 43.45) / 2
    assert median_threshold([-50.2]) == -50.2


def test_modes_must_be_known() -> None:
    assert checked_mode("lnmc") == "lnmc"
    with pytest.raises(InvalidInputError, match=r"'average'.*mean, median"):
        checked_mode("average")
