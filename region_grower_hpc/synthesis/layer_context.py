"""Depth of one cell against the layers at its place and in the reference column.

Depths are in µm below the pia. `layer_depths_um` are the L+1 layer bounds at the place of the cell
(0 first), or None where the region has no layers. Source: `SpaceContext` of region-grower 1.6.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from region_grower_hpc.errors import TaskFailure

DEPTH_DECIMALS = 3  # a cell on the lower bound of a layer is in it, whatever the last bits say

NAN_DEPTH = "Nan in some PH values: depth, from [PH]y.nrrd and the [PH] file of the first layer"


def target_and_reference_um(
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    cortical_depths_um: Sequence[float] | None,
) -> tuple[float, float]:
    """Lower bound of the cell's layer at its place, and in the reference column.

    Returns:
        (target, reference); (1, 1) without a reference column.

    Raises:
        TaskFailure: `growth` below all layers; `input` where the depth or a bound is NaN.
    """
    if cortical_depths_um is None or layer_depths_um is None:
        return 1, 1
    depth = np.round(depth_um, DEPTH_DECIMALS)
    bounds = layer_depths_um[1:]
    # a region may list more thicknesses than layers or fewer: the pairs count, as in the peer
    for bound, cortical in zip(bounds, cortical_depths_um, strict=False):
        if depth <= np.round(bound, DEPTH_DECIMALS):
            return bound, cortical
    if np.isnan(depth_um):
        raise TaskFailure("input", NAN_DEPTH)
    if np.isnan(bounds).any():
        raise TaskFailure("input", _nan_message(bounds))
    raise TaskFailure("growth", f"Current depth ({depth_um}) is outside of circuit boundaries")


def distance_to_constraint_um(
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    constraint: Mapping[str, Any] | None,
) -> float | None:
    """Distance from the cell up to a place given as a fraction of a layer.

    Args:
        depth_um: depth of the cell.
        layer_depths_um: layer bounds at its place.
        constraint: `layer` counted from 1 and `fraction`, 0 at its lower bound and 1 at its upper.

    Returns:
        µm, negative where the place lies below the cell; None without a constraint or layers.

    Raises:
        TaskFailure: `growth` where the layer has no thickness here; `input` for NaN.
    """
    if not constraint or layer_depths_um is None:
        return None
    layer = constraint["layer"]
    if layer >= len(layer_depths_um):
        raise TaskFailure(
            "growth",
            f"Layer {layer} of a context constraint does not exist: "
            f"the region has {len(layer_depths_um) - 1} layers",
        )
    upper, lower = layer_depths_um[layer - 1], layer_depths_um[layer]
    thickness = lower - upper
    if thickness <= 0:
        raise TaskFailure("growth", f"Layer {layer} has no/negative thickness")
    distance = depth_um - (upper + (1.0 - constraint["fraction"]) * thickness)
    if np.isnan(distance):
        if np.isnan(depth_um):
            raise TaskFailure("input", NAN_DEPTH)
        raise TaskFailure("input", _nan_message(layer_depths_um[1:]))
    return float(distance)


def _nan_message(bounds_um: Sequence[float]) -> str:
    position = int(np.flatnonzero(np.isnan(bounds_um))[0]) + 1
    return f"Nan in some PH values: thickness of layer number {position}, from its [PH] file"
