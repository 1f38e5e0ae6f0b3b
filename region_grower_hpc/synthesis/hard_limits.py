"""Rescaling of grown neurites to the hard limits of their layer context.

Source: `SpaceWorker._post_growth_rescaling` of region-grower 1.6.0 and the arithmetic of
`neuroc.scale.scale_section` 0.3.0, bit for bit in float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.layer_context import distance_to_constraint_um

EXTENT_DECIMALS = 3
MIN_SCALE = 0.01  # neuroc clips every scaling factor below this


@dataclass(frozen=True)
class Neurite:
    """Points of one neurite, depth first: a section comes before its descendants.

    Attributes:
        points: (n, 3) float32, µm.
        offsets: (m+1,) rows at which the m sections start.
        subtree_stops: (m,) section number after the last descendant.
    """

    points: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    subtree_stops: npt.NDArray[np.int64]


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


def scale_neurite(neurite: Neurite, scale: float) -> None:
    """Scale all sections about their first points, in place, and move their subtrees along.

    Descendants go first. Points are rounded to float32 after every step, so that also a factor of
    1 changes last bits.
    """
    factor = max(scale, MIN_SCALE)
    points, offsets = neurite.points, neurite.offsets
    for section in range(len(offsets) - 2, -1, -1):
        start, stop = offsets[section], offsets[section + 1]
        own = points[start:stop]
        vectors = np.zeros((stop - start, 3), dtype=np.float64)
        vectors[1:] = np.diff(own, axis=0)  # the differences themselves are float32
        scaled = own[0] + np.cumsum(vectors, axis=0) * factor
        descendants = points[stop : offsets[neurite.subtree_stops[section]]]
        descendants[:] = descendants + (scaled[-1] - own[-1])
        own[:] = scaled


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
            _write_neurite(sections, neurite)
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


def read_neurite(sections: Sequence[Any]) -> Neurite:
    """Gather the sections of one neurite, given depth first, into arrays."""
    numbers = {section.id: number for number, section in enumerate(sections)}
    counts = np.ones(len(sections), dtype=np.int64)
    for number in range(len(sections) - 1, 0, -1):
        counts[numbers[sections[number].parent.id]] += counts[number]
    points = [section.points for section in sections]
    return Neurite(
        points=np.concatenate(points).astype(np.float32, copy=False),
        offsets=np.cumsum([0, *map(len, points)], dtype=np.int64),
        subtree_stops=np.arange(len(sections)) + counts,
    )


def _write_neurite(sections: Sequence[Any], neurite: Neurite) -> None:
    for section, start, stop in zip(
        sections, neurite.offsets[:-1], neurite.offsets[1:], strict=True
    ):
        section.points = neurite.points[start:stop]
