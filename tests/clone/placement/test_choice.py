"""The draw of a candidate, with and without replacement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from region_grower_hpc.clone.placement import choice


def from_one_group(rows: NDArray[np.float64], uniforms: Iterator[float]) -> choice.Choices:
    """Without replacement, for cells of one group."""
    names = np.arange(rows.shape[1], dtype=np.int32)
    return choice.without_replacement(
        ((names, row) for row in rows), uniforms, len(rows), len(names)
    )


WEIGHTS = st.lists(st.sampled_from([0.0, 0.0, 1e-12, 0.25, 0.5, 1.0]), min_size=1, max_size=8)


@given(weights=WEIGHTS, seed=st.integers(0, 2**32 - 1))
def test_sequential_is_the_legacy_choice(weights: list[float], seed: int) -> None:
    scores = np.array(weights)
    [uniform] = choice.sequential_uniforms(seed, [0])
    expected = -1
    if scores.sum() > 0:
        legacy = np.random.RandomState(seed)
        expected = legacy.choice(len(scores), p=scores / scores.sum())
    assert choice.drawn(scores, uniform) == expected


@given(weights=WEIGHTS, uniform=st.sampled_from([0.0, 0.25, 0.5, 1 - 2**-53]))
def test_what_has_no_score_is_never_drawn(weights: list[float], uniform: float) -> None:
    position = choice.drawn(np.array(weights), uniform)
    assert (position == -1) == (not any(weights))
    assert position == -1 or weights[position] > 0


def test_sequential_seed_wraps_around() -> None:
    first = list(choice.sequential_uniforms(2**32 - 1, [0, 1, 2]))
    expected = [np.random.RandomState(seed).random_sample() for seed in (2**32 - 1, 0, 1)]
    assert first == expected


@pytest.mark.parametrize("draw", [choice.independent_uniforms, choice.sequential_uniforms])
def test_a_number_depends_on_seed_and_cell_alone(
    draw: Callable[[int, Iterable[int]], Iterator[float]],
) -> None:
    many = list(draw(3, range(10)))
    assert list(draw(3, [7, 2])) == [many[7], many[2]]
    assert len(set(many)) == 10
    assert list(draw(4, range(10))) != many


def test_independent_streams_are_not_shifted_copies() -> None:
    """As those of seed + cell are."""
    one, two = (list(choice.independent_uniforms(seed, range(20))) for seed in (0, 1))
    assert not set(one) & set(two)


def test_probabilities_are_proportional_to_scores() -> None:
    n_cells, weights = 20_000, np.array([1.0, 0.0, 3.0])
    scores = iter(np.tile(weights, (n_cells // 100, 1)) for _ in range(100))
    uniforms = choice.independent_uniforms(5, range(n_cells))
    found = choice.with_replacement(scores, uniforms, n_cells)
    counts = np.bincount(found.positions, minlength=3) / n_cells
    # five standard deviations
    np.testing.assert_allclose(counts, [0.25, 0.0, 0.75], atol=5 * np.sqrt(0.1875 / n_cells))


@given(
    scores=st.integers(1, 6).flatmap(
        lambda n: st.lists(
            st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=n, max_size=n),
            min_size=1,
            max_size=9,
        )
    )
)
def test_without_replacement(scores: list[list[float]]) -> None:
    """Each cell gets a clone of its own as long as one that suits it is left."""
    rows = np.array(scores)
    found = from_one_group(rows, choice.independent_uniforms(1, range(len(rows))))
    taken: set[int] = set()
    n_again = 0
    for weights, position in zip(scores, found.positions.tolist(), strict=True):
        suitable = {number for number, weight in enumerate(weights) if weight > 0}
        assert (position == -1) == (not suitable)
        if position == -1:
            continue
        assert position in suitable
        if suitable - taken:
            assert position not in taken
        else:
            n_again += 1
        taken.add(position)
    assert found.n_again == n_again


def test_first_choice_is_that_with_replacement() -> None:
    """As long as nothing is taken, and where nothing is left."""
    scores = np.array([[0.2, 0.8, 1.0]])
    for seed in range(20):
        uniform = list(choice.independent_uniforms(seed, [0]))
        several = choice.with_replacement([scores], iter(uniform), 1)
        assert several.positions[0] == from_one_group(scores, iter(uniform)).positions[0]


def test_a_name_that_several_groups_offer_is_taken_in_all() -> None:
    """Cells of two groups have name 7 in common; the last cell finds nothing of its own."""
    one, other = np.array([7, 2], dtype=np.int32), np.array([5, 7], dtype=np.int32)
    offers = [
        (one, np.array([1.0, 0.0])),
        (other, np.array([1e-9, 1.0])),
        (one, np.array([1.0, 0.0])),
    ]
    found = choice.without_replacement(offers, iter([0.5, 0.5, 0.5]), 3, 8)
    assert found.positions.tolist() == [0, 0, 0]
    assert found.n_again == 1
