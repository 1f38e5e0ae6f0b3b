"""Rescaling of grown neurites to the hard limits of their layer context.

Source: `SpaceWorker._post_growth_rescaling` of region-grower 1.6.0; the arithmetic is native.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native._kernels import Neuron
from region_grower_hpc.synthesis.layer_context import distance_to_constraint_um

#: Names of MorphIO's section types, as TMD files have them.
TYPE_NAMES = {2: "axon", 3: "basal_dendrite", 4: "apical_dendrite"}


def apply_hard_limits(
    neuron: Neuron,
    constraints: Mapping[str, Any],
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    y_direction: npt.NDArray[np.float64],
    min_hard_scale: float,
) -> dict[int, dict[str, Any]]:
    """Rescale or delete each neurite, in place.

    A neurite that does not rise above its start (extent 0 to 3 decimals) keeps its size. The lower
    limit goes first.

    Args:
        neuron: soma at the origin.
        constraints: `context_constraints` of the mtype: {neurite type: {hard_limit_min, ...}}.
        depth_um: depth of the cell.
        layer_depths_um: layer bounds at its place, None without layers.
        y_direction: (3,) direction of the pia at the cell.
        min_hard_scale: a neurite that would have to shrink to this factor or below is deleted.

    Returns:
        {number of root section: what was done} for the neurites with a factor other than 1.

    Raises:
        TaskFailure: a limit has no place in the layers.
        GrowthFailure: of the kernel, an apical dendrite would be deleted.
    """
    limits_um: dict[int, tuple[float | None, float | None]] = {}
    if constraints and layer_depths_um is not None:
        for section_type in dict.fromkeys(neuron.root_types()):
            limits = constraints.get(TYPE_NAMES.get(section_type, ""), {})
            shortest, longest = (
                distance_to_constraint_um(depth_um, layer_depths_um, limits.get(key))
                for key in ("hard_limit_min", "hard_limit_max")
            )
            limits_um[section_type] = shortest, longest
    numbers_um = {kind: (_number(low), _number(high)) for kind, (low, high) in limits_um.items()}
    done = neuron.apply_hard_limits(numbers_um, y_direction.tolist(), min_hard_scale)
    return {
        root: {
            "neurite_type": TYPE_NAMES.get(section_type, f"custom{section_type}"),
            "scale": scale,
            "target_min_length": limits_um[section_type][0],
            "target_max_length": limits_um[section_type][1],
            "deleted": is_deleted,
        }
        for root, section_type, scale, is_deleted in done
        if scale != 1.0
    }


def _number(limit_um: float | None) -> float:
    return math.nan if limit_um is None else limit_um
