"""The nearest point of one mesh, with all that does not depend on the point made beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# trimesh's distance between points that count as one
SAME = 1e-8


class MeshSurface:
    """Index of a mesh for the point nearest to a given one.

    Args:
        mesh: trimesh.Trimesh.

    Source: `trimesh.proximity.closest_point`, which builds an index of the vertices for every call.
    """

    def __init__(self, mesh: Any) -> None:
        from scipy.spatial import cKDTree
        from trimesh.triangles import closest_point

        self._closest_on_triangles: Any = closest_point
        self._tree = mesh.triangles_tree
        self._vertices = cKDTree(np.array(mesh.vertices[mesh.referenced_vertices]))
        self._triangles = np.array(mesh.triangles, dtype=np.float64)
        self._normals = np.array(mesh.face_normals, dtype=np.float64)

    def closest_point(self, point: FloatArray) -> tuple[FloatArray, float]:
        """The point of the surface nearest to a point, (3,), and its distance.

        Of two triangles at the same distance, that which faces the point.
        """
        reach = self._vertices.query(point)[0] + SAME
        box = [*(point - reach).tolist(), *(point + reach).tolist()]
        near = np.array(list(self._tree.intersection(box)))
        points = self._closest_on_triangles(
            self._triangles[near], np.broadcast_to(point, (len(near), 3))
        )
        ways = point - points
        squares = np.dot(ways * ways, np.ones(3))
        best = squares.argsort()[:2]
        nearest = best[0]
        if len(best) == 2 and self._are_level(squares[best]):
            units = ways[best] / squares[best][:, np.newaxis] ** 0.5
            nearest = best[(self._normals[near[best]] * units).sum(axis=1).argmax()]
        return points[nearest], float(squares[nearest] ** 0.5)

    @staticmethod
    def _are_level(squares: FloatArray) -> bool:
        return bool(np.ptp(squares) < SAME and (np.abs(squares) > SAME).all())
