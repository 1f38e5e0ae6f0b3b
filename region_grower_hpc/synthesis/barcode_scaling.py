"""Scaling of persistence barcodes to the place of a cell, as NeuroTS `modify` functions.

Source: `modify.input_scaling` and its scale functions in region-grower 1.6.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.layer_context import (
    distance_to_constraint_um,
    target_and_reference_um,
)

Barcode = Sequence[Sequence[float]]

MIN_PATH_DISTANCE_UM = 1.0
MIN_TARGET_UM = 1.0


def scale_to_layers(
    barcode: Barcode,
    context: Mapping[str, Any],
    reference_um: float,
    target_um: float,
    with_debug_info: bool = False,
) -> list[list[float]]:
    """Scale a barcode by the ratio of a depth at the cell's place to that of the reference column.

    Args:
        barcode: bars (end, start, four angles); ends and starts in µm.
        context: NeuroTS context; its `debug_data` gets the factor where `with_debug_info`.
        reference_um: depth of the layer in the reference column.
        target_um: depth of the layer at the cell's place. A depth of exactly 1 stands for
            "unknown" and leaves the barcode as it is.
        with_debug_info: see `context`.

    Returns:
        The scaled bars; trees longer than the reference are first shrunk to it.
    """
    max_end_um, factor = None, 1.0
    if reference_um != 1.0 and target_um != 1.0:
        max_end_um = _max_end_um(barcode)
        factor = min(reference_um / max_end_um, 1.0) * target_um / reference_um
    if with_debug_info:
        _record(context, "default_func", max_end_um, factor)
    return _scaled(barcode, factor)


def scale_to_path_distance(
    barcode: Barcode,
    context: Mapping[str, Any],
    target_path_distance_um: float,
    with_debug_info: bool = False,
) -> list[list[float]]:
    """Scale a barcode so that its longest bar ends at a path distance (`scale_to_layers`)."""
    max_end_um = _max_end_um(barcode)
    factor = target_path_distance_um / max_end_um
    if with_debug_info:
        _record(context, "target_func", max_end_um, factor)
    return _scaled(barcode, factor)


def barcode_modifiers(
    parameters: Mapping[str, Any],
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    cortical_depths_um: Sequence[float] | None,
    debug_info: dict[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """How the barcode of every dendrite type of a cell is to be scaled.

    A basal `extent_to_target` starts a second pass over all types in which only the basal target
    counts: an apical target is then replaced by the default scaling. The peer does so, and the
    numbers are matched.

    Args:
        parameters: TMD parameters of the mtype, not changed.
        depth_um: depth of the cell.
        layer_depths_um: layer bounds at its place.
        cortical_depths_um: lower layer bounds in the reference column.
        debug_info: filled with inputs of the scaling where given.

    Returns:
        {neurite type: value of NeuroTS's `modify`} for the grow types but axons.

    Raises:
        TaskFailure: the cell is outside the layers, or a target is below 1 µm.
    """
    constraints = parameters.get("context_constraints", {})
    targets = {
        neurite_type: constraints.get(neurite_type, {}).get("extent_to_target")
        for neurite_type in ("apical_dendrite", "basal_dendrite")
    }
    target_um, reference_um = target_and_reference_um(depth_um, layer_depths_um, cortical_depths_um)
    modifiers: dict[str, dict[str, Any]] = {}
    for neurite_type in ("apical_dendrite", "basal_dendrite"):
        target = targets[neurite_type]
        if neurite_type == "basal_dendrite" and target is None:
            continue
        extent_um = distance_to_constraint_um(depth_um, layer_depths_um, target)
        for grow_type in parameters["grow_types"]:
            if grow_type == neurite_type and target is not None and extent_um is not None:
                modifiers[grow_type] = _path_modifier(grow_type, target, extent_um, debug_info)
            elif grow_type != "axon":
                modifiers[grow_type] = _layer_modifier(reference_um, target_um, debug_info)
    return modifiers


def _path_modifier(
    neurite_type: str,
    target: Mapping[str, Any],
    extent_um: float,
    debug_info: dict[str, Any] | None,
) -> dict[str, Any]:
    path_distance_um = target["slope"] * extent_um + target["intercept"]
    if debug_info is not None:
        name = neurite_type.removesuffix("_dendrite") + "_target_extent"
        inputs = {
            "fit_slope": target["slope"],
            "fit_intercept": target["intercept"],
            name: extent_um,
            "target_path_distance": path_distance_um,
            "min_target_path_distance": MIN_PATH_DISTANCE_UM,
        }
        debug_info["target_func"] = {"inputs": inputs, "scaling": []}
    if path_distance_um < MIN_PATH_DISTANCE_UM:
        raise TaskFailure(
            "growth",
            f"The target path distance computed for '{neurite_type}' from the fit is "
            f"{path_distance_um} < {MIN_PATH_DISTANCE_UM}!",
        )
    return {
        "funct": scale_to_path_distance,
        "kwargs": {
            "target_path_distance_um": path_distance_um,
            "with_debug_info": debug_info is not None,
        },
    }


def _layer_modifier(
    reference_um: float, target_um: float, debug_info: dict[str, Any] | None
) -> dict[str, Any]:
    if debug_info is not None:
        inputs = {
            "target_thickness": target_um,
            "reference_thickness": reference_um,
            "min_target_thickness": MIN_TARGET_UM,
        }
        debug_info["default_func"] = {"inputs": inputs, "scaling": []}
    if target_um < MIN_TARGET_UM:
        raise TaskFailure(
            "growth",
            f"The target thickness {target_um} is too small to be able to scale the bar code "
            f"with {MIN_TARGET_UM}",
        )
    return {
        "funct": scale_to_layers,
        "kwargs": {
            "reference_um": reference_um,
            "target_um": target_um,
            "with_debug_info": debug_info is not None,
        },
    }


def _max_end_um(barcode: Barcode) -> Any:
    # a numpy number: a null reference then gives NaN, not ZeroDivisionError
    return np.nanmax([bar[0] for bar in barcode])


def _scaled(barcode: Barcode, factor: float) -> list[list[float]]:
    bars = np.array(barcode, dtype=np.float64)
    bars[:, :2] *= factor
    scaled: list[list[float]] = bars.tolist()
    return scaled


def _record(context: Mapping[str, Any], name: str, max_end_um: float | None, factor: float) -> None:
    entry = {"max_ph": max_end_um, "scaling_ratio": factor}
    context["debug_data"][name]["scaling"].append(entry)
