from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.peer_draws import PEER

DISCRETE = {"type": "discrete", "val": [3, 1, 2], "p": [0.2, 0.3, 0.5]}


def told(row):
    return "-".join(str(one) for one in row["spec"].values())


def test_the_names_are_those_of_the_model_format():
    assert {name: one.attributes for name, one in DISTRIBUTIONS.items()} == {
        "constant": ("mean",),
        "normal": ("mean", "std"),
        "truncnorm": ("norm_loc", "norm_scale", "min", "max"),
        "gamma": ("mean", "std"),
        "poisson": ("mean",),
        "ztpoisson": ("mean",),
        "discrete": ("val", "p"),
        "zero": (),
    }
    assert [name for name, one in DISTRIBUTIONS.items() if one.is_integer] == [
        "poisson",
        "ztpoisson",
    ]


@pytest.mark.parametrize("row", PEER["draws"], ids=told)
def test_draws_are_those_of_the_peer(row):
    np.random.seed(row["seed"])
    values = DISTRIBUTIONS[row["spec"]["type"]].draw(row["spec"], 5)
    np.testing.assert_allclose(values, row["values"], rtol=1e-12, atol=0)
    assert values.dtype == row["dtype"]
    assert np.random.random() == row["next"]  # as many numbers of the stream were used


@pytest.mark.parametrize("row", PEER["draws"], ids=told)
def test_cdf_mean_and_std_are_those_of_draws(row):
    spec = row["spec"]
    one = DISTRIBUTIONS[spec["type"]]
    np.random.seed(3)
    values = one.draw(spec, 20_000)
    deviation = values.std() + 1e-12
    assert abs(one.mean(spec) - values.mean()) < 4.5 * deviation / 141
    assert abs(one.std(spec) - values.std()) < 0.05 * deviation
    at = np.unique(np.quantile(values, [0.0, 0.01, 0.3, 0.5, 0.9, 1.0]))
    for x in (*at, *(at - 1e-6), at[0] - 10.0, at[-1] + 10.0):
        # the largest of 276 gaps, each of a deviation of at most 0.0035
        assert abs(one.cdf(x, spec) - np.mean(values <= x)) < 0.016


def test_cdf_is_taken_after_the_bounds():
    spec = {"mean": 0.0, "std": 1.0, "lower_bound": -1.0, "upper_bound": 2.0}
    cdf = DISTRIBUTIONS["normal"].cdf([-1.1, -1.0, 0.0, 1.9, 2.0], spec)
    np.testing.assert_allclose(cdf, [0.0, 0.15865525393145707, 0.5, 0.9712834401839983, 1.0])


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("constant", ("mean",)),
        ("normal", ("mean", "std")),
        ("gamma", ("mean", "std")),
        ("poisson", ("mean",)),
        ("ztpoisson", ("mean",)),
        ("truncnorm", ("norm_loc", "norm_scale", "min", "max")),
    ],
)
def test_many_entries_at_once_give_what_each_gives(name, keys):
    one = DISTRIBUTIONS[name]
    random = np.random.default_rng(8)
    columns = {key: 1.0 + random.random(6) for key in keys}
    if "max" in keys:
        columns["max"] += columns["min"]
    for key in ("std", "norm_scale"):
        if key in columns:
            columns[key][2] = 0.0
    x = np.sort(random.random((6, 9)) * 4.0)
    many = one.cdf(x, {key: column[:, None] for key, column in columns.items()})
    for at in range(6):
        spec = {key: float(column[at]) for key, column in columns.items()}
        np.testing.assert_array_equal(many[at], one.cdf(x[at], spec))
        np.testing.assert_array_equal(one.mean(columns)[at], one.mean(spec))
        np.testing.assert_array_equal(one.std(columns)[at], one.std(spec))


@pytest.mark.parametrize("row", PEER["remaps"], ids=told)
def test_inverse_survival_function_inverts_the_cdf(row):
    spec = row["spec"]
    one = DISTRIBUTIONS[spec["type"]]
    tail = np.array([0.95, 0.5, 0.1])
    values = one.isf(tail, spec)
    if one.is_integer:
        assert np.all(1 - one.cdf(values, spec) <= tail)
        assert np.all(1 - one.cdf(values - 1, spec) > tail) or spec["mean"] == 0
    else:
        np.testing.assert_allclose(1 - one.cdf(values, spec), tail, rtol=1e-8)


def test_interval_of_one_value_draws_it():
    spec = {"norm_loc": 5.0, "norm_scale": 1.0, "min": 2.0, "max": 2.0}
    one = DISTRIBUTIONS["truncnorm"]
    assert one.draw(spec, 3).tolist() == [2.0, 2.0, 2.0]
    assert one.isf([0.1, 0.9], spec).tolist() == [2.0, 2.0]
    assert (float(one.mean(spec)), float(one.std(spec))) == (2.0, 0.0)


def test_probabilities_of_a_rounded_file_are_made_to_add_up():
    spec = {"val": [1, 2], "p": [0.333333, 0.666666]}
    assert set(DISTRIBUTIONS["discrete"].draw(spec, 50)) == {1, 2}
    assert DISTRIBUTIONS["discrete"].cdf(2, spec) == 1.0


@pytest.mark.parametrize(
    ("name", "spec", "said"),
    [
        ("normal", {"mean": 1.0}, "'std'"),
        ("normal", {"mean": "1", "std": 1.0}, "'mean' is no number"),
        ("normal", {"mean": [1.0], "std": 1.0}, "'mean' is no number"),
        ("normal", {"mean": float("nan"), "std": 1.0}, "'mean' is nan"),
        ("normal", {"mean": 1.0, "std": -1.0}, "'std' is negative"),
        ("gamma", {"mean": 0.0, "std": 1.0}, "'mean' must be positive"),
        ("gamma", {"mean": 1.0, "std": -1.0}, "'std' is negative"),
        ("poisson", {"mean": -0.1}, "negative"),
        ("ztpoisson", {"mean": 0.99}, "at least 1"),
        ("truncnorm", {"norm_loc": 0, "norm_scale": 1, "min": 2, "max": 1}, "exceeds"),
        ("discrete", {"val": [], "p": []}, "'val' is empty"),
        ("discrete", {"val": [1]}, "'p'"),
        ("discrete", {"val": "12", "p": [0.5, 0.5]}, "no list"),
        ("discrete", {"val": [1, 2], "p": [1.0]}, "2 values"),
        ("discrete", {"val": [1, 2], "p": [0.5, 0.6]}, "adds up to 1.1"),
        ("discrete", {"val": [1, 2], "p": [-0.5, 1.5]}, "negative"),
        ("discrete", {"val": [1, None], "p": [0.5, 0.5]}, "no number"),
        ("discrete", {"val": [1, float("inf")], "p": [0.5, 0.5]}, "not finite"),
    ],
)
def test_what_cannot_be_drawn_from_is_told(name, spec, said):
    one = DISTRIBUTIONS[name]
    assert said in one.problem(spec)
    with pytest.raises(InvalidInputError, match=name):
        one.draw(spec, 1)


def test_whole_values_stay_whole():
    assert DISTRIBUTIONS["discrete"].draw(DISCRETE, 4).dtype == np.int64
    assert DISTRIBUTIONS["constant"].draw({"mean": np.int32(4)}, 2).dtype == np.int64
    assert DISTRIBUTIONS["constant"].draw({"mean": np.float32(4)}, 2).dtype == np.float64
