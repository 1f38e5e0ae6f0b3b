"""Scaling of persistence barcodes to the place of a cell.

Source: `modify.input_scaling` and its scale functions in region-grower 1.6.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.layer_context import (
    distance_to_constraint_um,
    target_and_reference_um,
)

MIN_PATH_DISTANCE_UM = 1.0
MIN_TARGET_UM = 1.0

#: What barcodes are scaled to; numbers as in the native kernel.
TO_NOTHING, TO_LAYERS, TO_PATH_DISTANCE = 0, 1, 2
#: Names of the scalings in region-grower's debug data.
NAMES = {TO_LAYERS: "default_func", TO_PATH_DISTANCE: "target_func"}


@dataclass(frozen=True)
class ScalingRecord:
    """What scaled one barcode.

    Attributes:
        to: what it was scaled to.
        max_end_um: end of its longest bar; None where it was not asked for.
        factor: of its distances.
    """

    to: int
    max_end_um: float | None
    factor: float

    def as_debug_info(self) -> dict[str, float | None]:
        """As region-grower tells it."""
        return {"max_ph": self.max_end_um, "scaling_ratio": self.factor}


@dataclass(frozen=True)
class BarcodeScaling:
    """How the barcodes of one neurite type of a cell are scaled.

    Attributes:
        to: TO_LAYERS: by the ratio of a depth at the cell's place to that of the reference column;
            trees longer than the reference are first shrunk to it. TO_PATH_DISTANCE: so that the
            longest bar ends at the target.
        target_um: depth of the layer at the cell's place, or the path distance.
        reference_um: depth of the layer in the reference column. A depth of exactly 1 stands for
            "unknown" and leaves the barcode as it is.
    """

    to: int = TO_NOTHING
    target_um: float = 1.0
    reference_um: float = 1.0

    def record(self, max_end_um: float) -> ScalingRecord:
        """How a barcode is scaled whose longest bar ends at `max_end_um`."""
        if self.to == TO_PATH_DISTANCE:
            return ScalingRecord(self.to, max_end_um, self.target_um / max_end_um)
        if self.reference_um == 1.0 or self.target_um == 1.0:
            return ScalingRecord(self.to, None, 1.0)
        factor = min(self.reference_um / max_end_um, 1.0) * self.target_um / self.reference_um
        return ScalingRecord(self.to, max_end_um, factor)


def barcode_scalings(
    parameters: Mapping[str, Any],
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    cortical_depths_um: Sequence[float] | None,
    debug_info: dict[str, Any] | None = None,
) -> dict[str, BarcodeScaling]:
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
        {neurite type: its scaling} for the grow types but axons.

    Raises:
        TaskFailure: the cell is outside the layers, or a target is below 1 µm.
    """
    constraints = parameters.get("context_constraints", {})
    targets = {
        neurite_type: constraints.get(neurite_type, {}).get("extent_to_target")
        for neurite_type in ("apical_dendrite", "basal_dendrite")
    }
    target_um, reference_um = target_and_reference_um(depth_um, layer_depths_um, cortical_depths_um)
    scalings: dict[str, BarcodeScaling] = {}
    for neurite_type in ("apical_dendrite", "basal_dendrite"):
        target = targets[neurite_type]
        if neurite_type == "basal_dendrite" and target is None:
            continue
        extent_um = distance_to_constraint_um(depth_um, layer_depths_um, target)
        for grow_type in parameters["grow_types"]:
            if grow_type == neurite_type and target is not None and extent_um is not None:
                scalings[grow_type] = _path_scaling(grow_type, target, extent_um, debug_info)
            elif grow_type != "axon":
                scalings[grow_type] = _layer_scaling(reference_um, target_um, debug_info)
    return scalings


def _path_scaling(
    neurite_type: str,
    target: Mapping[str, Any],
    extent_um: float,
    debug_info: dict[str, Any] | None,
) -> BarcodeScaling:
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
        debug_info[NAMES[TO_PATH_DISTANCE]] = {"inputs": inputs, "scaling": []}
    if path_distance_um < MIN_PATH_DISTANCE_UM:
        raise TaskFailure(
            "growth",
            f"The target path distance computed for '{neurite_type}' from the fit is "
            f"{path_distance_um} < {MIN_PATH_DISTANCE_UM}!",
        )
    return BarcodeScaling(TO_PATH_DISTANCE, target_um=float(path_distance_um))


def _layer_scaling(
    reference_um: float, target_um: float, debug_info: dict[str, Any] | None
) -> BarcodeScaling:
    if debug_info is not None:
        inputs = {
            "target_thickness": target_um,
            "reference_thickness": reference_um,
            "min_target_thickness": MIN_TARGET_UM,
        }
        debug_info[NAMES[TO_LAYERS]] = {"inputs": inputs, "scaling": []}
    if target_um < MIN_TARGET_UM:
        raise TaskFailure(
            "growth",
            f"The target thickness {target_um} is too small to be able to scale the bar code "
            f"with {MIN_TARGET_UM}",
        )
    return BarcodeScaling(TO_LAYERS, target_um=float(target_um), reference_um=float(reference_um))
