"""Directions and boundaries of a region, in force for each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from region_grower_hpc.native.constraints import OrientationField, cell_constraints
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.boundaries import BoundaryOfRegion
from region_grower_hpc.synthesis.constraints.cell_mesh import NO_TERRITORY
from region_grower_hpc.synthesis.constraints.directions import DirectionOfRegion
from region_grower_hpc.synthesis.constraints.entries import Scope
from region_grower_hpc.synthesis.constraints.in_force import ConstraintInForce
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.region import RegionConstraints
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.uncopied import UncopiedList

if TYPE_CHECKING:
    from region_grower_hpc.native import _kernels

#: Entries of a region that hold for one mtype and mclass.
_Applicable = tuple[list[DirectionOfRegion], list[BoundaryOfRegion]]


@dataclass(frozen=True)
class ConstraintsOfCell:
    """The constraints of one cell.

    Attributes:
        in_force: directions, then boundaries, in the order of the file.
        mesh_name: for the debug information, None where the peer has none.
    """

    in_force: tuple[ConstraintInForce, ...]
    mesh_name: str | None

    @cached_property
    def native(self) -> _kernels.CellConstraints:
        """For the native kernel."""
        return cell_constraints(constraint.native for constraint in self.in_force)

    @cached_property
    def for_neurots(self) -> UncopiedList:
        """For NeuroTS's `context["constraints"]`; a deep copy of it is the list itself."""
        return UncopiedList(constraint.for_neurots for constraint in self.in_force)


class GrowthConstraints:
    """Constraints of one region, ready on a rank.

    Args:
        entries: from the plan.
        orientations: of the atlas; None where no direction is given.
        grid: of brain_regions.nrrd.
        meshes: of this process, shared by all regions.

    Raises:
        ValueError: a direction without orientations.
    """

    def __init__(
        self,
        entries: RegionConstraints,
        orientations: OrientationField | None,
        grid: VoxelGrid,
        meshes: MeshStore,
    ) -> None:
        self._directions = _directions(entries, orientations)
        self._boundaries = [
            (entry.scope, BoundaryOfRegion(entry, grid, meshes)) for entry in entries.boundaries
        ]
        self._applicable: dict[tuple[str, str | None], _Applicable] = {}

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
        directions, boundaries = self._applicable_to(mtype, mclass)
        in_force = [direction.for_cell(cell) for direction in directions]
        in_force += [boundary.for_cell(cell, glomerulus_id) for boundary in boundaries]
        # as the peer, which tells the mesh of the last constraint only
        return ConstraintsOfCell(tuple(in_force), in_force[-1].mesh_name if in_force else None)

    def _applicable_to(self, mtype: str, mclass: str | None) -> _Applicable:
        key = mtype, mclass
        if key not in self._applicable:
            self._applicable[key] = (
                [made for scope, made in self._directions if scope.holds(mtype, mclass)],
                [made for scope, made in self._boundaries if scope.holds(mtype, mclass)],
            )
        return self._applicable[key]


def _directions(
    entries: RegionConstraints, orientations: OrientationField | None
) -> list[tuple[Scope, DirectionOfRegion]]:
    if not entries.directions:
        return []
    if orientations is None:
        raise ValueError("directions need the orientations of the atlas")
    return [(entry.scope, DirectionOfRegion(entry, orientations)) for entry in entries.directions]
