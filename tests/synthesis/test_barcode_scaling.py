from __future__ import annotations

import pickle
from math import nan
from typing import Any

import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.barcode_scaling import (
    barcode_modifiers,
    scale_to_layers,
    scale_to_path_distance,
)

BARCODE = [[200.0, 0.0, 0.1, 0.2, 0.3, 0.4], [50.0, 10.0, nan, nan, nan, nan]]
LAYERS = [0.0, 100.0, 300.0]
CORTEX = [200.0, 400.0]
TARGET = {"layer": 1, "fraction": 1.0, "slope": 2.0, "intercept": 5.0}


def parameters(**constraints: Any) -> dict[str, Any]:
    return {
        "grow_types": ["basal_dendrite", "apical_dendrite", "axon"],
        "context_constraints": constraints,
    }


def test_only_lengths_are_scaled() -> None:
    scaled = scale_to_layers(BARCODE, {}, reference_um=400.0, target_um=100.0)
    assert scaled[0] == [50.0, 0.0, 0.1, 0.2, 0.3, 0.4]
    assert scaled[1][:2] == [12.5, 2.5]
    assert BARCODE[0][0] == 200.0


def test_trees_longer_than_the_reference_are_shrunk_to_it_first() -> None:
    assert scale_to_layers(BARCODE, {}, reference_um=100.0, target_um=50.0)[0][0] == 50.0


@pytest.mark.parametrize(("reference", "target"), [(1, 50.0), (50.0, 1)])
def test_unknown_depths_leave_the_lengths(reference: float, target: float) -> None:
    assert scale_to_layers(BARCODE, {}, reference, target)[0] == BARCODE[0]


def test_the_longest_bar_ends_at_the_path_distance() -> None:
    scaled = scale_to_path_distance(BARCODE, {}, target_path_distance_um=30.0)
    assert scaled[0][0] == pytest.approx(30.0)
    assert scaled[1][0] == pytest.approx(7.5)


def test_dendrites_are_scaled_to_their_layer_and_axons_are_not() -> None:
    modifiers = barcode_modifiers(parameters(), 50.0, LAYERS, CORTEX)
    assert list(modifiers) == ["basal_dendrite", "apical_dendrite"]
    for modifier in modifiers.values():
        assert modifier["funct"] is scale_to_layers
        assert modifier["kwargs"]["target_um"] == 100.0
        assert modifier["kwargs"]["reference_um"] == 200.0
    assert pickle.loads(pickle.dumps(modifiers)) == modifiers


def test_an_apical_target_follows_the_fit() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    modifiers = barcode_modifiers(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert modifiers["apical_dendrite"]["kwargs"]["target_path_distance_um"] == 105.0
    assert modifiers["basal_dendrite"]["funct"] is scale_to_layers


def test_a_basal_target_replaces_the_apical_one_as_in_the_peer() -> None:
    constraints = {
        "apical_dendrite": {"extent_to_target": TARGET},
        "basal_dendrite": {"extent_to_target": TARGET},
    }
    modifiers = barcode_modifiers(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert modifiers["basal_dendrite"]["funct"] is scale_to_path_distance
    assert modifiers["apical_dendrite"]["funct"] is scale_to_layers


def test_targets_without_layers_fall_back_to_the_default() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    modifiers = barcode_modifiers(parameters(**constraints), nan, None, None)
    assert modifiers["apical_dendrite"]["kwargs"]["target_um"] == 1


def test_too_small_targets_fail_the_cell() -> None:
    constraints = {"apical_dendrite": {"extent_to_target": {**TARGET, "intercept": -99.5}}}
    with pytest.raises(TaskFailure) as caught:
        barcode_modifiers(parameters(**constraints), 50.0, LAYERS, CORTEX)
    assert caught.value.message == (
        "The target path distance computed for 'apical_dendrite' from the fit is 0.5 < 1.0!"
    )
    with pytest.raises(TaskFailure, match=r"target thickness 0\.5 is too small"):
        barcode_modifiers(parameters(), 0.4, [0.0, 0.5], CORTEX)


def test_debug_data_tell_inputs_and_factors() -> None:
    infos: dict[str, Any] = {}
    constraints = {"apical_dendrite": {"extent_to_target": TARGET}}
    modifiers = barcode_modifiers(parameters(**constraints), 50.0, LAYERS, CORTEX, infos)
    for modifier in modifiers.values():
        modifier["funct"](BARCODE, {"debug_data": infos}, **modifier["kwargs"])
    assert infos["target_func"]["inputs"]["apical_target_extent"] == 50.0
    assert infos["target_func"]["scaling"] == [{"max_ph": 200.0, "scaling_ratio": 0.525}]
    assert infos["default_func"]["scaling"] == [{"max_ph": 200.0, "scaling_ratio": 0.5}]
