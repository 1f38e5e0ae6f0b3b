from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from morphio import PointLevel, SectionType
from morphio.mut import Morphology

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.hard_limits import (
    Neurite,
    apply_hard_limits,
    neurite_scale,
    read_neurite,
    scale_neurite,
)

Y = np.array([0.0, 1.0, 0.0])
LAYERS = [0.0, 100.0, 200.0]


def morphology(section_type: SectionType = SectionType.basal_dendrite) -> Morphology:
    """A stem of 10 µm with two children, of which the second has two children."""
    cell = Morphology()
    stem = cell.append_root_section(
        PointLevel([[0, 1, 0], [0, 4.1, 0], [0, 11, 0]], [1, 1, 1]), section_type
    )
    stem.append_section(PointLevel([[0, 11, 0], [3.3, 15, 0]], [1, 1]))
    second = stem.append_section(PointLevel([[0, 11, 0], [-2, 21, 0.7]], [1, 1]))
    for x in (-4.0, 4.0):
        second.append_section(PointLevel([[-2, 21, 0.7], [x, 31, 0]], [1, 1]))
    return cell


def neurite() -> Neurite:
    cell = morphology()
    return read_neurite(list(cell.root_sections[0].iter()))


def limits(**places: float) -> dict[str, Any]:
    """Limits at fractions of layer 1."""
    return {name: {"layer": 1, "fraction": value} for name, value in places.items()}


def test_sections_and_subtrees_are_read_depth_first() -> None:
    read = neurite()
    assert read.points.dtype == np.float32
    assert read.offsets.tolist() == [0, 3, 5, 7, 9, 11]
    assert read.subtree_stops.tolist() == [5, 2, 5, 4, 5]


def test_scaling_keeps_the_start_and_the_joints() -> None:
    read = neurite()
    before = read.points.copy()
    scale_neurite(read, 0.5)
    expected = before[0] + (before - before[0]) * 0.5
    np.testing.assert_allclose(read.points, expected, atol=1e-5)


def test_scaling_goes_on_below_one_percent() -> None:
    read, clipped = neurite(), neurite()
    scale_neurite(read, 0.001)
    scale_neurite(clipped, 0.01)
    np.testing.assert_array_equal(read.points, clipped.points)


@pytest.mark.parametrize(
    ("shortest", "longest", "scale"),
    [(None, None, 1.0), (60.0, None, 2.0), (10.0, None, 1.0), (None, 15.0, 0.5), (60.0, 15.0, 2.0)],
)
def test_scale_from_the_limits(shortest: float | None, longest: float | None, scale: float) -> None:
    assert neurite_scale(neurite(), Y, shortest, longest) == pytest.approx(scale)


def test_extent_is_measured_along_a_tilted_direction() -> None:
    tilted = np.array([1.0, 0.0, 0.0])
    assert neurite_scale(neurite(), tilted, 8.0, None) == pytest.approx(2.0)


def test_a_neurite_that_goes_down_is_left_as_it_is() -> None:
    assert neurite_scale(neurite(), -Y, 60.0, 1.0) == 1.0


def test_a_neurite_is_shortened_to_its_limit() -> None:
    cell = morphology()
    constraints = {"basal_dendrite": limits(hard_limit_max=1.0)}
    done = apply_hard_limits(cell, constraints, 15.0, LAYERS, Y, 0.2)
    assert list(done) == [0]
    assert done[0]["scale"] == pytest.approx(0.5)
    assert max(section.points[:, 1].max() for section in cell.iter()) == pytest.approx(16.0)


def test_a_neurite_too_long_by_far_is_deleted() -> None:
    cell = morphology()
    constraints = {"basal_dendrite": limits(hard_limit_max=1.0)}
    done = apply_hard_limits(cell, constraints, 3.0, LAYERS, Y, 0.2)
    assert cell.root_sections == []
    assert done[0]["deleted"]


def test_an_apical_dendrite_is_not_deleted() -> None:
    cell = morphology(SectionType.apical_dendrite)
    constraints = {"apical_dendrite": limits(hard_limit_max=1.0)}
    with pytest.raises(TaskFailure, match="Apical is removed because rescale = 0"):
        apply_hard_limits(cell, constraints, 3.0, LAYERS, Y, 0.2)


def test_without_limits_or_layers_nothing_is_reported() -> None:
    constraints = {"basal_dendrite": limits(hard_limit_max=1.0)}
    assert apply_hard_limits(morphology(), {}, 15.0, LAYERS, Y, 0.2) == {}
    nowhere = apply_hard_limits(morphology(), constraints, np.nan, None, np.full(3, np.nan), 0.2)
    assert nowhere == {}
