"""Directions and boundaries of a region, made callable for each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.boundaries import (
    AttractiveProbability,
    RepulsiveProbability,
)
from region_grower_hpc.synthesis.constraints.cell_mesh import NO_TERRITORY, path_of_cell
from region_grower_hpc.synthesis.constraints.directions import DirectionProbability
from region_grower_hpc.synthesis.constraints.entries import (
    CLOSEST,
    CLOSEST_Y,
    REPULSIVE,
    Boundary,
    Direction,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.orientation_volume import OrientationVolume
from region_grower_hpc.synthesis.constraints.region import RegionConstraints
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.uncopied import UncopiedDict, UncopiedList

Y_DIRECTION = (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class ConstraintsOfCell:
    """What NeuroTS is given for one cell.

    Attributes:
        constraints: for `context["constraints"]`; a deep copy of it is the list itself.
        mesh_name: for the debug information, None where the peer has none.
    """

    constraints: UncopiedList
    mesh_name: str | None


@dataclass(frozen=True)
class GrowthConstraints:
    """Constraints of one region, ready on a rank.

    Attributes:
        entries: from the plan.
        orientations: of the atlas; None where no direction is given.
        grid: of brain_regions.nrrd.
        meshes: of this process, shared by all regions.
    """

    entries: RegionConstraints
    orientations: OrientationVolume | None
    grid: VoxelGrid
    meshes: MeshStore

    def for_cell(
        self,
        cell: CellInputs,
        mtype: str,
        mclass: str | None = None,
        glomerulus_id: int = NO_TERRITORY,
    ) -> ConstraintsOfCell:
        """Directions, then boundaries, that apply to a cell.

        Args:
            cell: its place.
            mtype: its morphological type.
            mclass: its property of this name, None without.
            glomerulus_id: value of glomerular_territories at the cell, -1 outside.

        Raises:
            TaskFailure: kind `input`: NaN in orientation.nrrd where the direction of the pia at
                the soma is needed, or no mesh for the cell's territory.
        """
        constraints = UncopiedList()
        mesh_name = None
        for direction in self.entries.directions:
            if direction.scope.holds(mtype, mclass):
                constraints.append(self._of_direction(direction, cell))
        for boundary in self.entries.boundaries:
            if boundary.scope.holds(mtype, mclass):
                # as the peer, which tells the mesh of the last constraint only
                constraint, mesh_name = self._of_boundary(boundary, cell, glomerulus_id)
                constraints.append(constraint)
        return ConstraintsOfCell(constraints, mesh_name)

    def _of_direction(self, direction: Direction, cell: CellInputs) -> UncopiedDict:
        if self.orientations is None:
            raise ValueError("directions need the orientations of the atlas")
        y_direction = _y_direction(cell) if direction.layers else []
        constraint = _constraint(direction)
        constraint["section_prob"] = DirectionProbability(
            direction, cell, y_direction, self.orientations
        )
        return constraint

    def _of_boundary(
        self, boundary: Boundary, cell: CellInputs, glomerulus_id: int
    ) -> tuple[UncopiedDict, str | None]:
        grid = self.grid if boundary.in_voxels else None
        soma = cell.position_um if grid is None else grid.to_voxels(cell.position_um)
        y_direction = _y_direction(cell) if boundary.choice == CLOSEST_Y else []
        path = path_of_cell(boundary, soma, y_direction, glomerulus_id, self.meshes)
        constraint = _constraint(boundary)
        kind = RepulsiveProbability if boundary.mode == REPULSIVE else AttractiveProbability
        for key, rule in (("section_prob", boundary.section), ("trunk_prob", boundary.trunk)):
            if path is not None and rule is not None:
                constraint[key] = kind(rule, self.meshes.get(path), grid)
        named = path is not None and boundary.choice in (CLOSEST, CLOSEST_Y)
        return constraint, path.stem if named and path is not None else None


def _constraint(entry: Direction | Boundary) -> UncopiedDict:
    """The keys that NeuroTS reads beside the probabilities."""
    return UncopiedDict(
        neurite_types=entry.scope.neurite_types,
        processes=entry.scope.processes,
        params_section=dict(entry.proposals),
    )


def _y_direction(cell: CellInputs) -> list[float]:
    if np.isnan(cell.orientation).any():
        place = ", ".join(f"{value:g}" for value in cell.position_um)
        raise TaskFailure("input", f"NaN in orientation.nrrd at the cell's position ({place})")
    # as one of a stack of matrices: numpy then sums in the order that the peer's bits come from
    direction: list[float] = np.dot(cell.orientation[np.newaxis], Y_DIRECTION)[0].tolist()
    return direction
