from __future__ import annotations

import numpy as np
import pytest
from morphio import PointLevel
from morphio.mut import Morphology

from region_grower_hpc.synthesis.axons.jitter import (
    RotationalJitter,
    ScalingJitter,
    principal_direction,
    stretch_sections,
    turn_sections,
    turn_subtree,
)
from region_grower_hpc.synthesis.neurite import Neurite, read_neurite
from tests.synthesis.small_neuron import BASAL, donor, neuron, points


def lengths(cell: Morphology) -> list[np.ndarray]:
    """Segment lengths of each section."""
    return [
        np.linalg.norm(np.diff(section.points.astype(float), axis=0), axis=1)
        for section in cell.iter()
    ]


def assert_joined(cell: Morphology) -> None:
    for section in cell.iter():
        if not section.is_root:
            np.testing.assert_allclose(section.points[0], section.parent.points[-1], atol=1e-4)


def first_neurite(cell: Morphology) -> Neurite:
    return read_neurite(list(cell.root_sections[0].iter()))


def test_children_come_before_their_parent_and_in_their_order() -> None:
    neurite = first_neurite(donor())
    assert neurite.parents.tolist() == [-1, 0, 1, 1, 0, 4, 4]
    assert neurite.leaves_first() == [2, 3, 1, 5, 6, 4, 0]
    assert [neurite.has_children(section) for section in (0, 1, 2)] == [True, True, False]


def test_turning_keeps_lengths_and_joints_and_moves_all_but_the_first_sections() -> None:
    cell, before = donor(), donor()
    turn_sections(cell, RotationalJitter(std_deg=20), np.random.default_rng(1))
    for after, own in zip(lengths(cell), lengths(before), strict=True):
        np.testing.assert_allclose(after, own, rtol=1e-4)
    assert_joined(cell)
    for section, own in zip(cell.iter(), before.iter(), strict=True):
        moved = np.abs(section.points - own.points).max()
        assert moved == 0 if section.is_root else moved > 1e-2


def test_no_angle_and_no_stretch_leave_all_but_rounding() -> None:
    cell, rng = donor(), np.random.default_rng(1)
    turn_sections(cell, RotationalJitter(), rng)
    stretch_sections(cell, ScalingJitter(), ScalingJitter(), rng)
    np.testing.assert_allclose(points(cell), points(donor()), atol=1e-4)


def test_one_draw_turns_one_section() -> None:
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    turn_sections(donor(), RotationalJitter(std_deg=20), rng)
    same.normal(size=4 * 6)
    assert rng.random() == same.random()


def test_a_leaf_turns_about_the_end_of_its_parent() -> None:
    cell = Morphology()
    stem = cell.append_root_section(PointLevel([[9, 0, 0], [9, 0, 1], [9, 0, 4]], [1] * 3), BASAL)
    stem.append_section(PointLevel([[9, 0, 4], [10, 0, 7]], [1, 1]))
    stem.append_section(PointLevel([[9, 0, 4], [9, 2, 5]], [1, 1]))
    turn_sections(cell, RotationalJitter(mean_deg=90), np.random.default_rng(0))
    ends = [leaf.points[-1] for leaf in cell.root_sections[0].children]
    np.testing.assert_allclose(ends, [[9, 1, 7], [7, 0, 5]], atol=1e-6)


def test_only_the_last_points_of_the_parent_give_the_axis() -> None:
    cell = Morphology()
    stem = cell.append_root_section(PointLevel([[0, 5, 0], [0, 0, 0], [0, 0, 1]], [1] * 3), BASAL)
    for x in (1, 2):
        stem.append_section(PointLevel([[0, 0, 1], [x, 0, 1]], [1, 1]))
    turn_sections(cell, RotationalJitter(90, 0, n_parent_points=2), np.random.default_rng(0))
    ends = [leaf.points[-1] for leaf in cell.root_sections[0].children]
    np.testing.assert_allclose(ends, [[0, 1, 1], [0, 2, 1]], atol=1e-6)


def test_an_axis_without_length_turns_nothing() -> None:
    cell = Morphology()
    stem = cell.append_root_section(PointLevel([[0, 0, 0]] * 2, [1, 1]), BASAL)
    for x in (1, 2):
        stem.append_section(PointLevel([[0, 0, 0], [x, 0, 1]], [1, 1]))
    still = stem.append_section(PointLevel([[0, 0, 0]] * 2, [1, 1]))
    for _ in range(2):
        still.append_section(PointLevel([[0, 0, 0]] * 2, [1, 1]))
    before = points(cell)
    turn_sections(cell, RotationalJitter(std_deg=20), np.random.default_rng(0))
    np.testing.assert_array_equal(points(cell), before)


def test_turning_is_right_handed() -> None:
    turned = first_neurite(neuron((BASAL, (0, 30, 0))))
    start = turned.points[0].copy()
    offsets = turned.points - start
    turn_subtree(turned, 0, np.array([0, 0, 1], dtype=np.float32), np.pi / 2)
    expected = offsets[:, [1, 0, 2]] * [-1, 1, 1]
    np.testing.assert_allclose(turned.points - start, expected, atol=1e-5)


def test_sections_are_stretched_as_a_whole() -> None:
    cell = donor()
    stretch_sections(cell, ScalingJitter(std=0.3), None, np.random.default_rng(2))
    ratios = [a / b for a, b in zip(lengths(cell), lengths(donor()), strict=True)]
    assert_joined(cell)
    for ratio in ratios:
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)
    assert len({round(float(ratio[0]), 4) for ratio in ratios}) == len(ratios)


def test_factors_are_drawn_leaves_first() -> None:
    cell = neuron((BASAL, (0, 30, 0)))
    stretch_sections(cell, ScalingJitter(std=0.3), None, np.random.default_rng(2))
    ratios = [
        (a / b)[0] for a, b in zip(lengths(cell), lengths(neuron((BASAL, (0, 30, 0)))), strict=True)
    ]
    drawn = np.random.default_rng(2).normal(1, 0.3, size=7)
    np.testing.assert_allclose(np.array(ratios)[[2, 3, 1, 5, 6, 4, 0]], drawn, rtol=1e-4)


def test_segments_are_stretched_one_by_one() -> None:
    cell = donor()
    stretch_sections(cell, None, ScalingJitter(std=0.3), np.random.default_rng(2))
    ratio = lengths(cell)[0] / lengths(donor())[0]
    assert_joined(cell)
    assert np.ptp(ratio) > 0.01


def test_stretching_along_one_axis_only() -> None:
    cell, before = donor(), donor()
    stretch_sections(cell, ScalingJitter(mean=2.0, axis=1), None, np.random.default_rng(2))
    for section, own in zip(cell.iter(), before.iter(), strict=True):
        np.testing.assert_allclose(
            np.diff(section.points, axis=0), np.diff(own.points, axis=0) * [1, 2, 1], atol=1e-4
        )


def test_no_factor_is_below_one_percent() -> None:
    cell = donor()
    stretch_sections(cell, ScalingJitter(mean=-3.0), None, np.random.default_rng(2))
    for after, own in zip(lengths(cell), lengths(donor()), strict=True):
        np.testing.assert_allclose(after, own * 0.01, rtol=1e-3)


@pytest.mark.parametrize("count", [30, 500, 501, 4000])
def test_principal_direction_of_few_and_many_vectors(count: int) -> None:
    rng = np.random.default_rng(count)
    true = np.array([0.6, 0.0, -0.8])
    vectors = (np.outer(rng.exponential(size=count), true) + 4).astype(np.float32)
    vectors += rng.normal(size=(count, 3)).astype(np.float32) * np.float32(0.01)
    found = principal_direction(vectors)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, true, atol=2e-3)  # the longer tail is positive


def test_principal_directions_of_both_computations_agree() -> None:
    vectors = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32) * [3, 2, 1]
    few = principal_direction(vectors.astype(np.float32))
    many = principal_direction(np.vstack([vectors, vectors]).astype(np.float32))
    np.testing.assert_allclose(many, few, atol=1e-5)


def test_one_vector_has_a_direction_too() -> None:
    found = principal_direction(np.array([[0, 1, 0]], dtype=np.float32))
    assert np.linalg.norm(found) == pytest.approx(1)
