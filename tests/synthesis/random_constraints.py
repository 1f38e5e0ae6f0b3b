"""Random directions and boundaries around a cell, through a small field of orientations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.random import Generator

from region_grower_hpc.native.constraints import OrientationField, TriangleMesh
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.cell_constraints import (
    ConstraintsOfCell,
    GrowthConstraints,
)
from region_grower_hpc.synthesis.constraints.entries import (
    ATTRACTIVE,
    NEURITE_TYPES,
    PARALLEL,
    PERPENDICULAR,
    PROCESSES,
    REPULSIVE,
    Boundary,
    Direction,
    DistanceRule,
    Scope,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.region import RegionConstraints
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid

VOXELS = 5


class MadeMesh:
    """A surface that is in no file."""

    def __init__(self, mesh: trimesh.Trimesh) -> None:
        self.surface = TriangleMesh(np.array(mesh.triangles), np.array(mesh.face_normals))


class MadeMeshes(MeshStore):
    """Surfaces by the path that an entry gives."""

    def __init__(self) -> None:
        self.made: dict[Path, MadeMesh] = {}

    def get(self, path: Path) -> Any:
        return self.made[path]


def random_constraints(rng: Generator, cell: CellInputs, reach_um: float) -> ConstraintsOfCell:
    """One to four directions and boundaries.

    Args:
        rng: source of all choices.
        cell: its place.
        reach_um: about the extent of its trees.
    """
    directions = tuple(_direction(rng, cell) for _ in range(int(rng.integers(0, 3))))
    fewest = 0 if directions else 1
    grid = VoxelGrid(cell.position_um - reach_um, rng.uniform(5.0, 40.0, 3))
    meshes = MadeMeshes()
    boundaries = []
    for number in range(int(rng.integers(fewest, 3))):
        boundary = _boundary(rng, Path(f"{number}.obj"), reach_um)
        mesh = _mesh(rng, cell, reach_um)
        if boundary.in_voxels:
            offset_um, voxel_um = grid.offset_and_size_um
            mesh.vertices = (mesh.vertices - offset_um) / voxel_um
        meshes.made[boundary.path] = MadeMesh(mesh)
        boundaries.append(boundary)
    constraints = GrowthConstraints(
        RegionConstraints(directions, tuple(boundaries)),
        _field(rng, cell, reach_um),
        grid,
        meshes,
    )
    return constraints.for_cell(cell, "M")


def _field(rng: Generator, cell: CellInputs, reach_um: float) -> OrientationField:
    """Another orientation in each voxel, in one of the types that nrrd files have."""
    quaternions = rng.normal(size=(VOXELS, VOXELS, VOXELS, 4))
    quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
    kind = str(rng.choice(["int8", "float32", "float64"]))
    raw = np.rint(quaternions * 127).astype(np.int8) if kind == "int8" else quaternions.astype(kind)
    if kind != "int8" and rng.random() < 0.1:
        raw[0] = np.nan
    # the longest branches leave the volume
    size_um = np.full(3, reach_um * float(rng.uniform(0.5, 2.0)) / VOXELS)
    return OrientationField(raw, cell.position_um - size_um * VOXELS / 2, size_um)


def _direction(rng: Generator, cell: CellInputs) -> Direction:
    n_layers = len(cell.layer_depths_um or ()) - 1
    layers = tuple(rng.permutation(np.arange(1, n_layers + 1))[: rng.integers(0, 3)].tolist())
    x, y, z = rng.normal(size=3).tolist()
    return Direction(
        _scope(rng),
        (x, y, z),
        mode=str(rng.choice([PARALLEL, PERPENDICULAR])),
        power=float(rng.choice([1.0, 0.5, 3.0])),
        layers=layers,
        proposals=_proposals(rng),
    )


def _boundary(rng: Generator, path: Path, reach_um: float) -> Boundary:
    def rule() -> DistanceRule:
        least_um = float(rng.choice([0.0, 0.05])) * reach_um
        most_um = least_um + float(rng.uniform(0.05, 1.0)) * reach_um
        return DistanceRule(least_um, most_um, float(rng.choice([1.0, 1.2, 0.5])))

    with_section, with_trunk = rng.random(2) < 0.7
    return Boundary(
        _scope(rng),
        path,
        in_voxels=bool(rng.random() < 0.5),
        mode=str(rng.choice([REPULSIVE, ATTRACTIVE])),
        section=rule() if with_section else None,
        trunk=rule() if with_trunk or not with_section else None,
        proposals=_proposals(rng),
    )


def _scope(rng: Generator) -> Scope:
    types = [name for name in NEURITE_TYPES if rng.random() < 0.7]
    processes = PROCESSES if rng.random() < 0.6 else PROCESSES[: int(rng.integers(0, 2))]
    return Scope(neurite_types=types or NEURITE_TYPES, processes=processes)


def _proposals(rng: Generator) -> dict[str, float]:
    proposals: dict[str, float] = {}
    if rng.random() < 0.3:
        proposals["max_tries"] = int(rng.integers(1, 20))
    if rng.random() < 0.3:
        proposals["randomness_increase"] = float(rng.uniform(0.5, 2.0))
    return proposals


def _mesh(rng: Generator, cell: CellInputs, reach_um: float) -> trimesh.Trimesh:
    """A sphere or a box that holds the soma or lies beside it."""
    size_um = float(rng.uniform(0.2, 1.5)) * reach_um
    turned = trimesh.transformations.random_rotation_matrix(rng.random(3))
    mesh: trimesh.Trimesh
    if rng.random() < 0.5:
        mesh = trimesh.creation.icosphere(subdivisions=1, radius=size_um)
    else:
        mesh = trimesh.creation.box(extents=size_um * rng.uniform(0.5, 2.0, 3)).subdivide()
    mesh.apply_transform(turned)
    mesh.apply_translation(cell.position_um + rng.normal(size=3) * 0.5 * reach_um)
    return mesh
