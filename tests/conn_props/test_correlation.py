from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import gamma, norm

from region_grower_hpc.conn_props.building import build_model
from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.latent_correlation import (
    hermite_coefficients,
    latent_correlations,
    nearest_correlation,
    points,
)
from region_grower_hpc.conn_props.negligible_spread import with_spread
from region_grower_hpc.conn_props.property_covariance import remapped
from region_grower_hpc.conn_props.quantile_grid import quantiles_at
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
    values = quantiles_at(kind, attributes, z, {})
    expected = DISTRIBUTIONS[kind].isf(ndtr(-z), SPECS[kind])
    np.testing.assert_allclose(values, [expected] * 2, rtol=1e-7, atol=1e-7)


def test_truncated_normal_far_from_its_centre() -> None:
    spec = {"norm_loc": 0.0, "norm_scale": 1.0, "min": 9.0, "max": 12.0}
    z = np.linspace(-3.0, 3.0, 7)
    values = quantiles_at("truncnorm", {key: np.array([one]) for key, one in spec.items()}, z, {})
    np.testing.assert_allclose(values[0], DISTRIBUTIONS["truncnorm"].isf(ndtr(-z), spec), rtol=1e-9)


def test_bounds_and_types_of_values_apply() -> None:
    attributes = {"mean": np.array([0.0]), "std": np.array([1.0])}
    z = np.array([-3.0, 0.6, 2.5, 4.0])
    limits = {"lower_bound": -1.0, "upper_bound": 3.0, "dtype": "int"}
    assert quantiles_at("normal", attributes, z, limits).tolist() == [[-1.0, 1.0, 2.0, 3.0]]


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
            quantiles_at(kind, {k: np.array([v]) for k, v in SPECS[kind].items()}, points(), {}),
            points(),
        )
        for kind in (first, second)
    )
    (latent,) = latent_correlations(one, other, np.array([goal]))
    stream = np.random.RandomState(0)
    z = stream.normal(size=(2, 200_000))
    z[1] = latent * z[0] + np.sqrt(1.0 - latent**2) * z[1]
    values = [
        quantiles_at(kind, {k: np.array([v]) for k, v in SPECS[kind].items()}, row, {})[0]
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
        hermite_coefficients(quantiles_at(kind, attributes, z, {}), z)
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


def test_sharing_may_differ_between_pathways() -> None:
    statistics = with_correlations(np.full((2, 3), 0.25))
    for name in ("real", "number"):
        statistics.quantities[name].shared_within[0, 1] = 0.0
    cov = build_model(statistics, estimate_cov=True).model["prop_cov"]["cov"]
    assert cov["A"]["a"][0][1] == pytest.approx(0.25, abs=1e-6)
    assert cov["A"]["b"][0][1] == pytest.approx(-0.25, abs=1e-6)


def test_why_a_property_is_left_out_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def told(**changed: Any) -> str:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            build_model(statistics, **changed, estimate_cov=True)
        return caplog.text

    statistics = with_correlations(np.full((2, 3), 0.25))
    assert "real is not correlated with others: it is constant, which cannot be (A -> a)" in told(
        distr_types={"real": "constant"}
    )
    statistics.quantities["number"].shared_within[1, 2] = 0.0
    assert (
        "number is not correlated with others: shared_within is False of it, and True of the "
        "others (B -> c)"
    ) in told()
    statistics.quantities["number"].std[:] = 0.0
    assert "number is not correlated with others: it has no spread in any pathway" in told()


def test_a_pathway_without_spread_leaves_nothing_out(caplog: pytest.LogCaptureFixture) -> None:
    statistics = with_correlations(np.full((2, 3), 0.25))
    assert statistics.correlations is not None
    real, number = statistics.quantities["real"], statistics.quantities["number"]
    # a pathway of one value counts as not shared
    for quantity, at in ((real, (0, 1)), (number, (1, 0))):
        quantity.std[at] = 0.0
        quantity.shared_within[at] = 0.0
        for matrices in (
            statistics.correlations.per_connection,
            statistics.correlations.per_synapse,
        ):
            matrices[at] = np.nan
    with caplog.at_level(logging.INFO):
        model = build_model(statistics, {"real": "gamma"}, estimate_cov=True).model
    assert model["prop_cov"]["props"] == ["real", "number"]
    assert model["prop_cov"]["cov"]["A"]["b"][0][1] == 0.0
    assert model["prop_cov"]["cov"]["A"]["c"][0][1] == pytest.approx(0.25, abs=1e-3)
    assert "real has no spread in 1 pathways, and gets a negligible one" in caplog.text
    drawn = ConnPropsModel(**model)
    np.random.seed(1)
    values = drawn.draw_cov("A", "b", size=4)[0]
    np.testing.assert_allclose(values, real.mean[0, 1], rtol=1e-5)
    assert values.min() == values.max()
    np.testing.assert_allclose(drawn.draw_cov("B", "a", size=4)[1], number.mean[1, 0], rtol=1e-5)
    # without correlations nothing is changed
    assert build_model(statistics).model["prop_stats"]["real"]["A"]["b"]["std"] == 0.0


POINTS = {
    "normal": {"mean": -3.5, "std": 0.0},
    "normal at 0": {"mean": 0.0, "std": 0.0},
    "gamma": {"mean": 1e5, "std": 0.0},
    "truncnorm": {"norm_loc": 2.5, "norm_scale": 0.0, "min": 1.0, "max": 4.0},
    "truncnorm at its end": {"norm_loc": 4.0, "norm_scale": 0.0, "min": 1.0, "max": 4.0},
    "truncnorm of one value": {"norm_loc": 2.51, "norm_scale": 0.1, "min": 2.5, "max": 2.5},
}


@pytest.mark.parametrize("name", list(POINTS))
def test_negligible_spreads_suit_scipy(name: str) -> None:
    entry = {"type": name.split()[0], **POINTS[name]}
    found = with_spread(entry)
    assert found is not None
    assert with_spread(found) is None
    centre = DISTRIBUTIONS[entry["type"]].mean(entry)
    z = np.linspace(-5.0, 5.0, 21)
    values = DISTRIBUTIONS[entry["type"]].isf(ndtr(-z), found)
    np.testing.assert_allclose(values, centre, rtol=1e-5, atol=1e-8)
    assert np.all(np.diff(values) > 0)
    if entry["type"] != "truncnorm":
        assert scipy_values(found, z) == pytest.approx(values)


def scipy_values(entry: dict[str, Any], z: np.ndarray) -> np.ndarray:
    """As the peer maps them."""
    mean, std = entry["mean"], entry["std"]
    if entry["type"] == "normal":
        return norm.isf(1 - norm.cdf(z), loc=mean, scale=std)
    return gamma.isf(1 - norm.cdf(z), a=mean**2 / std**2, scale=std**2 / mean)


@pytest.mark.parametrize("dtype", ["int", "int32", "uint16"])
@pytest.mark.parametrize("value", [-7.0, 0.0, 3.0, 40_000.0])
def test_negligible_spreads_leave_whole_numbers(dtype: str, value: float) -> None:
    if dtype == "uint16" and value < 0:
        return
    found = with_spread({"type": "normal", "mean": value, "std": 0.0, "dtype": dtype})
    assert found is not None
    assert set(remapped(np.linspace(-5.0, 5.0, 21), found).tolist()) == {value}


def test_correlations_are_needed() -> None:
    with pytest.raises(InvalidInputError, match="the data hold no correlations"):
        build_model(made_statistics(), estimate_cov=True)
