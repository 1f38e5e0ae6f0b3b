"""Laws that numbers are drawn from, against NeuroTS draw for draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.native.trunks import distribution

sample = pytest.importorskip("neurots.morphmath.sample", reason="needs the extra [neurots]")

LAWS: dict[str, dict[str, Any]] = {
    "normal": {"norm": {"mean": 1.0, "std": 0.2}},
    "normal, mostly negative": {"norm": {"mean": -2.0, "std": 1.0}},
    "normal of integers": {"norm": {"mean": 3, "std": 2}},
    "uniform": {"uniform": {"min": -1.0, "max": 2.5}},
    "exponential": {"expon": {"loc": -0.5, "lambda": 0.7}},
    "data": {"data": {"bins": [1, 2, 3, 7], "weights": [1, 0, 5, 2]}},
    "data of one bin": {"data": {"bins": [4.5], "weights": [12]}},
    "first of two": {"uniform": {"min": 0.0, "max": 1.0}, "norm": {"mean": 0.0, "std": 1.0}},
}
REFUSED: dict[str, dict[str, Any]] = {
    "no width, negative": {"norm": {"mean": -1.0, "std": 0.0}},
    "weights that sum to 0": {"data": {"bins": [1, 2], "weights": [0, 0]}},
    "negative weight": {"data": {"bins": [1, 2, 3], "weights": [2, -1, 2]}},
    "NaN weight": {"data": {"bins": [1, 2], "weights": [1.0, float("nan")]}},
    "no bins": {"data": {"bins": [], "weights": []}},
    "weight on a bin that is not positive": {"data": {"bins": [-1, 2], "weights": [1, 1]}},
}


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("name", LAWS)
def test_draws_are_those_of_neurots(name: str, positive: bool) -> None:
    for seed in range(5):
        theirs, ours = np.random.default_rng(seed), np.random.default_rng(seed)
        law = sample.Distr(LAWS[name], theirs)
        expected = [law.draw_positive() if positive else law.draw() for _ in range(200)]
        drawn, error = distribution(LAWS[name]).draws(ours.bit_generator, 200, positive)
        assert error == ""
        assert drawn == [float(value) for value in expected]
        assert ours.bit_generator.state == theirs.bit_generator.state


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_where_neurots_refuses(name: str) -> None:
    theirs, ours = np.random.default_rng(1), np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"(?i)probabilities|must be|cannot be empty|same size"):
        sample.Distr(REFUSED[name], theirs).draw_positive()
    drawn, error = distribution(REFUSED[name]).draws(ours.bit_generator, 1, True)
    assert (drawn, error) == ([], "ValueError")
    assert ours.bit_generator.state == theirs.bit_generator.state


def test_refuses_too_few_weights() -> None:
    law = distribution({"data": {"bins": [1, 2, 3], "weights": [1, 1]}})
    for positive in (False, True):
        drawn = law.draws(np.random.default_rng(0).bit_generator, 1, positive)
        assert drawn == ([], "ValueError")


def test_law_without_width_costs_no_draw() -> None:
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    law = distribution({"norm": {"mean": 2.5, "std": 0.0}})
    assert law.draws(rng.bit_generator, 3, True) == ([2.5, 2.5, 2.5], "")
    assert rng.bit_generator.state == before


def test_histogram_may_draw_bins_that_are_not_positive_of_no_weight() -> None:
    params = {"data": {"bins": [-1.0, 0.0, 2.0], "weights": [0.0, 0.0, 3.0]}}
    drawn, error = distribution(params).draws(np.random.default_rng(0).bit_generator, 4, True)
    assert (drawn, error) == ([2.0] * 4, "")


def test_endless_redraws_end() -> None:
    law = distribution({"norm": {"mean": -1e6, "std": 1e-3}})
    drawn, error = law.draws(np.random.default_rng(0).bit_generator, 1, True)
    assert (drawn, error) == ([], "RuntimeError")


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, ValueError),
        ({"gamma": {"a": 1.0}}, ValueError),
        ({"norm": {"mean": 1.0}}, KeyError),
        ({"expon": {"loc": 0.0, "lambda": 0.0}}, ValueError),
        ({"data": {"bins": [[1, 2]], "weights": [1, 2]}}, ValueError),
        ({"norm": {"mean": "wide", "std": 1.0}}, ValueError),
    ],
)
def test_malformed_laws_are_refused(params: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        distribution(params)
