from __future__ import annotations

import logging

import numpy as np
import pytest
from scipy.special import ndtr

from region_grower_hpc.conn_props.building import build_model
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.latent_correlation import (
    hermite_coefficients,
    latent_correlations,
    nearest_correlation,
    points,
)
from region_grower_hpc.conn_props.quantile_grid import remapped
from region_grower_hpc.conn_props.statistics import Correlations
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.made_statistics import MISSING, made_statistics

SPECS = {
    "normal": {"mean": 3.0, "std": 2.0},
    "gamma": {"mean": 0.7, "std": 0.5},
    "truncnorm": {"norm_loc": 0.4, "norm_scale": 0.3, "min": 0.1, "max": 1.5},
    "poisson": {"mean": 2.3},
}


@pytest.mark.parametrize("kind", list(SPECS))
def test_quantiles_are_those_of_the_distribution(kind: str) -> None:
    z = np.linspace(-6.0, 6.0, 41)
    attributes = {key: np.array([value, value]) for key, value in SPECS[kind].items()}
    values = remapped(kind, attributes, z, {})
    expected = DISTRIBUTIONS[kind].isf(ndtr(-z), SPECS[kind])
    np.testing.assert_allclose(values, [expected] * 2, rtol=1e-7, atol=1e-7)


def test_truncated_normal_far_from_its_centre() -> None:
    spec = {"norm_loc": 0.0, "norm_scale": 1.0, "min": 9.0, "max": 12.0}
    z = np.linspace(-3.0, 3.0, 7)
    values = remapped("truncnorm", {key: np.array([one]) for key, one in spec.items()}, z, {})
    np.testing.assert_allclose(values[0], DISTRIBUTIONS["truncnorm"].isf(ndtr(-z), spec), rtol=1e-9)


def test_bounds_and_types_of_values_apply() -> None:
    attributes = {"mean": np.array([0.0]), "std": np.array([1.0])}
    z = np.array([-3.0, 0.6, 2.5, 4.0])
    limits = {"lower_bound": -1.0, "upper_bound": 3.0, "dtype": "int"}
    assert remapped("normal", attributes, z, limits).tolist() == [[-1.0, 1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    ("first", "second", "goal"),
    [
        ("normal", "normal", 0.6),
        ("normal", "gamma", -0.3),
        ("gamma", "gamma", 0.6),
        ("gamma", "gamma", -0.3),
        ("truncnorm", "gamma", 0.6),
        ("truncnorm", "poisson", -0.3),
        ("poisson", "poisson", 0.6),
        ("poisson", "poisson", -0.3),
    ],
)
def test_drawn_values_have_the_correlation(first: str, second: str, goal: float) -> None:
    one, other = (
        hermite_coefficients(
            remapped(kind, {k: np.array([v]) for k, v in SPECS[kind].items()}, points(), {}),
            points(),
        )
        for kind in (first, second)
    )
    (latent,) = latent_correlations(one, other, np.array([goal]))
    stream = np.random.RandomState(0)
    z = stream.normal(size=(2, 200_000))
    z[1] = latent * z[0] + np.sqrt(1.0 - latent**2) * z[1]
    values = [
        remapped(kind, {k: np.array([v]) for k, v in SPECS[kind].items()}, row, {})[0]
        for kind, row in zip((first, second), z, strict=True)
    ]
    assert np.corrcoef(values)[0, 1] == pytest.approx(goal, abs=0.01)
    if first == second == "normal":
        assert latent == pytest.approx(goal, abs=1e-6)
    else:
        assert abs(latent) >= abs(goal) - 1e-6


@pytest.mark.parametrize("kind", ["normal", "gamma", "truncnorm"])
def test_smooth_functions_need_fewer_points(kind: str) -> None:
    attributes = {key: np.array([value]) for key, value in SPECS[kind].items()}
    fine, coarse = (
        hermite_coefficients(remapped(kind, attributes, z, {}), z)
        for z in (points(), points(is_smooth=True))
    )
    np.testing.assert_allclose(coarse, fine, atol=1e-7)
    assert (fine**2).sum() == pytest.approx(1.0, abs=1e-5)


def test_what_is_not_defined_stays_so() -> None:
    spread = hermite_coefficients(points()[None], points())
    none = hermite_coefficients(np.full((1, len(points())), 0.1), points())
    assert np.isnan(latent_correlations(spread, none, np.array([0.5])))
    assert np.isnan(latent_correlations(spread, spread, np.array([np.nan])))
    assert latent_correlations(spread, spread, np.array([1.0])) == pytest.approx(0.999)


@pytest.mark.parametrize("seed", range(10))
def test_repaired_matrices_are_correlations(seed: int) -> None:
    stream = np.random.RandomState(seed)
    n = 2 + seed % 5
    matrix = stream.uniform(-1.0, 1.0, (n, n))
    matrix = (matrix + matrix.T) / 2.0
    np.fill_diagonal(matrix, 1.0)
    matrix = np.sign(matrix) * np.abs(matrix) ** 0.2
    repaired = nearest_correlation(matrix)
    np.testing.assert_array_equal(repaired, repaired.T)
    np.testing.assert_array_equal(np.diag(repaired), 1.0)
    assert np.linalg.eigvalsh(repaired)[0] > 0
    if np.linalg.eigvalsh(matrix)[0] > 1e-5:
        np.testing.assert_array_equal(repaired, matrix)
    else:
        # no farther than the way through the eigenvalues
        values, vectors = np.linalg.eigh(matrix)
        clipped = (vectors * np.maximum(values, 1e-6)) @ vectors.T
        scale = np.sqrt(np.diag(clipped))
        other = clipped / np.outer(scale, scale)
        assert np.linalg.norm(repaired - matrix) <= np.linalg.norm(other - matrix) + 1e-9


def with_correlations(rho: np.ndarray):
    statistics = made_statistics()
    both = np.zeros((2, 3, 2, 2))
    both[..., 0, 0] = both[..., 1, 1] = 1.0
    both[..., 0, 1] = both[..., 1, 0] = rho
    both[MISSING] = np.nan
    statistics.correlations = Correlations(both, -both)
    return statistics


def test_filled_pathways_have_the_mean_of_their_pool_and_undefined_ones_0(
    caplog: pytest.LogCaptureFixture,
) -> None:
    statistics = with_correlations(np.array([[0.1, 0.2, np.nan], [0.3, np.nan, 0.5]]))
    statistics.m_type_layer = (["1", "2"], ["1", "1", "1"])
    with caplog.at_level(logging.INFO):
        cov = build_model(statistics, estimate_cov=True).model["prop_cov"]["cov"]
    of = {(s, t): cov[s][t][0][1] for s in "AB" for t in "abc"}
    assert of["A", "a"] == pytest.approx(0.1, abs=1e-6)
    assert of["A", "c"] == 0.0
    assert of["B", "b"] == pytest.approx(0.4, abs=1e-6)
    assert "1 pathways filled from their pools; 1 correlations are not defined" in caplog.text


def test_properties_that_are_not_shared_have_the_correlations_of_synapses() -> None:
    statistics = with_correlations(np.full((2, 3), 0.25))
    sharing = {"real": False, "number": False}
    model = build_model(statistics, shared_within=sharing, estimate_cov=True).model
    assert model["prop_cov"]["cov"]["A"]["a"][0][1] == pytest.approx(-0.25, abs=1e-6)


def test_less_than_two_properties_give_no_covariance() -> None:
    statistics = with_correlations(np.full((2, 3), 0.25))
    for settings in (
        {"distr_types": {"real": "constant"}},
        {"shared_within": {"real": False}},
    ):
        assert build_model(statistics, **settings, estimate_cov=True).model["prop_cov"] == {}


def test_correlations_are_needed() -> None:
    with pytest.raises(InvalidInputError, match="the data hold no correlations"):
        build_model(made_statistics(), estimate_cov=True)
