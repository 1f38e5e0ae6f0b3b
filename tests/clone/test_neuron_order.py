"""Trees in the order of NEURON, sections depth-first."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.section_order import depth_first, reordered
from region_grower_hpc.formats.morphology import MorphologyArrays, from_morphio, to_morphio
from tests.clone.made_neurons import neuron, neurons, stick


def assert_same(actual: MorphologyArrays, expected: MorphologyArrays) -> None:
    for name in ("points", "structure", "perimeters"):
        values, wanted = getattr(actual, name), getattr(expected, name)
        if wanted is None:
            assert values is None
        else:
            assert values.dtype == wanted.dtype
            np.testing.assert_array_equal(values, wanted)
    assert actual.family == expected.family


@given(neurons())
def test_it_is_the_order_of_morphio(made: MorphologyArrays) -> None:
    made = replace(made, perimeters=np.arange(len(made.points), dtype=np.float32))
    made.perimeters[: made.soma_size] = 0
    if len(made.structure) == 1:
        made = replace(made, perimeters=None)
    assert_same(neuron_ordered(made), from_morphio(to_morphio(made)))


def test_axons_come_first_and_trees_of_a_type_keep_their_order() -> None:
    made = neuron(
        *(stick(kind, (0, row, 0), (0, 9, 0)) for row, kind in enumerate([5, 4, 3, 2, 3]))
    )
    result = neuron_ordered(replace(made, family=1))
    assert result.structure[1:, 1].tolist() == [2, 3, 3, 4, 5]
    assert result.points[4::2, 1].tolist() == [3, 2, 4, 1, 0]
    assert result.family == 1


def test_a_neuron_in_order_is_returned_as_it_is() -> None:
    made = neuron(stick(2, (0, 0, 0), (0, 1, 0)), stick(3, (0, 0, 0), (0, 1, 0)))
    assert neuron_ordered(made) is made
    assert neuron_ordered(neuron()).structure.tolist() == [[0, 1, -1]]


@given(neurons(), st.randoms(use_true_random=False))
def test_sections_in_any_order_become_depth_first(
    made: MorphologyArrays, rng: random.Random
) -> None:
    """Siblings keep their order, so that only this one way back is left."""
    assert depth_first(made) is made
    rows = list(range(1, len(made.structure)))
    rng.shuffle(rows)
    parents = made.structure[:, 2].tolist()
    for parent in set(parents[1:]):  # siblings in their old order
        places = [at for at, row in enumerate(rows) if parents[row] == parent]
        for at, row in zip(places, sorted(rows[at] for at in places), strict=True):
            rows[at] = row
    shuffled = reordered(made, np.array(rows, dtype=np.intp))
    assert_same(depth_first(shuffled), made)


@pytest.mark.parametrize(
    ("parents", "words"),
    [([0, 7], "section 1 has a parent"), ([0, -1], "section 1 has"), ([2, 1], "section 0 is a")],
)
def test_what_is_no_tree_is_refused(parents: list[int], words: str) -> None:
    made = neuron(stick(2, (0, 0, 0), (0, 1, 0)), stick(3, (0, 0, 0), (0, 1, 0)))
    made.structure[1:, 2] = parents
    with pytest.raises(ValueError, match=words):
        depth_first(made)
