"""Which mesh of a folder bounds the growth of a cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.constraints.entries import (
    CLOSEST,
    INSIDE,
    TERRITORIES,
    Boundary,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore

FloatArray = npt.NDArray[np.float64]

NO_TERRITORY = -1


def territory_path(folder: Path, glomerulus_id: int) -> Path:
    """The mesh of one glomerular territory."""
    return folder / f"glomeruli_{glomerulus_id:03d}.obj"


def path_of_cell(
    boundary: Boundary,
    soma: FloatArray,
    y_direction: list[float],
    glomerulus_id: int,
    meshes: MeshStore,
) -> Path | None:
    """The mesh file of a cell.

    Of several meshes at the same distance the first by name is taken; the peer takes the first in
    the order of the folder, which depends on the file system.

    Args:
        boundary: with its folder's meshes.
        soma: (3,) in the coordinates of the meshes.
        y_direction: of the cell, towards the pia; used by `closest_y` only.
        glomerulus_id: of the cell; used by `territories` only.
        meshes: of this process.

    Returns:
        None where the boundary does not apply: no mesh holds the soma, or it lies in no territory.

    Raises:
        TaskFailure: kind `input`, the mesh of the cell's territory is missing.

    Source: `SpaceContext.get_boundaries` of region-grower 1.6.0.
    """
    paths = boundary.mesh_paths
    if boundary.choice is None:
        return boundary.path
    if boundary.choice == TERRITORIES:
        return _of_territory(boundary, glomerulus_id)
    if boundary.choice == INSIDE:
        return next((path for path in paths if meshes.get(path).surface.contains(soma)), None)
    if boundary.choice == CLOSEST:
        distances = [meshes.get(path).surface.closest_point(soma)[1] for path in paths]
        return paths[int(np.argmin(distances))]
    centers = np.array([meshes.get(path).center_mass for path in paths])
    ways = np.cross(soma - centers, y_direction)
    return paths[int(np.argmin(np.linalg.norm(ways, axis=1)))]


def _of_territory(boundary: Boundary, glomerulus_id: int) -> Path | None:
    if glomerulus_id <= NO_TERRITORY:
        return None
    path = territory_path(boundary.path, glomerulus_id)
    if path not in boundary.mesh_paths:
        raise TaskFailure(
            "input", f"mesh file '{path}' of the cell's glomerular territory does not exist"
        )
    return path
