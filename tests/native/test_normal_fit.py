"""Fits of normal curves to histograms, against scipy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from region_grower_hpc.conn_props.normal_fit import bin_centres, scipy_fit
from region_grower_hpc.native.normal_fit import FitOutcome, fit_normals

Doubles = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def _values(rng: np.random.Generator, kind: int) -> npt.NDArray[Any]:
    n = int(rng.integers(2, 2000))
    return [
        rng.normal(rng.uniform(-3.0, 3.0), 10 ** rng.uniform(-2.0, 1.0), n),
        rng.gamma(rng.uniform(0.5, 9.0), 10 ** rng.uniform(-2.0, 2.0), n),
        rng.normal(10 ** rng.uniform(1.0, 7.0), 10 ** rng.uniform(0.0, 5.0), n),
        rng.poisson(10 ** rng.uniform(-1.0, 2.0), n),
        rng.uniform(-1.0, 1.0, n) * 10 ** rng.uniform(-6.0, 6.0),
        rng.choice(rng.uniform(-5.0, 5.0, 2), n),
        np.full(n, rng.uniform(-9.0, 9.0)),
    ][kind]


def _histograms(seed: int, kind: int, n: int, n_bins: int) -> tuple[Doubles, Counts]:
    rng = np.random.default_rng(seed)
    found = [np.histogram(_values(rng, kind), bins=n_bins) for _ in range(n)]
    centres = bin_centres(np.array([edges for _, edges in found]))
    return centres, np.array([counts for counts, _ in found])


@pytest.mark.parametrize("kind", range(7))
@pytest.mark.parametrize("n_bins", [51, 20])
def test_decided_fits_are_scipys(kind: int, n_bins: int) -> None:
    centres, counts = _histograms(kind, kind, 12, n_bins)
    starts = centres.mean(axis=-1)
    parameters, outcomes = fit_normals(centres, counts, starts)
    for k in np.flatnonzero(outcomes != FitOutcome.UNDECIDED):
        expected = scipy_fit(centres[k], counts[k], float(starts[k]))
        assert (outcomes[k] == FitOutcome.ACCEPTED) == (expected is not None)
        if expected is not None:
            np.testing.assert_allclose(parameters[k, :2], expected, rtol=1e-6)


def test_plain_fits_are_decided_and_accepted() -> None:
    rng = np.random.default_rng(3)
    found = [np.histogram(rng.normal(mean, 0.4, 1000), bins=51) for mean in np.arange(1.0, 4.0)]
    centres = bin_centres(np.array([edges for _, edges in found]))
    parameters, outcomes = fit_normals(
        centres, np.array([counts for counts, _ in found]), centres.mean(axis=-1)
    )
    assert outcomes.tolist() == [FitOutcome.ACCEPTED] * 3
    np.testing.assert_allclose(parameters[:, 0], np.arange(1.0, 4.0), atol=0.1)
    np.testing.assert_allclose(parameters[:, 1], 0.4, atol=0.05)


def test_result_is_of_the_histogram_alone() -> None:
    centres, counts = _histograms(1, 0, 10, 51)
    starts = centres.mean(axis=-1)
    parameters, outcomes = fit_normals(centres, counts, starts)
    for k in range(10):
        one, outcome = fit_normals(centres[[k]], counts[[k]], starts[[k]])
        np.testing.assert_array_equal(one[0], parameters[k])
        assert outcome[0] == outcomes[k]


def test_without_room_for_the_location_it_is_refused() -> None:
    counts = np.array([[3, 9, 3, 1, 1]])
    centres = np.arange(5.0)[np.newaxis]
    assert fit_normals(centres, counts, np.array([4.5]))[1] == [FitOutcome.REFUSED]
    assert fit_normals(centres * 0.0, counts, np.array([0.0]))[1] == [FitOutcome.REFUSED]
    one_bin = fit_normals(np.array([[1.0]]), np.array([[7]]), np.array([1.0]))
    assert one_bin[1] == [FitOutcome.REFUSED]


def test_three_bins_have_no_errors_to_accept() -> None:
    centres, counts = np.array([[0.0, 1.0, 2.0]]), np.array([[1, 4, 1]])
    assert fit_normals(centres, counts, np.array([1.0]))[1] == [FitOutcome.REFUSED]


def test_narrow_histograms_are_undecided() -> None:
    centres, counts = np.linspace(1.0, 1.001, 9)[np.newaxis], np.arange(9)[np.newaxis]
    assert fit_normals(centres, counts, centres.mean(axis=-1))[1] == [FitOutcome.UNDECIDED]


def test_no_histogram_gives_no_fit() -> None:
    parameters, outcomes = fit_normals(np.empty((0, 5)), np.empty((0, 5), np.int64), np.empty(0))
    assert parameters.shape == (0, 3)
    assert outcomes.shape == (0,)


@pytest.mark.parametrize("size", [1e-300, 1e-5, 1e5, 1e300])
@pytest.mark.parametrize("count", [0, 1, 2**62])
def test_extremes_end(size: float, count: int) -> None:
    counts = np.array([[0, count, 0, 0, 7], [count, count, count, count, count]])
    centres = np.array([np.arange(5.0) * size, np.arange(5.0) - size])
    outcomes = fit_normals(centres, counts, centres.mean(axis=-1))[1]
    assert set(outcomes.tolist()) <= set(FitOutcome)


@pytest.mark.parametrize(
    ("centres", "counts", "starts"),
    [
        (np.zeros((1, 0)), np.zeros((1, 0)), np.zeros(1)),
        (np.zeros((1, 4)), np.zeros((1, 5)), np.zeros(1)),
        (np.zeros((2, 4)), np.zeros((2, 4)), np.zeros(1)),
        (np.zeros(4), np.zeros(4), np.zeros(1)),
        (np.full((1, 4), np.nan), np.zeros((1, 4)), np.zeros(1)),
        (np.zeros((1, 4)), np.zeros((1, 4)), np.full(1, np.inf)),
    ],
)
def test_arrays_that_do_not_fit_are_errors(centres: Doubles, counts: Any, starts: Doubles) -> None:
    with pytest.raises(ValueError, match="must"):
        fit_normals(centres, counts, starts)
