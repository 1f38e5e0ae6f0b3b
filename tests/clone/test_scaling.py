"""Scaled neurons: each tree about its own root, nothing else moved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.scaling import scaled_y
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.made_neurons import neuron, neurons, stick


def by_definition(ordered: MorphologyArrays, y_scale: float) -> np.ndarray:
    """Each section in turn, as the peer has it: about its own start, carrying its children."""
    points = ordered.points.astype(np.float64)
    rows = ordered.structure.tolist()
    stops = [row[0] for row in rows[1:]] + [len(points)]
    root_y = 0.0
    for (first, _, parent), stop in zip(rows[1:], stops[1:], strict=True):
        if parent == 0:
            root_y = points[first, 1]
        for row in range(first, stop):
            points[row, 1] = root_y + y_scale * (points[row, 1] - root_y)
    return points.astype(np.float32)


@given(neurons(), st.floats(0.01, 100))
def test_each_tree_is_scaled_about_the_first_point_of_its_root(
    parent: MorphologyArrays, y_scale: float
) -> None:
    ordered = neuron_ordered(parent)
    before = parent.points.copy()
    scaled = scaled_y(parent, y_scale)
    assert scaled.points.dtype == np.float32
    np.testing.assert_array_equal(scaled.points, by_definition(ordered, y_scale))
    np.testing.assert_array_equal(scaled.structure, ordered.structure)
    np.testing.assert_array_equal(parent.points, before)


def test_children_go_along_and_only_y_changes() -> None:
    tree = [(3, -1, [(1, 10, 3), (1, 20, 3)]), (3, 0, [(1, 20, 3), (5, 40, 3)])]
    scaled = scaled_y(neuron(tree, stick(4, (0, -4, 0), (0, 0, 0))), 0.5)
    assert scaled.points[4:, 1].tolist() == [10, 15, 15, 25, -4, -2]
    assert scaled.points[4:, 0].tolist() == [1, 1, 1, 5, 0, 0]
    assert scaled.points[:4].tolist() == neuron().points.tolist()
    assert scaled.points[4:, 3].tolist() == [5, 6, 7, 8, 9, 10]


def test_the_scale_one_changes_nothing() -> None:
    random = np.random.default_rng(3)
    parent = neuron([(2, -1, random.normal(0, 1e3, (50, 3)).tolist())])
    np.testing.assert_array_equal(scaled_y(parent, 1.0).points, parent.points)


def test_a_neuron_of_a_soma_alone() -> None:
    np.testing.assert_array_equal(scaled_y(neuron(), 0.5).points, neuron().points)


def test_roots_come_in_the_order_of_neuron() -> None:
    parent = neuron(stick(4, (0, 1, 0), (0, 2, 0)), stick(2, (0, 3, 0), (0, 5, 0)))
    scaled = scaled_y(parent, 2.0)
    assert scaled.structure[1:, 1].tolist() == [2, 4]
    assert scaled.points[4:, 1].tolist() == [3, 7, 1, 3]


def test_perimeters_and_family_stay() -> None:
    plain = neuron(stick(3, (0, 1, 0), (0, 2, 0)))
    perimeters = np.arange(6, dtype=np.float32)
    parent = MorphologyArrays(plain.points, plain.structure, perimeters=perimeters, family=1)
    scaled = scaled_y(parent, 2.0)
    assert scaled.perimeters is not None
    np.testing.assert_array_equal(scaled.perimeters, perimeters)
    assert scaled.family == 1


@pytest.mark.parametrize("y_scale", [0.95, 0.975, 1.025, 1.05])
def test_far_from_the_origin_no_digit_of_float32_is_lost(y_scale: float) -> None:
    parent = neuron(stick(3, (0, 1e5, 0), (0, 1e5 + 1, 0)))
    assert scaled_y(parent, y_scale).points[-1, 1] == np.float32(1e5 + y_scale)
