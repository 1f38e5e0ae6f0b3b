"""Probability of growing in a direction, from the orientations of the atlas."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.entries import PARALLEL, Direction
from region_grower_hpc.synthesis.constraints.orientation_volume import OrientationVolume, Voxel
from region_grower_hpc.synthesis.uncopied import Uncopied

FloatArray = npt.NDArray[np.float64]


class DirectionProbability(Uncopied):
    """Probability that a section of one cell takes a step, by the angle to a target direction.

    The target is the entry's vector in the frame of the voxel at the section's last point.
    Outside the atlas, outside the entry's layers and where the angle is undefined it is 1.

    Args:
        direction: the entry.
        cell: place of the soma; its depths are used only for an entry with layers.
        y_direction: of the cell, towards the pia; used only for an entry with layers.
        orientations: of the atlas.

    Source: `SpaceContext.get_direction` of region-grower 1.6.0.
    """

    def __init__(
        self,
        direction: Direction,
        cell: CellInputs,
        y_direction: list[float],
        orientations: OrientationVolume,
    ) -> None:
        self._vector = list(direction.vector)
        self._power = direction.power
        self._is_parallel = direction.mode == PARALLEL
        self._soma_um = cell.position_um
        self._depth_um = cell.depth_um
        self._y_direction = y_direction
        self._orientations = orientations
        # one cell visits a few hundred voxels, each of them many times
        self._targets: dict[Voxel, FloatArray] = {}
        depths_um = cell.layer_depths_um or ()
        self._slabs_um = [(depths_um[layer - 1], depths_um[layer]) for layer in direction.layers]

    def __call__(self, seg_direction: FloatArray, current_point: FloatArray) -> float:
        """The probability of a step of direction `seg_direction` (unit) from a point, µm."""
        voxel = self._orientations.voxel(current_point)
        if voxel is None or not self._is_in_layers(current_point):
            return 1.0
        cosine: Any = seg_direction.dot(self._target(voxel))
        if not -1.0 <= cosine <= 1.0:
            return 1.0
        if self._is_parallel:
            p = (1.0 - np.arccos(cosine) / np.pi) ** self._power
        else:
            p = (1.0 - abs(np.arccos(cosine) / np.pi * 2.0 - 1.0)) ** self._power
        # a power below 0 gives more than 1, an infinite one even
        return float(min(p, 1.0))

    def _target(self, voxel: Voxel) -> FloatArray:
        target = self._targets.get(voxel)
        if target is None:
            # the whole stack of one matrix: numpy then sums in the order of the peer's bits
            target = np.dot(self._orientations.matrices(voxel), self._vector)[0]
            self._targets[voxel] = target
        return target

    def _is_in_layers(self, point_um: FloatArray) -> bool:
        if not self._slabs_um:
            return True
        depth = self._depth_um + (self._soma_um - point_um).dot(self._y_direction)
        return any(upper < depth < lower for upper, lower in self._slabs_um)
