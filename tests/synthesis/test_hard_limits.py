from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.native._kernels import GrowthFailure, Neuron
from region_grower_hpc.synthesis.hard_limits import apply_hard_limits

Y = np.array([0.0, 1.0, 0.0])
LAYERS = [0.0, 100.0, 200.0]
BASAL, APICAL = 3, 4
STEM = [[0, 1, 0], [0, 4.1, 0], [0, 11, 0]]
FIRST = [[0, 11, 0], [3.3, 15, 0]]
SECOND = [[0, 11, 0], [-2, 21, 0.7]]
LEFT, RIGHT = [[-2, 21, 0.7], [-4, 31, 0]], [[-2, 21, 0.7], [4, 31, 0]]
POINTS = np.array([*STEM, *FIRST, *SECOND, *LEFT, *RIGHT], dtype=np.float32)
STARTS, PARENTS = [0, 3, 5, 7, 9, 11], [-1, 0, 0, 2, 2]


def neuron(section_type: int = BASAL) -> Neuron:
    """A stem of 10 µm with two children, of which the second has two children."""
    rows = zip(STARTS[:-1], STARTS[1:], [section_type] * 5, PARENTS, strict=True)
    diameters = np.ones(len(POINTS), dtype=np.float32)
    return Neuron(POINTS, diameters, np.array(list(rows), dtype=np.int32), np.empty((0, 3)))


def points(cell: Neuron) -> Any:
    return cell.arrays()[0]


def scaled(depth_um: float, constraints: Any, y_direction: Any = Y) -> tuple[Any, Any]:
    cell = neuron()
    done = apply_hard_limits(cell, constraints, depth_um, LAYERS, y_direction, 0.0)
    return points(cell), done


def limits(**places: float) -> dict[str, Any]:
    """Limits at fractions of layer 1."""
    return {name: {"layer": 1, "fraction": value} for name, value in places.items()}


def basal(**places: float) -> dict[str, Any]:
    return {"basal_dendrite": limits(**places)}


def test_scaling_keeps_the_start_and_the_joints() -> None:
    found, _ = scaled(15.0, basal(hard_limit_max=1.0))
    expected = POINTS[0] + (POINTS - POINTS[0]) * 0.5
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_scaling_ends_at_one_percent() -> None:
    found, done = scaled(0.03, basal(hard_limit_max=1.0))
    assert done[0]["scale"] == pytest.approx(0.001)
    np.testing.assert_allclose(found, POINTS[0] + (POINTS - POINTS[0]) * 0.01, atol=1e-5)


@pytest.mark.parametrize(
    ("shortest_um", "longest_um", "scale"),
    [(None, None, 1.0), (60.0, None, 2.0), (10.0, None, 1.0), (None, 15.0, 0.5), (60.0, 15.0, 2.0)],
)
def test_scale_from_the_limits(
    shortest_um: float | None, longest_um: float | None, scale: float
) -> None:
    chosen = {"hard_limit_min": shortest_um, "hard_limit_max": longest_um}
    # layer 1 is 100 µm thick, and the cell lies 100 µm deep
    places = {name: value / 100 for name, value in chosen.items() if value is not None}
    _, done = scaled(100.0, basal(**places))
    assert [entry["scale"] for entry in done.values()] == (
        [] if scale == 1.0 else [pytest.approx(scale)]
    )


def test_extent_is_measured_along_a_tilted_direction() -> None:
    _, done = scaled(8.0, basal(hard_limit_min=1.0), np.array([1.0, 0.0, 0.0]))
    assert done[0]["scale"] == pytest.approx(2.0)


def test_a_neurite_that_goes_down_is_left_as_it_is() -> None:
    found, done = scaled(60.0, basal(hard_limit_min=1.0, hard_limit_max=0.5), -Y)
    assert done == {}
    np.testing.assert_allclose(found, POINTS, atol=1e-5)


def test_a_neurite_is_shortened_to_its_limit() -> None:
    found, done = scaled(15.0, basal(hard_limit_max=1.0))
    assert list(done) == [0]
    assert done[0]["scale"] == pytest.approx(0.5)
    assert done[0]["target_max_length"] == 15.0
    assert found[:, 1].max() == pytest.approx(16.0)


def test_a_neurite_too_long_by_far_is_deleted() -> None:
    cell = neuron()
    done = apply_hard_limits(cell, basal(hard_limit_max=1.0), 3.0, LAYERS, Y, 0.2)
    assert len(points(cell)) == 0
    assert done[0]["deleted"]
    stored_points, structure = cell.storable()
    assert (len(stored_points), structure.tolist()) == (0, [[0, 1, -1]])


def test_an_apical_dendrite_is_not_deleted() -> None:
    constraints = {"apical_dendrite": limits(hard_limit_max=1.0)}
    with pytest.raises(GrowthFailure) as caught:
        apply_hard_limits(neuron(APICAL), constraints, 3.0, LAYERS, Y, 0.2)
    assert caught.value.args[1].startswith("Apical is removed because rescale = 0.1")


def test_without_limits_or_layers_nothing_is_reported() -> None:
    constraints = basal(hard_limit_max=1.0)
    assert apply_hard_limits(neuron(), {}, 15.0, LAYERS, Y, 0.2) == {}
    nowhere = apply_hard_limits(neuron(), constraints, np.nan, None, np.full(3, np.nan), 0.2)
    assert nowhere == {}
