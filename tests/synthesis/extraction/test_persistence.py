"""Barcodes of trees whose lengths and angles can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.neurite_tree import NeuriteTree, neurite_tree
from region_grower_hpc.synthesis.extraction.persistence import barcode, persistence_distribution
from tests.synthesis.extraction.cells import Y_SHAPE, morphology, swc


def only_tree(text: str) -> NeuriteTree:
    (root,) = morphology(text).root_sections
    return neurite_tree(root)


def ends(bars: list[list[float]]) -> list[list[float]]:
    """Starts and ends of bars."""
    return [[round(value, 3) for value in bar[:2]] for bar in bars]


def chain(parents: list[int], values: list[float]) -> NeuriteTree:
    """A tree on the y axis whose nodes have given paths from the root."""
    points = np.array([[0, value, 0] for value in values], dtype=np.float32)
    return NeuriteTree(points, np.array(parents), np.array(values), 3)


def test_nodes_are_the_root_the_forks_and_the_tips() -> None:
    tree = only_tree(Y_SHAPE)
    assert tree.points.tolist() == [[0, 0, 0], [0, 10, 0], [-3, 14, 0], [8, 16, 0]]
    assert tree.parents.tolist() == [-1, 0, 1, 1]
    assert tree.path_distances_um.tolist() == [0, 10, 15, 20]
    assert tree.radial_distances_um() == pytest.approx([0, 10, 205**0.5, 320**0.5])
    assert tree.type_number == 3


def test_barcode_of_a_y() -> None:
    short, long = barcode(only_tree(Y_SHAPE))
    # The parent points along y. The left child turns by atan2(4, -3) - pi/2 = 0.6435, the right
    # one by atan2(6, 8) - pi/2 = -0.9273: the left is nearer, and they are a right angle apart.
    assert short == pytest.approx([15, 10, 0.6435, 0, -math.pi / 2, 0], abs=1e-4)
    assert long[:2] == [20, 0]
    assert all(map(math.isnan, long[2:]))


def test_radial_barcode_of_a_y() -> None:
    bars = barcode(only_tree(Y_SHAPE), "radial_distances")
    assert ends(bars) == [[14.318, 10.0], [17.889, 0]]


def test_theta_is_the_angle_from_the_z_axis() -> None:
    text = swc("1 0 0 0 1 -1", "3 2 0 0 1 1", "3 12 0 0 1 2", "3 15 0 4 1 3", "3 15 3 0 1 3")
    short, _ = barcode(only_tree(text))
    # The first child rises by atan2(4, 3) towards z and keeps phi; the second turns phi by pi/4.
    rise = math.atan2(4, 3)
    expected = [18**0.5 + 10, 10, 0, -rise, math.pi / 4, rise]
    assert short == pytest.approx(expected, abs=1e-5)


def test_a_section_alone_is_one_bar() -> None:
    text = swc("1 0 0 0 1 -1", "3 0 2 0 1 1", "3 0 5 4 1 2", "3 0 5 5 1 3")
    assert ends(barcode(only_tree(text))) == [[6, 0]]


def test_of_equally_long_components_the_first_one_survives() -> None:
    bars = barcode(chain([-1, 0, 1, 1], [0, 4, 9, 9]))
    assert ends(bars) == [[9, 4], [9, 0]]


@pytest.mark.parametrize(
    ("parents", "values", "expected"),
    [
        # A fork in a fork: the inner one first, wherever the other child of the outer one is.
        ([-1, 0, 1, 1, 3, 3], [0, 1, 9, 2, 5, 6], [[5, 2], [6, 1], [9, 0]]),
        ([-1, 0, 1, 2, 2, 1], [0, 1, 2, 5, 6, 9], [[5, 2], [6, 1], [9, 0]]),
        # Two forks side by side, the deeper one last.
        ([-1, 0, 1, 2, 2, 1, 5, 5], [0, 1, 2, 5, 6, 3, 7, 4], [[5, 2], [4, 3], [6, 1], [7, 0]]),
        # The first of two forks waits for a round while the second is done.
        (
            [-1, 0, 1, 2, 2, 4, 4, 1, 7, 7],
            [0, 1, 2, 5, 3, 6, 7, 4, 9, 8],
            [[6, 3], [8, 4], [5, 2], [7, 1], [9, 0]],
        ),
        # Three children.
        ([-1, 0, 1, 1, 1], [0, 2, 5, 9, 7], [[5, 2], [7, 2], [9, 0]]),
    ],
)
def test_order_of_the_bars(
    parents: list[int], values: list[float], expected: list[list[float]]
) -> None:
    assert ends(barcode(chain(parents, values))) == expected


def test_a_fork_in_the_first_point_has_no_angles() -> None:
    bars = barcode(chain([-1, 0, 0], [0, 3, 2]))
    assert bars[0] == [2, 0, 0, 0, 0, 0]


def test_trees_with_two_bars_are_left_out() -> None:
    two = [[5.0, 1.0], [9.0, 0.0]]
    three = [[5.0, 2.0], [6.0, 3.5], [9.0, 0.0]]
    result = persistence_distribution([two, three], "basal_dendrite")
    assert result == {
        "persistence_diagram": [three],
        "min_bar_length": 2.5,
        "filtration_metric": "path_distances",
    }
    with pytest.raises(ExtractionError, match="none of the 1 trees of type basal_dendrite"):
        persistence_distribution([two], "basal_dendrite")


def test_the_type_is_that_of_the_middle_point() -> None:
    text = swc(
        "1 0 0 0 1 -1", "3 2 0 0 1 1", "3 9 0 0 1 2", "4 15 0 4 1 3", "4 15 3 0 1 3", "4 15 9 0 1 5"
    )
    assert only_tree(text).type_number == 4


def test_a_section_without_a_point_of_its_own_is_refused() -> None:
    text = swc("1 0 0 0 1 -1", "3 2 0 0 1 1", "3 9 0 0 1 2", "3 9 0 0 1 3", "3 15 3 0 1 3")
    with pytest.raises(ExtractionError, match="section 1, of type basal_dendrite"):
        only_tree(text)
