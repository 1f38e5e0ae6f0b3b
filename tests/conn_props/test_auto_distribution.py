from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from region_grower_hpc.conn_props.auto_distribution import choose_types
from region_grower_hpc.conn_props.statistics import Quantity
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.made_statistics import quantity_of_values

Draw = Callable[[np.random.RandomState, int], np.ndarray]


def drawn(draw: Draw, dtype: str, n: int = 1500, seed: int = 3) -> Quantity:
    stream = np.random.RandomState(seed)
    values = [draw(stream, n).astype(dtype) for _ in range(6)]
    return quantity_of_values("p", dtype, values)


def chosen(quantity: Quantity) -> str:
    (best,) = (one.type for one in choose_types([quantity]) if one.chosen)
    return best


def zero_truncated(stream: np.random.RandomState, n: int) -> np.ndarray:
    values = stream.poisson(1.2, 10 * n)
    return values[values > 0][:n]


def cut(stream: np.random.RandomState, n: int) -> np.ndarray:
    values = stream.normal(0.5, 0.4, 10 * n)
    return values[(values > 0) & (values < 1)][:n]


@pytest.mark.parametrize(
    ("draw", "dtype", "expected"),
    [
        (lambda stream, n: stream.normal(8.0, 1.0, n), "float32", "normal"),
        (lambda stream, n: stream.normal(-8.0, 1.0, n), "float64", "normal"),
        (lambda stream, n: stream.gamma(1.5, 2.0, n), "float32", "gamma"),
        (cut, "float32", "truncnorm"),
        (lambda stream, n: stream.poisson(3.0, n), "uint16", "poisson"),
        (zero_truncated, "int64", "ztpoisson"),
        (lambda stream, n: stream.choice([1, 2, 10], n, p=[0.1, 0.3, 0.6]), "uint8", "discrete"),
        (lambda stream, n: stream.choice([0.5, 0.7, 4.0], n), "float32", "discrete"),
        (lambda stream, n: stream.choice([0.25, 0.5, 0.75, 1.0], n), "float32", "discrete"),
        (lambda stream, n: np.round(stream.normal(8.0, 1.0, n) * 4) / 4, "float32", "discrete"),
        (lambda stream, n: np.full(n, 2.79), "float32", "constant"),
        (lambda stream, n: np.zeros(n), "float32", "zero"),
    ],
)
def test_the_type_that_the_values_were_drawn_from(draw: Draw, dtype: str, expected: str) -> None:
    assert chosen(drawn(draw, dtype)) == expected


def test_a_few_values_of_a_grid_are_no_list() -> None:
    """With 40 values on a fine grid the shares are chance, and a density describes them better."""
    grid = drawn(lambda stream, n: np.round(stream.normal(8.0, 1.0, n) * 8) / 8, "float32", n=40)
    assert chosen(grid) in ("normal", "gamma")
    assert "discrete" in {choice.type for choice in choose_types([grid])}


def test_a_value_that_occurs_once_does_not_decide_against_a_list() -> None:
    def with_rare(stream: np.random.RandomState, n: int) -> np.ndarray:
        return np.concatenate((stream.choice([0, 1, 50], n, p=[0.5, 0.1, 0.4]), range(2, 8)))

    quantity = drawn(with_rare, "int32", n=400)
    assert chosen(quantity) == "discrete"
    (score,) = (one.score for one in choose_types([quantity]) if one.type == "discrete")
    # six values a pathway that the other folds do not have, at less than 10 each
    n_each = np.log([0.5, 0.1, 0.4]) @ [0.5, 0.1, 0.4] * 400
    assert score > 6 * (n_each - 6 * 10)


def test_fits_are_found_by_their_numbers_where_nothing_else_is_known() -> None:
    known = drawn(cut, "float32")
    assert known.norm_loc is not None
    assert known.norm_scale is not None
    assert known.norm_fit is not None
    known.norm_loc[0, :] = 0.5
    known.norm_scale[0, :2] = 0.4
    known.norm_fit[0, :] = 1
    assert np.count_nonzero(known.norm_fit == 1) == 3
    told = choose_types([known])
    unknown = replace(known, norm_fit=None)
    assert choose_types([unknown]) == told
    known.norm_fit[0, :] = 2
    assert choose_types([known]) != told


def test_choices_do_not_depend_on_other_quantities_or_runs() -> None:
    one = drawn(lambda stream, n: stream.gamma(2.0, 2.0, n), "float32")
    other = drawn(lambda stream, n: stream.poisson(2.0, n), "uint16")
    assert choose_types([other, one]) == choose_types([other]) + choose_types([one])
    choices = choose_types([one])
    assert sum(choice.chosen for choice in choices) == 1
    assert max(choices, key=lambda choice: choice.score).chosen
    assert {(choice.n_values, choice.n_pathways) for choice in choices} == {(9000, 6)}


def test_types_that_cannot_describe_every_pathway_are_no_candidates() -> None:
    values = [np.repeat([1, 2, 3], 50)] * 5 + [np.arange(-300, 300)]
    quantity = quantity_of_values("p", "int32", values)
    kinds = {choice.type for choice in choose_types([quantity])}
    assert kinds == {"normal", "truncnorm"}


def test_tiny_pathways_and_gaps_are_no_obstacle() -> None:
    values = [np.array([1]), np.array([]), np.array([1, 2]), np.array([3]), *[np.array([])] * 2]
    quantity = quantity_of_values("p", "int64", values)
    choices = choose_types([quantity])
    assert all(np.isfinite(choice.score) for choice in choices)
    assert {choice.n_pathways for choice in choices} == {3}


def test_histograms_are_needed() -> None:
    quantity = drawn(lambda stream, n: stream.normal(0.0, 1.0, n), "float32", n=20)
    quantity.counts = None
    with pytest.raises(InvalidInputError, match="p: an automatic type of distribution needs"):
        choose_types([quantity])
