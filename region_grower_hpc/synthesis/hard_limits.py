"""Rescaling of grown neurites to the hard limits of their layer context.

Source: `SpaceWorker._post_growth_rescaling` of region-grower 1.6.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.layer_context import distance_to_constraint_um
from region_grower_hpc.synthesis.neurite import (
    Neurite,
    read_neurite,
    scale_neurite,
    write_neurite,
)

EXTENT_DECIMALS = 3


def neurite_scale(
    neurite: Neurite,
    y_direction: npt.NDArray[np.float64],
    min_extent_um: float | None,
    max_extent_um: float | None,
) -> float:
    """Factor that brings the extent along a direction within the limits; 1 where it is.

    A neurite that does not rise above its start (extent 0 to 3 decimals) is left as it is. The
    lower limit goes first.
    """
    if min_extent_um is None and max_extent_um is None:
        return 1.0
    top = -np.inf
    for start, stop in zip(neurite.offsets[:-1], neurite.offsets[1:], strict=True):
        top = max(top, neurite.points[start:stop].dot(y_direction).max())
    extent_um = top - neurite.points[0].dot(y_direction)
    if np.round(extent_um, EXTENT_DECIMALS) == 0.0:
        return 1.0
    if min_extent_um is not None and min_extent_um / extent_um > 1:
        return float(min_extent_um / extent_um)
    if max_extent_um is not None and max_extent_um / extent_um < 1:
        return float(max_extent_um / extent_um)
    return 1.0


def apply_hard_limits(
    morphology: Any,
    constraints: Mapping[str, Any],
    depth_um: float,
    layer_depths_um: Sequence[float] | None,
    y_direction: npt.NDArray[np.float64],
    min_hard_scale: float,
) -> dict[int, dict[str, Any]]:
    """Rescale or delete each neurite of a morphology, in place.

    Args:
        morphology: morphio.mut.Morphology, soma at the origin.
        constraints: `context_constraints` of the mtype: {neurite type: {hard_limit_min, ...}}.
        depth_um: depth of the cell.
        layer_depths_um: layer bounds at its place, None without layers.
        y_direction: (3,) direction of the pia at the cell.
        min_hard_scale: a neurite that would have to shrink to this factor or below is deleted.

    Returns:
        {id of root section: what was done} for the neurites with a factor other than 1.

    Raises:
        TaskFailure: an apical dendrite would be deleted, or a limit has no place in the layers.
    """
    done: dict[int, dict[str, Any]] = {}
    for root in morphology.root_sections:
        root_id, neurite_type = root.id, root.type.name  # a deleted section loses its id
        limits = constraints.get(neurite_type, {})
        shortest, longest = (
            distance_to_constraint_um(depth_um, layer_depths_um, limits.get(key))
            for key in ("hard_limit_min", "hard_limit_max")
        )
        sections = list(root.iter())
        neurite = read_neurite(sections)
        scale = neurite_scale(neurite, y_direction, shortest, longest)
        deleted = not scale > min_hard_scale
        if not deleted:
            scale_neurite(neurite, scale)
            write_neurite(sections, neurite)
        elif neurite_type == "apical_dendrite":
            raise TaskFailure("growth", f"Apical is removed because rescale = {scale}")
        else:
            morphology.delete_section(root, recursive=True)
        if scale != 1.0:
            done[root_id] = {
                "neurite_type": neurite_type,
                "scale": scale,
                "target_min_length": shortest,
                "target_max_length": longest,
                "deleted": deleted,
            }
    return done
