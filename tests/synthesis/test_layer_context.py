from __future__ import annotations

from math import nan

import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.layer_context import (
    distance_to_constraint_um,
    target_and_reference_um,
)

LAYERS = [0.0, 100.0, 250.0]
CORTEX = [120.0, 300.0]


def failure_of(call: object, *args: object) -> TaskFailure:
    with pytest.raises(TaskFailure) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value


def test_the_bound_of_the_cell_s_layer() -> None:
    assert target_and_reference_um(50.0, LAYERS, CORTEX) == (100.0, 120.0)
    assert target_and_reference_um(100.0004, LAYERS, CORTEX) == (100.0, 120.0)
    assert target_and_reference_um(100.001, LAYERS, CORTEX) == (250.0, 300.0)
    assert target_and_reference_um(nan, None, None) == (1, 1)


def test_no_layer_for_the_cell() -> None:
    below = failure_of(target_and_reference_um, 251.0, LAYERS, CORTEX)
    assert (below.kind, below.message) == (
        "growth",
        "Current depth (251.0) is outside of circuit boundaries",
    )
    no_depth = failure_of(target_and_reference_um, nan, LAYERS, CORTEX)
    assert (no_depth.kind, "[PH]y.nrrd" in no_depth.message) == ("input", True)
    no_bound = failure_of(target_and_reference_um, 150.0, [0.0, 100.0, nan], CORTEX)
    assert (no_bound.kind, "layer number 2" in no_bound.message) == ("input", True)
    assert target_and_reference_um(50.0, [0.0, 100.0, nan], CORTEX) == (100.0, 120.0)


def test_distance_to_a_fraction_of_a_layer() -> None:
    assert distance_to_constraint_um(200.0, LAYERS, {"layer": 1, "fraction": 1}) == 200.0
    assert distance_to_constraint_um(200.0, LAYERS, {"layer": 2, "fraction": 0}) == -50.0
    assert distance_to_constraint_um(200.0, LAYERS, {"layer": 2, "fraction": 0.5}) == 25.0
    assert distance_to_constraint_um(200.0, LAYERS, None) is None
    assert distance_to_constraint_um(200.0, None, {"layer": 1, "fraction": 1}) is None


@pytest.mark.parametrize("second", [100.0, 90.0])
def test_layer_without_thickness(second: float) -> None:
    place = {"layer": 2, "fraction": 0.5}
    failure = failure_of(distance_to_constraint_um, 50.0, [0.0, 100.0, second], place)
    assert (failure.kind, failure.message) == ("growth", "Layer 2 has no/negative thickness")


def test_nan_and_missing_layers() -> None:
    place = {"layer": 2, "fraction": 0.5}
    assert failure_of(distance_to_constraint_um, 50.0, [0.0, 1.0, nan], place).kind == "input"
    assert failure_of(distance_to_constraint_um, nan, LAYERS, place).kind == "input"
    missing = failure_of(distance_to_constraint_um, 50.0, LAYERS, {"layer": 3, "fraction": 0})
    assert (missing.kind, "does not exist" in missing.message) == ("growth", True)
