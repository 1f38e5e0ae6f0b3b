from __future__ import annotations

import numpy as np
import pytest
from morphio import PointLevel
from morphio.mut import Morphology

from region_grower_hpc.native import jitter as native
from region_grower_hpc.native.jitter import principal_direction
from region_grower_hpc.synthesis.axons.jitter import (
    RotationalJitter,
    ScalingJitter,
    leaves_first,
    stretch_sections,
    turn_sections,
)
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from tests.synthesis.small_neuron import BASAL, donor, neuron

DONOR = NeuronArrays.from_morphio(donor())
ONE_NEURITE = NeuronArrays.from_morphio(neuron((BASAL, (0, 30, 0))))


def section_points(cell: NeuronArrays) -> list[np.ndarray]:
    """Points of each section."""
    return [cell.points[first:stop].astype(float) for first, stop in cell.sections[:, :2]]


def lengths(cell: NeuronArrays) -> list[np.ndarray]:
    """Segment lengths of each section."""
    return [np.linalg.norm(np.diff(own, axis=0), axis=1) for own in section_points(cell)]


def assert_joined(cell: NeuronArrays) -> None:
    own = section_points(cell)
    for number, parent in enumerate(cell.sections[:, 3]):
        if parent >= 0:
            np.testing.assert_allclose(own[number][0], own[parent][-1], atol=1e-4)


def forked(stem: list[list[float]], *tips: list[list[float]]) -> NeuronArrays:
    """A stem with children."""
    cell = Morphology()
    root = cell.append_root_section(PointLevel(stem, [1] * len(stem)), BASAL)
    for tip in tips:
        root.append_section(PointLevel(tip, [1] * len(tip)))
    return NeuronArrays.from_morphio(cell)


def turned_tips(cell: NeuronArrays, jitter: RotationalJitter) -> np.ndarray:
    """Last points of all sections but the first."""
    turned = turn_sections(cell, jitter, np.random.default_rng(0))
    return turned.points[turned.sections[1:, 1] - 1]


def test_children_come_before_their_parent_and_in_their_order() -> None:
    order = [2, 3, 1, 5, 6, 4, 0]
    assert leaves_first(ONE_NEURITE.sections).tolist() == order
    expected = [7 * neurite + section for neurite in range(4) for section in order]
    assert leaves_first(DONOR.sections).tolist() == expected


def test_turning_keeps_lengths_and_joints_and_moves_all_but_the_first_sections() -> None:
    before = DONOR.points.copy()
    turned = turn_sections(DONOR, RotationalJitter(std_deg=20), np.random.default_rng(1))
    np.testing.assert_array_equal(DONOR.points, before)
    for after, own in zip(lengths(turned), lengths(DONOR), strict=True):
        np.testing.assert_allclose(after, own, rtol=1e-4)
    assert_joined(turned)
    moved = [
        np.abs(after - own).max()
        for after, own in zip(section_points(turned), section_points(DONOR), strict=True)
    ]
    for parent, distance_um in zip(DONOR.sections[:, 3], moved, strict=True):
        assert distance_um == 0 if parent < 0 else distance_um > 1e-2


def test_no_angle_and_no_stretch_leave_all_but_rounding() -> None:
    rng = np.random.default_rng(1)
    turned = turn_sections(DONOR, RotationalJitter(), rng)
    stretched = stretch_sections(turned, ScalingJitter(), ScalingJitter(), rng)
    np.testing.assert_allclose(stretched.points, DONOR.points, atol=1e-4)


def test_one_draw_turns_one_section() -> None:
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    turn_sections(DONOR, RotationalJitter(std_deg=20), rng)
    same.normal(size=4 * 6)
    assert rng.random() == same.random()


def test_angles_are_drawn_leaves_first() -> None:
    jitter = RotationalJitter(mean_deg=5, std_deg=20)
    turned = turn_sections(ONE_NEURITE, jitter, np.random.default_rng(3))
    angles_rad = np.zeros(7)
    angles_rad[[2, 3, 1, 5, 6, 4]] = np.random.default_rng(3).normal(5, 20, size=6) * np.pi / 180
    expected = ONE_NEURITE.points.copy()
    native.turn_sections(expected, ONE_NEURITE.sections, angles_rad, 5)
    np.testing.assert_array_equal(turned.points, expected)


def test_a_leaf_turns_right_handed_about_the_end_of_its_parent() -> None:
    cell = forked(
        [[9, 0, 0], [9, 0, 1], [9, 0, 4]], [[9, 0, 4], [10, 0, 7]], [[9, 0, 4], [9, 2, 5]]
    )
    tips = turned_tips(cell, RotationalJitter(mean_deg=90))
    np.testing.assert_allclose(tips, [[9, 1, 7], [7, 0, 5]], atol=1e-6)


def test_only_the_last_points_of_the_parent_give_the_axis() -> None:
    cell = forked([[0, 5, 0], [0, 0, 0], [0, 0, 1]], [[0, 0, 1], [1, 0, 1]], [[0, 0, 1], [2, 0, 1]])
    tips = turned_tips(cell, RotationalJitter(90, 0, n_parent_points=2))
    np.testing.assert_allclose(tips, [[0, 1, 1], [0, 2, 1]], atol=1e-6)


def test_a_section_with_children_turns_about_the_main_direction_of_its_subtree() -> None:
    along, across = np.array([0.0, 0.8, 0.6]), np.array([1.0, 0.0, 0.0])
    stem = np.outer(np.arange(1, 11), along)
    tips = [stem[-1] + 5 * along + side * across for side in (1.0, -1.0)]
    cell = Morphology()
    root = cell.append_root_section(PointLevel([[0, -3, 0], [0, 0, 0]], [1, 1]), BASAL)
    middle = root.append_section(PointLevel([[0, 0, 0], *stem.tolist()], [1] * 11))
    for tip in tips:
        middle.append_section(PointLevel([stem[-1].tolist(), tip.tolist()], [1, 1]))
    arrays = NeuronArrays.from_morphio(cell)
    points = arrays.points.copy()
    native.turn_sections(points, arrays.sections, np.array([0, np.pi / 2, 0, 0]), 5)
    # all directions but those of the tips are equal: the tips alone vary, across the stem
    turned = np.cross(across, stem)
    sense = np.sign(turned[0] @ (points[3] - points[2]))
    np.testing.assert_allclose(points[3:13], sense * turned, atol=1e-5)


def test_an_axis_without_length_turns_nothing() -> None:
    cell = Morphology()
    stem = cell.append_root_section(PointLevel([[0, 0, 0]] * 2, [1, 1]), BASAL)
    for x in (1, 2):
        stem.append_section(PointLevel([[0, 0, 0], [x, 0, 1]], [1, 1]))
    still = stem.append_section(PointLevel([[0, 0, 0]] * 2, [1, 1]))
    for _ in range(2):
        still.append_section(PointLevel([[0, 0, 0]] * 2, [1, 1]))
    arrays = NeuronArrays.from_morphio(cell)
    turned = turn_sections(arrays, RotationalJitter(std_deg=20), np.random.default_rng(0))
    np.testing.assert_array_equal(turned.points, arrays.points)


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_points_that_are_no_numbers_harm_nobody(value: float) -> None:
    points = DONOR.points.copy()
    points[5] = value
    native.turn_sections(points, DONOR.sections, np.full(28, 0.1), 5)
    native.stretch_sections(points, DONOR.sections, np.full((28, 3), 2.0))
    assert np.isfinite(points[18:]).all()


def test_sections_are_stretched_as_a_whole() -> None:
    stretched = stretch_sections(DONOR, ScalingJitter(std=0.3), None, np.random.default_rng(2))
    ratios = [a / b for a, b in zip(lengths(stretched), lengths(DONOR), strict=True)]
    assert_joined(stretched)
    for ratio in ratios:
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)
    assert len({round(float(ratio[0]), 4) for ratio in ratios}) == len(ratios)


def test_factors_are_drawn_leaves_first() -> None:
    stretched = stretch_sections(
        ONE_NEURITE, ScalingJitter(std=0.3), None, np.random.default_rng(2)
    )
    ratios = [(a / b)[0] for a, b in zip(lengths(stretched), lengths(ONE_NEURITE), strict=True)]
    drawn = np.random.default_rng(2).normal(1, 0.3, size=7)
    np.testing.assert_allclose(np.array(ratios)[[2, 3, 1, 5, 6, 4, 0]], drawn, rtol=1e-4)


def test_segments_are_stretched_one_by_one() -> None:
    stretched = stretch_sections(DONOR, None, ScalingJitter(std=0.3), np.random.default_rng(2))
    ratio = lengths(stretched)[0] / lengths(DONOR)[0]
    assert_joined(stretched)
    assert np.ptp(ratio) > 0.01


def test_the_segments_of_a_section_are_drawn_before_the_section() -> None:
    both = ScalingJitter(std=0.2), ScalingJitter(mean=1.5, std=0.1)
    stretched = stretch_sections(ONE_NEURITE, *both, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    after, before = lengths(stretched), lengths(ONE_NEURITE)
    for section in (2, 3, 1, 5, 6, 4, 0):
        # the first of the segment factors belongs to the first point, which has no segment
        own = rng.normal(1.5, 0.1, size=len(before[section]) + 1)[1:]
        expected = before[section] * own * rng.normal(1, 0.2)
        np.testing.assert_allclose(after[section], expected, rtol=1e-4)


def test_stretching_along_one_axis_only() -> None:
    jitter = ScalingJitter(mean=2.0, axis=1)
    stretched = stretch_sections(DONOR, jitter, None, np.random.default_rng(2))
    for after, own in zip(section_points(stretched), section_points(DONOR), strict=True):
        np.testing.assert_allclose(
            np.diff(after, axis=0), np.diff(own, axis=0) * [1, 2, 1], atol=1e-4
        )


def test_no_factor_is_below_one_percent() -> None:
    stretched = stretch_sections(DONOR, ScalingJitter(mean=-3.0), None, np.random.default_rng(2))
    for after, own in zip(lengths(stretched), lengths(DONOR), strict=True):
        np.testing.assert_allclose(after, own * 0.01, rtol=1e-3)


def test_a_neuron_without_sections_stays_as_it_is() -> None:
    cell, rng = NeuronArrays.from_morphio(neuron()), np.random.default_rng(2)
    assert len(turn_sections(cell, RotationalJitter(), rng).points) == 0
    assert len(stretch_sections(cell, ScalingJitter(), ScalingJitter(), rng).points) == 0


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ([[0, 4, 3, -1], [5, 7, 3, 0]], "points of its own"),
        ([[0, 4, 3, -1], [4, 4, 3, 0], [4, 7, 3, 0]], "points of its own"),
        ([[0, 4, 3, -1], [4, 8, 3, 0]], "points of its own"),
        ([[0, 4, 3, -1], [4, 6, 3, 0]], "belong to a section"),
        ([[0, 4, 3, -1], [4, 7, 3, 1]], "depth first"),
        ([[0, 4, 3, -1], [4, 7, 3, -2]], "depth first"),
        ([[0, 2, 3, -1], [2, 4, 3, 0], [4, 5, 3, 0], [5, 7, 3, 1]], "depth first"),
        ([[0, 4, 3], [4, 7, 3]], "4 columns"),
    ],
)
def test_sections_that_are_no_tree_are_refused(sections: list[list[int]], message: str) -> None:
    points = np.zeros((7, 3), dtype=np.float32)
    with pytest.raises(ValueError, match=message):
        native.stretch_sections(points, np.array(sections, dtype=np.int32))


def test_arrays_of_other_sizes_are_refused() -> None:
    points, sections = DONOR.points.copy(), DONOR.sections
    with pytest.raises(ValueError, match="one angle a section"):
        native.turn_sections(points, sections, np.zeros(27), 5)
    with pytest.raises(ValueError, match="points of the parent"):
        native.turn_sections(points, sections, np.zeros(28), 0)
    with pytest.raises(ValueError, match="a factor is missing"):
        native.stretch_sections(points, sections, np.ones((27, 3)))
    with pytest.raises(ValueError, match="a factor is missing"):
        native.stretch_sections(points, sections, None, np.ones((7, 3)))


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


@pytest.mark.parametrize(
    "vectors",
    [np.empty((0, 3)), np.full((4, 3), np.nan), np.full((4, 3), np.inf), np.ones((600, 3))],
)
def test_vectors_without_a_main_direction(vectors: np.ndarray) -> None:
    assert principal_direction(vectors.astype(np.float32)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("axis", range(3))
def test_main_direction_along_an_axis(axis: int) -> None:
    vectors = np.zeros((600, 3), dtype=np.float32)
    vectors[0, axis] = 1
    np.testing.assert_array_equal(principal_direction(vectors), np.eye(3)[axis])
