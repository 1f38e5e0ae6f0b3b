from __future__ import annotations

from collections.abc import Callable

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
        (lambda stream, n: np.full(n, 2.79), "float32", "constant"),
        (lambda stream, n: np.zeros(n), "float32", "zero"),
    ],
)
def test_the_type_that_the_values_were_drawn_from(draw: Draw, dtype: str, expected: str) -> None:
    assert chosen(drawn(draw, dtype)) == expected


def test_choices_do_not_depend_on_other_quantities_or_runs() -> None:
    one = drawn(lambda stream, n: stream.gamma(2.0, 2.0, n), "float32")
    other = drawn(lambda stream, n: stream.poisson(2.0, n), "uint16")
    assert choose_types([other, one]) == choose_types([other]) + choose_types([one])
    choices = choose_types([one])
    assert sum(choice.chosen for choice in choices) == 1
    assert max(choices, key=lambda choice: choice.log_likelihood).chosen
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
    assert all(np.isfinite(choice.log_likelihood) for choice in choices)
    assert {choice.n_pathways for choice in choices} == {3}


def test_histograms_are_needed() -> None:
    quantity = drawn(lambda stream, n: stream.normal(0.0, 1.0, n), "float32", n=20)
    quantity.counts = None
    with pytest.raises(InvalidInputError, match="p: an automatic type of distribution needs"):
        choose_types([quantity])
