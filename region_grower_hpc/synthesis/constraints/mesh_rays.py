"""Rays against one mesh, with all that does not depend on the ray made beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# trimesh's margins
BOX_MARGIN = 1e-5
PARALLEL = 1e-5
BEHIND = -1e-6
EDGE = 1e-13

# dot products by row are written as products with ones, which sums as trimesh does
ONES = np.ones(3)


class MeshRays:
    """Index of a mesh for single rays.

    Args:
        mesh: trimesh.Trimesh.

    Source: `trimesh.ray.ray_triangle.RayMeshIntersector.intersects_location`, which spends most of
    its time on preparing many rays and on the hash of the mesh.
    """

    def __init__(self, mesh: Any) -> None:
        from trimesh.grouping import unique_rows

        triangles = np.array(mesh.triangles, dtype=np.float64)
        self._unique_rows: Any = unique_rows
        self._tree = mesh.triangles_tree
        bounds: list[float] = np.asarray(self._tree.bounds, dtype=np.float64).ravel().tolist()
        self._ends = tuple(zip(bounds[:3], bounds[3:], strict=True))
        self._corners = triangles[:, 0]
        self._normals = np.array(mesh.face_normals, dtype=np.float64)
        self._edges_1 = triangles[:, 1] - self._corners
        self._edges_2 = triangles[:, 2] - self._corners
        dots_11 = np.dot(self._edges_1 * self._edges_1, ONES)
        dots_12 = np.dot(self._edges_1 * self._edges_2, ONES)
        dots_22 = np.dot(self._edges_2 * self._edges_2, ONES)
        with np.errstate(divide="ignore"):
            inverse = 1.0 / (dots_11 * dots_22 - dots_12 * dots_12)
        self._dots = np.stack([dots_11, dots_12, dots_22, inverse], axis=1)

    def first_hit(self, origin: FloatArray, direction: FloatArray) -> FloatArray | None:
        """The first listed hit, (3,), None without any."""
        hits = self.hits(origin, direction)
        return hits[0] if len(hits) else None

    def hits(self, origin: FloatArray, direction: FloatArray) -> FloatArray:
        """The distinct points where a ray meets the mesh, (n, 3).

        They are sorted by the bytes of rounded coordinates, not by distance.
        """
        found = list(self._tree.intersection(self._box(origin.tolist(), direction.tolist())))
        if not found:
            return np.empty((0, 3))
        near = np.array(found)
        normals = self._normals[near]
        slopes = np.dot(direction * normals, ONES)
        crossing = np.abs(slopes) > PARALLEL
        if not crossing.all():
            near, normals, slopes = near[crossing], normals[crossing], slopes[crossing]
        corners = self._corners[near]
        heights = np.dot((corners - origin) * normals, ONES)
        points = direction * (heights / slopes)[:, np.newaxis] + origin
        hit = self._is_inside(near, points - corners)
        hit &= np.dot((points - origin) * direction, ONES) > BEHIND
        hits: FloatArray = points[hit]
        if len(hits) < 2:
            return hits
        # a column of zeros: the number of the ray
        listed: FloatArray = hits[
            self._unique_rows(np.column_stack((hits, np.zeros(len(hits)))))[0]
        ]
        return listed

    def _is_inside(self, near: npt.NDArray[np.int64], ways: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether points of planes, given from the first corners, lie in the triangles."""
        dots_11, dots_12, dots_22, inverse = self._dots[near].T
        along_1 = np.dot(self._edges_1[near] * ways, ONES)
        along_2 = np.dot(self._edges_2[near] * ways, ONES)
        third = (dots_11 * along_2 - dots_12 * along_1) * inverse
        second = (dots_22 * along_1 - dots_12 * along_2) * inverse
        first = 1 - second - third
        least = np.minimum(np.minimum(first, second), third)
        most = np.maximum(np.maximum(first, second), third)
        inside: npt.NDArray[np.bool_] = (least > -EDGE) & (most < 1 + EDGE)
        return inside

    def _box(self, origin: list[float], direction: list[float]) -> list[float]:
        """Bounds of the part of a ray that runs through the bounds of the mesh."""
        sizes = [abs(value) for value in direction]
        axis = sizes.index(max(sizes))
        ways = [max((end - origin[axis]) / direction[axis], BOX_MARGIN) for end in self._ends[axis]]
        one, other = (
            [slope * way + start for slope, start in zip(direction, origin, strict=True)]
            for way in ways
        )
        lower = [min(pair) - BOX_MARGIN for pair in zip(one, other, strict=True)]
        upper = [max(pair) + BOX_MARGIN for pair in zip(one, other, strict=True)]
        return lower + upper
