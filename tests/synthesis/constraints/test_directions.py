from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import voxcell

from region_grower_hpc.synthesis.constraints.directions import DirectionProbability
from region_grower_hpc.synthesis.constraints.entries import Direction, Scope
from region_grower_hpc.synthesis.constraints.orientation_volume import OrientationVolume
from tests.synthesis.constraints.constraint_fixtures import cell_at

OFFSET, VOXEL = (-30.1, 5.3, 100.7), (10.1, 20.0, 7.7)
# turns x into y and y into -x
QUARTER_TURN = [np.sqrt(0.5), 0, 0, np.sqrt(0.5)]


def field(raw: Any) -> tuple[voxcell.OrientationField, OrientationVolume]:
    reference = voxcell.OrientationField(raw, VOXEL, OFFSET)
    return reference, OrientationVolume(raw, reference.offset, reference.voxel_dimensions)


def points(count: int) -> Any:
    rng = np.random.default_rng(2)
    inside = np.array(OFFSET) + rng.uniform(-0.2, 1.2, (count, 3)) * np.array(VOXEL) * [4, 3, 5]
    corners = np.array(np.array(OFFSET, dtype=np.float32), dtype=float) + rng.integers(
        -1, 6, (count, 3)
    ) * np.array(np.array(VOXEL, dtype=np.float32), dtype=float)
    return np.concatenate([inside, corners, [[np.nan, 0, 0], [np.inf, 6, 101]]])


@pytest.mark.parametrize("dtype", [np.int8, np.float32, np.float64])
def test_lookup_is_voxcell_s_to_the_last_bit(dtype: Any) -> None:
    rng = np.random.default_rng(1)
    raw = rng.integers(-127, 128, (4, 3, 5, 4)).astype(dtype)
    reference, volume = field(raw)
    inside = 0
    for point in points(300):
        voxel = volume.voxel(point)
        found = None if voxel is None else volume.matrices(voxel)[0]
        try:
            expected = reference.lookup(point)[0]
        except voxcell.VoxcellError:
            assert found is None
        else:
            inside += 1
            assert found is not None
            assert found.tolist() == expected.tolist()
    assert 100 < inside < 500


def probability(raw: Any = None, vector: Any = (1, 0, 0), **entry: Any) -> DirectionProbability:
    if raw is None:
        raw = np.broadcast_to(np.array(QUARTER_TURN), (4, 3, 5, 4))
    direction = Direction(Scope(), vector, **entry)
    cell = cell_at((0, 40, 110), depth_um=150)
    return DirectionProbability(direction, cell, [0.0, 1.0, 0.0], field(raw)[1])


CENTER = np.array([0.0, 40, 110])
# not quite: the target is longer than 1 by a last bit, and then the angle is undefined
BACKWARDS = np.array([0.01, -0.9999, 0])


@pytest.mark.parametrize("angle", [0.01, 0.3, 1.2, np.pi / 2, 3.0])
def test_probability_by_the_angle_to_the_turned_vector(angle: float) -> None:
    step = np.array([np.sin(angle), np.cos(angle), 0])  # the target is y
    share = angle / np.pi
    assert probability()(step, CENTER) == pytest.approx(1 - share)
    assert probability(power=2.5)(step, CENTER) == pytest.approx((1 - share) ** 2.5)
    expected = 1 - abs(2 * share - 1)
    across = probability(mode="perpendicular", power=2)(step, CENTER)
    assert across == pytest.approx(expected**2)


def test_a_negative_power_allows_all() -> None:
    assert probability(power=-1)(np.array([0.0, -0.5, 0]), CENTER) == 1


def test_outside_the_atlas_and_without_orientation_all_steps_are_free() -> None:
    assert probability()(BACKWARDS, CENTER) < 0.01
    assert probability()(BACKWARDS, np.array([1000.0, 40, 110])) == 1
    assert probability(np.full((4, 3, 5, 4), np.nan))(BACKWARDS, CENTER) == 1


def test_a_vector_longer_than_one_frees_the_steps_of_undefined_angle() -> None:
    free = probability(vector=(2, 0, 0))
    assert free(np.array([0.0, -1, 0]), CENTER) == 1
    assert free(np.array([1.0, 0, 0]), CENTER) == pytest.approx(0.5)


def test_layers_are_those_of_the_point_along_the_direction_of_the_pia() -> None:
    # the soma lies 150 below the pia; layer 2 from 100 to 200, so from y = -10 to 90
    second = probability(layers=(2,))
    assert second(BACKWARDS, CENTER) < 0.01
    assert probability(layers=(1, 3))(BACKWARDS, CENTER) == 1
    low, high = np.array([0.0, 10, 110]), np.array([0.0, 60, 110])
    assert max(second(BACKWARDS, low), second(BACKWARDS, high)) < 0.01
    cell = cell_at((0, 40, 110), depth_um=110)
    shallow = DirectionProbability(
        Direction(Scope(), (1, 0, 0), layers=(2,)),
        cell,
        [0.0, 1.0, 0.0],
        field(np.broadcast_to(np.array(QUARTER_TURN), (4, 3, 5, 4)))[1],
    )
    assert shallow(BACKWARDS, low) < 0.01
    assert shallow(BACKWARDS, high) == 1


def test_a_deep_copy_is_the_object_itself() -> None:
    made = probability()
    assert copy.deepcopy({"section_prob": made})["section_prob"] is made
