"""Probability of growing towards a mesh, and the mesh of a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.constraints.entries import DistanceRule
from region_grower_hpc.synthesis.constraints.meshes import Mesh
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.uncopied import Uncopied

FloatArray = npt.NDArray[np.float64]


class RepulsiveProbability(Uncopied):
    """Probability of a step that falls with the distance to the mesh along the step.

    p = (distance - d_min) / (d_max - max(0, d_min))^power, clipped to [0, 1]; 1 for a ray that
    misses the mesh. The distance is that of the ray's first listed hit.

    Args:
        rule: distances and power.
        mesh: of the cell.
        grid: of a mesh in voxel coordinates, None for one in µm. The direction of the ray is not
            converted, which matters where voxels are no cubes.

    Source: `SpaceContext.get_boundaries` of region-grower 1.6.0.
    """

    def __init__(self, rule: DistanceRule, mesh: Mesh, grid: VoxelGrid | None) -> None:
        self._d_min_um = rule.d_min_um
        self._scale = (rule.d_max_um - max(0, rule.d_min_um)) ** rule.power
        self._mesh = mesh
        self._grid = grid

    def __call__(self, direction: npt.ArrayLike, current_point: FloatArray) -> float:
        """The probability of a step of direction `direction` (unit) from a point, µm."""
        direction = np.asarray(direction, dtype=np.float64)
        grid = self._grid
        origin = current_point if grid is None else grid.to_voxels(current_point)
        hit = self._mesh.first_hit(origin, direction)
        if hit is None:
            return 1.0
        if grid is not None:
            hit, origin = grid.to_um(hit), grid.to_um(origin)
        way = hit - origin
        p = (np.sqrt(way.dot(way)) - self._d_min_um) / self._scale
        return float(min(max(p, 0.0), 1.0))


class AttractiveProbability(Uncopied):
    """Probability of a step that grows with its angle to the nearest point of the mesh.

    p = (1 - angle/π)^power at distances between d_min and d_max, otherwise and inside 1.

    Args:
        rule: distances and power.
        mesh: of the cell.
        grid: of a mesh in voxel coordinates, None for one in µm.

    Source: `SpaceContext.get_boundaries` of region-grower 1.6.0.
    """

    def __init__(self, rule: DistanceRule, mesh: Mesh, grid: VoxelGrid | None) -> None:
        self._rule = rule
        self._mesh = mesh
        self._grid = grid
        # all proposals of one step start from the same point
        self._point: tuple[float, ...] | None = None
        self._way: tuple[FloatArray, Any] | None = None

    def __call__(self, direction: npt.ArrayLike, current_point: FloatArray) -> float:
        """The probability of a step of direction `direction` (unit) from a point, µm."""
        point = tuple(current_point.tolist())
        if point != self._point:
            self._point, self._way = point, self._way_from(current_point)
        if self._way is None:
            return 1.0
        way, distance = self._way
        cosine = np.asarray(direction, dtype=np.float64).dot(way) / distance
        if not -1.0 <= cosine <= 1.0:
            return 1.0
        p = (1 - np.arccos(cosine) / np.pi) ** self._rule.power
        return float(min(p, 1.0))

    def _way_from(self, point_um: FloatArray) -> tuple[FloatArray, Any] | None:
        """Vector and distance to the mesh, None where the mesh does not attract."""
        grid = self._grid
        place = point_um if grid is None else grid.to_voxels(point_um)
        if self._mesh.contains(place):
            return None
        closest, _ = self._mesh.closest_point(place)
        if grid is not None:
            closest = grid.to_um(closest)
        way = closest - point_um
        distance = np.sqrt(way.dot(way))
        if not self._rule.d_min_um < distance < self._rule.d_max_um:
            return None
        return way, distance
