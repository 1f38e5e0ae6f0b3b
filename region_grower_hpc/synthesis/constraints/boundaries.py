"""Boundaries of a region, applied to its cells."""

from __future__ import annotations

from pathlib import Path

from region_grower_hpc.native.constraints import (
    ProbabilityRule,
    attractive_rule,
    repulsive_rule,
)
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.cell_mesh import path_of_cell
from region_grower_hpc.synthesis.constraints.entries import (
    CLOSEST,
    CLOSEST_Y,
    REPULSIVE,
    Boundary,
    DistanceRule,
)
from region_grower_hpc.synthesis.constraints.in_force import ConstraintInForce
from region_grower_hpc.synthesis.constraints.meshes import Mesh, MeshStore
from region_grower_hpc.synthesis.constraints.pia import towards_pia
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid


class BoundaryOfRegion:
    """Makes the constraint of each cell; cells with the same mesh share a repulsive one.

    Args:
        boundary: the entry.
        grid: of the atlas.
        meshes: of this process.
    """

    def __init__(self, boundary: Boundary, grid: VoxelGrid, meshes: MeshStore) -> None:
        self._boundary = boundary
        self._grid = grid if boundary.in_voxels else None
        self._meshes = meshes
        self._made: dict[Path | None, ConstraintInForce] = {}

    def for_cell(self, cell: CellInputs, glomerulus_id: int) -> ConstraintInForce:
        """The constraint of a cell; without rules where no mesh applies.

        Raises:
            TaskFailure: kind `input`: NaN in orientation.nrrd at the soma of a cell whose mesh
                depends on the direction of the pia, or no mesh for the cell's territory.
        """
        boundary = self._boundary
        soma = cell.position_um if self._grid is None else self._grid.to_voxels(cell.position_um)
        y_direction = towards_pia(cell) if boundary.choice == CLOSEST_Y else []
        path = path_of_cell(boundary, soma, y_direction, glomerulus_id, self._meshes)
        if path in self._made:
            return self._made[path]
        made = self._make(path)
        if boundary.mode == REPULSIVE:
            self._made[path] = made
        return made

    def _make(self, path: Path | None) -> ConstraintInForce:
        boundary = self._boundary
        if path is None:
            return ConstraintInForce(boundary)
        mesh = self._meshes.get(path)
        return ConstraintInForce(
            boundary,
            section_rule=self._rule(boundary.section, mesh),
            trunk_rule=self._rule(boundary.trunk, mesh),
            mesh_name=path.stem if boundary.choice in (CLOSEST, CLOSEST_Y) else None,
        )

    def _rule(self, rule: DistanceRule | None, mesh: Mesh) -> ProbabilityRule | None:
        if rule is None:
            return None
        grid = None if self._grid is None else self._grid.offset_and_size_um
        if self._boundary.mode == REPULSIVE:
            return repulsive_rule(mesh.surface, grid, rule.d_min_um, rule.scale)
        return attractive_rule(mesh.surface, grid, rule.d_min_um, rule.d_max_um, rule.power)
