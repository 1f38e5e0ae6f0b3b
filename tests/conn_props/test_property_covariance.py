from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.property_covariance import PropertyCovariance, remapped
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.peer_draws import PEER

NORMAL = {"type": "normal", "mean": 10.0, "std": 2.0, "shared_within": False}
GAMMA = {"type": "gamma", "mean": 2.0, "std": 0.7, "shared_within": False}
HALF = {"props": ["n", "g"], "cov": {"S": {"T": [[1, 0.5], [0.5, 1]]}}}


def covariance(prop_cov):
    return PropertyCovariance.of(prop_cov, ["g", "n", "n_syn_per_conn"], ["S"], ["T"])


@pytest.mark.parametrize("row", PEER["remaps"], ids=lambda row: str(row["spec"]))
def test_normal_scores_are_mapped_as_by_the_peer(row):
    np.testing.assert_allclose(
        remapped(np.array(row["scores"]), row["spec"]), row["values"], rtol=1e-12
    )


def test_mapped_values_are_bounded_and_rounded():
    spec = {"type": "poisson", "mean": 4.0, "lower_bound": 3, "upper_bound": 5.0, "dtype": "int"}
    values = remapped(np.array([-2.0, 0.0, 2.0]), spec)
    assert values.tolist() == [3, 4, 5]
    assert values.dtype == np.int64


def test_drawn_values_are_correlated_as_the_matrix_says():
    np.random.seed(1)
    n, g = covariance(HALF).draw("S", "T", [NORMAL, GAMMA], 20_000)
    assert n.shape == g.shape == (20_000, 1)
    ranks = [np.argsort(np.argsort(one[:, 0])) for one in (n, g)]
    # Spearman's coefficient of a Gaussian copula is 6/pi asin(r/2)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.02)
    assert g.mean() == pytest.approx(2.0, abs=0.02)


def test_shared_values_are_repeated():
    shared = [{**spec, "shared_within": True} for spec in (NORMAL, GAMMA)]
    for one in covariance(HALF).draw("S", "T", shared, 4):
        assert one.shape == (4, 1)
        assert len(np.unique(one)) == 1


def test_without_spread_a_normal_is_its_mean():
    spec = {"type": "normal", "mean": 3.0, "std": 0.0}
    assert remapped(np.array([-1.0, 2.0]), spec).tolist() == [3.0, 3.0]


def test_no_correlated_properties():
    assert covariance({}) is None


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        ([NORMAL, {**GAMMA, "shared_within": True}], "n: False, g: True"),
        ([NORMAL, {k: v for k, v in GAMMA.items() if k != "shared_within"}], "g: True"),
        ([NORMAL, {"type": "zero", "shared_within": False}], "property 'g', .*'S' to 'T'.*zero"),
        ([NORMAL, {**GAMMA, "std": 0.0}], "'std' must be positive"),
        (
            [
                NORMAL,
                {"type": "truncnorm", "norm_loc": 1, "norm_scale": 0, "min": 0, "max": 2}
                | {"shared_within": False},
            ],
            "'norm_scale' must be positive",
        ),
    ],
)
def test_entries_that_cannot_be_correlated_are_told(specs, said):
    with pytest.raises(InvalidInputError, match=said):
        covariance(HALF).draw("S", "T", specs, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"props": []}, "'props'"),
        ({"cov": None}, "'cov'"),
        ({"props": "ng"}, "list of names"),
        ({"props": ["n", "n_syn_per_conn"]}, "cannot be correlated"),
        ({"props": ["n", "G"]}, "do you mean 'g'"),
        ({"props": ["n", "n"]}, "twice"),
        ({"cov": {"S": {"U": []}}}, "no matrix of pathway 'S' to 'T'"),
        ({"cov": {"S": {"T": [[1, 0.5]]}}}, "2 x 2"),
        ({"cov": {"S": {"T": [[1, 0.5], [0.5]]}}}, "2 x 2"),
        ({"cov": {"S": {"T": [[1, "a"], ["a", 1]]}}}, "2 x 2"),
        ({"cov": {"S": {"T": [[1, 0.5], [0.4, 1]]}}}, "symmetric"),
        ({"cov": {"S": {"T": [[2, 0.5], [0.5, 1]]}}}, "diagonal"),
    ],
)
def test_wrong_matrices_are_told(change, said):
    with pytest.raises(InvalidInputError, match=said):
        covariance({**HALF, **change})


def test_prop_cov_must_be_a_dictionary():
    with pytest.raises(InvalidInputError, match="dictionary"):
        covariance([1])
