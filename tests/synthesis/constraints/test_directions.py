from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.native.constraints import OrientationField, ProbabilityRule
from region_grower_hpc.synthesis.constraints.directions import DirectionOfRegion
from region_grower_hpc.synthesis.constraints.entries import Direction, Scope
from tests.synthesis.constraints.constraint_fixtures import cell_at

OFFSET, VOXEL = (-30.1, 5.3, 100.7), (10.1, 20.0, 7.7)
# turns x into y and y into -x
QUARTER_TURN = np.broadcast_to([np.sqrt(0.5), 0, 0, np.sqrt(0.5)], (4, 3, 5, 4))


def probability(
    raw: Any = QUARTER_TURN, vector: Any = (1, 0, 0), depth_um: float = 150, **entry: Any
) -> ProbabilityRule:
    field = OrientationField(raw, OFFSET, VOXEL)
    made = DirectionOfRegion(Direction(Scope(), vector, **entry), field)
    found = made.for_cell(cell_at((0, 40, 110), depth_um=depth_um)).section_rule
    assert found is not None
    return found


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
    shallow = probability(depth_um=110, layers=(2,))
    assert shallow(BACKWARDS, low) < 0.01
    assert shallow(BACKWARDS, high) == 1


def test_cells_share_a_direction_without_layers() -> None:
    field = OrientationField(QUARTER_TURN, OFFSET, VOXEL)
    for layers, is_shared in (((), True), ((2,), False)):
        made = DirectionOfRegion(Direction(Scope(), (1, 0, 0), layers=layers), field)
        one, other = (made.for_cell(cell_at((x, 0, 0))) for x in (0, 5))
        assert (one.section_rule is other.section_rule) == is_shared
