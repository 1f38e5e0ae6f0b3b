"""Meshes that bound growth, read once a process."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.native.constraints import TriangleMesh

FloatArray = npt.NDArray[np.float64]
#: Formats of one file each: no archives, and none that names files to be opened.
SUFFIXES = (".obj", ".off", ".ply", ".stl")
#: Materials lie in other files, which the .obj names by any path.
_OPTIONS = {".obj": {"skip_materials": True}}


class Mesh:
    """A surface of triangles, in the coordinates of its file.

    Args:
        path: with one of `SUFFIXES`.

    Raises:
        InvalidInputError: the file is no surface of triangles.
    """

    def __init__(self, path: Path) -> None:
        self._trimesh = load_surface(path)

    @cached_property
    def center_mass(self) -> FloatArray:
        """(3,) centre of mass of the volume inside."""
        center: FloatArray = self._trimesh.center_mass
        return center

    @cached_property
    def surface(self) -> TriangleMesh:
        """What growth asks."""
        return TriangleMesh(np.array(self._trimesh.triangles), np.array(self._trimesh.face_normals))


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

    if path.suffix.lower() not in SUFFIXES:
        raise _invalid(path, f"its suffix is none of {', '.join(SUFFIXES)}")
    try:
        mesh = trimesh.load_mesh(path, **_OPTIONS.get(path.suffix.lower(), {}))
    except Exception as error:  # each of trimesh's readers raises its own
        raise _invalid(path, str(error) or type(error).__name__) from error
    if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
        raise _invalid(path, "it holds no triangles")
    if mesh.vertices.shape[1:] != (3,) or mesh.faces.shape[1:] != (3,):
        raise _invalid(path, "a vertex has not three coordinates, or a face not three corners")
    if not np.isfinite(mesh.vertices).all():
        raise _invalid(path, "a vertex is not finite")
    return mesh


def _invalid(path: Path, reason: str) -> InvalidInputError:
    return InvalidInputError(
        f"mesh file '{path}' cannot be read: {reason}. Give a surface of triangles, such as .obj, "
        "and keep other files out of a folder of meshes."
    )
