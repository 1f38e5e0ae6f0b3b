from __future__ import annotations

from math import nan
from typing import Any

import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.barcode_scaling import (
    NAMES,
    TO_LAYERS,
    TO_PATH_DISTANCE,
    BarcodeScaling,
    ScalingRecord,
    barcode_scalings,
)

LONGEST_UM = 200.0
LAYERS = [0.0, 100.0, 300.0]
CORTEX = [200.0, 400.0]
TARGET = {"layer": 1, "fraction": 1.0, "slope": 2.0, "intercept": 5.0}


def parameters(**constraints: Any) -> dict[str, Any]:
    return {
        "grow_types": ["basal_dendrite", "apical_dendrite", "axon"],
        "context_constraints": constraints,
    }


def test_a_barcode_is_scaled_from_the_reference_column_to_the_place() -> None:
    record = BarcodeScaling(TO_LAYERS, target_um=100.0, reference_um=400.0).record(LONGEST_UM)
    assert record == ScalingRecord(TO_LAYERS, LONGEST_UM, 0.25)


def test_trees_longer_than_the_reference_are_shrunk_to_it_first() -> None:
    record = BarcodeScaling(TO_LAYERS, target_um=50.0, reference_um=100.0).record(LONGEST_UM)
    assert record.factor == 0.25


@pytest.mark.parametrize(("reference", "target"), [(1.0, 50.0), (50.0, 1.0)])
def test_unknown_depths_leave_the_lengths(reference: float, target: float) -> None:
    record = BarcodeScaling(TO_LAYERS, target, reference).record(LONGEST_UM)
    assert record == ScalingRecord(TO_LAYERS, None, 1.0)


def test_the_longest_bar_ends_at_the_path_distance() -> None:
    assert BarcodeScaling(TO_PATH_DISTANCE, target_um=30.0).record(LONGEST_UM).factor == 0.15


def test_dendrites_are_scaled_to_their_layer_and_axons_are_not() -> None:
    scalings = barcode_scalings(parameters(), 50.0, LAYERS, CORTEX)
    expected = BarcodeScaling(TO_LAYERS, target_um=100.0, reference_um=200.0)
    assert scalings == {"basal_dendrite": expected, "apical_dendrite": expected}


def test_an_apical_target_follows_the_fit() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    scalings = barcode_scalings(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert scalings["apical_dendrite"] == BarcodeScaling(TO_PATH_DISTANCE, 105.0)
    assert scalings["basal_dendrite"].to == TO_LAYERS


def test_a_basal_target_replaces_the_apical_one_as_in_the_peer() -> None:
    constraints = {
        "apical_dendrite": {"extent_to_target": TARGET},
        "basal_dendrite": {"extent_to_target": TARGET},
    }
    scalings = barcode_scalings(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert scalings["basal_dendrite"].to == TO_PATH_DISTANCE
    assert scalings["apical_dendrite"].to == TO_LAYERS


def test_targets_without_layers_fall_back_to_the_default() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    scalings = barcode_scalings(parameters(**constraints), nan, None, None)
    assert scalings["apical_dendrite"].target_um == 1


def test_too_small_targets_fail_the_cell() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": {**TARGET, "intercept": -99.5}}}
    with pytest.raises(TaskFailure) as caught:
        barcode_scalings(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert caught.value.message == (
        "The target path distance computed for 'apical_dendrite' from the fit is 0.5 < 1.0!"
    )
    with pytest.raises(TaskFailure, match=r"target thickness 0\.5 is too small"):
        barcode_scalings(parameters(), 0.4, [0.0, 0.5], CORTEX)


def test_debug_data_tell_inputs_and_factors() -> None:
    infos: dict[str, Any] = {}
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    scalings = barcode_scalings(parameters(**constraints), 50.0, LAYERS, CORTEX, infos)
    assert infos["target_func"]["inputs"]["apical_target_extent"] == 50.0
    assert infos["default_func"]["inputs"]["target_thickness"] == 100.0
    told = {
        NAMES[scaling.to]: scaling.record(LONGEST_UM).as_debug_info()
        for scaling in scalings.values()
    }
    assert told == {
        "target_func": {"max_ph": 200.0, "scaling_ratio": 0.525},
        "default_func": {"max_ph": 200.0, "scaling_ratio": 0.5},
    }
