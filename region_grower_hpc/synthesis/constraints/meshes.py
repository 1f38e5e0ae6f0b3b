"""Meshes that bound growth, read once a process, and the questions growth asks of them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.constraints.mesh_rays import MeshRays
from region_grower_hpc.synthesis.constraints.mesh_surface import MeshSurface

FloatArray = npt.NDArray[np.float64]

# Directions of the test whether a point is inside: that of trimesh, and some more for a ray that
# grazes an edge. Trimesh then takes one from the entropy of the system, which no run could repeat.
INSIDE_DIRECTIONS = (
    (0.4395064455, 0.617598629942, 0.652231566745),
    (-0.7427813527, 0.3849001795, 0.5477225575),
    (0.2672612419, -0.8017837257, 0.5345224838),
    (0.5773502692, 0.1259881577, -0.8067294851),
)


class Mesh:
    """A surface of triangles, in the coordinates of its file.

    Args:
        path: any format that trimesh reads.

    Raises:
        InvalidInputError: the file is no surface of triangles.

    Source: `trimesh.Trimesh` and its index of rays without embree, whose numbers differ.
    """

    def __init__(self, path: Path) -> None:
        self._trimesh = load_surface(path)
        self._bounds: FloatArray = self._trimesh.bounds.copy()

    @cached_property
    def center_mass(self) -> FloatArray:
        """(3,) centre of mass of the volume inside."""
        center: FloatArray = self._trimesh.center_mass
        return center

    def first_hit(self, origin: FloatArray, direction: FloatArray) -> FloatArray | None:
        """The first listed point, (3,), where a ray meets the mesh, None without one.

        Not the nearest: that of trimesh's `intersects_location`, sorted by the bytes of rounded
        coordinates.
        """
        return self._rays.first_hit(origin, direction)

    def contains(self, point: FloatArray) -> bool:
        """Whether a point is inside: by the parity of hits of rays in two opposite directions."""
        if not ((point > self._bounds[0]) & (point < self._bounds[1])).all():
            return False
        for direction in INSIDE_DIRECTIONS:
            ray = np.array(direction)
            forward, backward = len(self._rays.hits(point, ray)), len(self._rays.hits(point, -ray))
            if forward % 2 == backward % 2:
                return forward % 2 == 1
            if forward == 0 or backward == 0:
                return False
        return False

    def closest_point(self, point: FloatArray) -> tuple[FloatArray, float]:
        """The point of the surface nearest to a point, (3,), and its distance."""
        return self._surface.closest_point(point)

    @cached_property
    def _rays(self) -> MeshRays:
        return MeshRays(self._trimesh)

    @cached_property
    def _surface(self) -> MeshSurface:
        return MeshSurface(self._trimesh)


class MeshStore:
    """Meshes by path, each read when first asked for."""

    def __init__(self) -> None:
        self._meshes: dict[Path, Mesh] = {}

    def get(self, path: Path) -> Mesh:
        """The mesh of a file.

        Raises:
            InvalidInputError: the file is no surface of triangles.
        """
        if path not in self._meshes:
            self._meshes[path] = Mesh(path)
        return self._meshes[path]


def load_surface(path: Path) -> Any:
    """The trimesh.Trimesh of a file.

    Raises:
        InvalidInputError: the file is no surface of triangles.
    """
    import trimesh

    try:
        mesh = trimesh.load_mesh(path)
    except Exception as error:  # each of trimesh's readers raises its own
        raise _invalid(path, str(error) or type(error).__name__) from error
    if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
        raise _invalid(path, "it holds no triangles")
    if not np.isfinite(mesh.vertices).all():
        raise _invalid(path, "a vertex is not finite")
    return mesh


def _invalid(path: Path, reason: str) -> InvalidInputError:
    return InvalidInputError(
        f"mesh file '{path}' cannot be read: {reason}. Give a surface of triangles, such as .obj, "
        "and keep other files out of a folder of meshes."
    )
