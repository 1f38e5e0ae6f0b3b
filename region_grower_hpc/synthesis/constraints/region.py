"""Directions and boundaries of the regions that have cells, checked for the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.constraints.cell_mesh import NO_TERRITORY, territory_path
from region_grower_hpc.synthesis.constraints.entries import (
    TERRITORIES,
    Boundary,
    Direction,
    Scope,
    read_boundary,
    read_direction,
    read_scope,
)
from region_grower_hpc.synthesis.constraints.keys import Keys
from region_grower_hpc.synthesis.constraints.meshes import load_surface
from region_grower_hpc.synthesis.region_structure import RegionStructure


@dataclass(frozen=True)
class RegionConstraints:
    """Checked constraints of one synthesis region, in file order; small, goes to every rank."""

    directions: tuple[Direction, ...] = ()
    boundaries: tuple[Boundary, ...] = ()

    @property
    def needs_territories(self) -> bool:
        """Whether a boundary needs the volume glomerular_territories."""
        return any(boundary.choice == TERRITORIES for boundary in self.boundaries)

    def scopes(self) -> list[Scope]:
        """What the directions and boundaries apply to."""
        directions = [direction.scope for direction in self.directions]
        return directions + [boundary.scope for boundary in self.boundaries]

    def mesh_paths(self) -> list[Path]:
        """Files whose content changes results."""
        paths: dict[Path, None] = {}
        for boundary in self.boundaries:
            paths.update(dict.fromkeys(boundary.mesh_paths or [boundary.path]))
        return [path for path in paths if path.is_file()]


def read_growth_constraints(
    structure: RegionStructure, mtypes: Mapping[str, Collection[str]]
) -> dict[str, RegionConstraints]:
    """Check directions and boundaries of the regions that have cells.

    Entries for other mtypes than those of the region's cells are left out, their files unread.

    Args:
        structure: of region_structure.yaml.
        mtypes: {synthesis region: mtypes of its cells}, "default" included.

    Returns:
        The regions that have constraints.

    Raises:
        InvalidInputError: naming file, region, number of the entry, key, value and the way out.
    """
    found = {}
    for name, present in mtypes.items():
        region = structure.get(name)
        if region is None:
            continue
        keys = {
            kind: [
                item
                for number, entry in enumerate(entries, start=1)
                if _concerns(item := Keys(entry, _where(structure, name, kind, number)), present)
            ]
            for kind, entries in (
                ("direction", region.directions),
                ("boundary", region.boundaries),
            )
        }
        constraints = RegionConstraints(
            tuple(read_direction(item, region, name) for item in keys["direction"]),
            tuple(
                _with_folder(read_boundary(item, structure.path.parent), item)
                for item in keys["boundary"]
            ),
        )
        if constraints.directions or constraints.boundaries:
            found[name] = constraints
    return found


def with_territories(
    constraints: RegionConstraints, glomerulus_ids: npt.NDArray[np.int64]
) -> RegionConstraints:
    """The same with the meshes of the territories that hold cells of the region, where they exist.

    Args:
        constraints: of the region.
        glomerulus_ids: of its cells.
    """
    ids = [number for number in np.unique(glomerulus_ids).tolist() if number > NO_TERRITORY]
    boundaries = []
    for boundary in constraints.boundaries:
        if boundary.choice == TERRITORIES:
            paths = (territory_path(boundary.path, number) for number in ids)
            existing = tuple(path for path in paths if path.is_file())
            boundaries.append(replace(boundary, mesh_paths=existing))
        else:
            boundaries.append(boundary)
    return replace(constraints, boundaries=tuple(boundaries))


def glomerulus_ids(positions_um: npt.NDArray[Any], territories: Any) -> npt.NDArray[np.int64]:
    """Territory of every cell, -1 outside the volume and where it holds no number.

    Args:
        positions_um: (n, 3), may hold NaN.
        territories: voxcell.VoxelData of glomerular_territories.nrrd.

    Raises:
        InvalidInputError: the volume holds vectors.
    """
    if territories.payload_shape:
        raise InvalidInputError(
            "atlas file 'glomerular_territories.nrrd' must hold one number a voxel"
        )
    ids = np.full(len(positions_um), NO_TERRITORY, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(positions_um).all(axis=1))
    indices = territories.positions_to_indices(positions_um[known], strict=False)
    inside = (indices != territories.OUT_OF_BOUNDS).all(axis=1)
    values = territories.raw[tuple(indices[inside].T)]
    ids[known[inside]] = np.where(np.isfinite(values), values, NO_TERRITORY).astype(np.int64)
    return ids


def _where(structure: RegionStructure, region: str, kind: str, number: int) -> str:
    return f"{structure.path}: region {region!r}, {kind} {number}:"


def _concerns(keys: Keys, present: Collection[str]) -> bool:
    mtypes = read_scope(keys).mtypes
    return mtypes is None or any(mtype in mtypes for mtype in present)


def _with_folder(boundary: Boundary, keys: Keys) -> Boundary:
    """The boundary with all meshes of its folder; every one must be readable, as in the peer."""
    if boundary.choice is None:
        load_surface(boundary.path)
        return boundary
    if boundary.choice == TERRITORIES:
        return boundary
    paths = tuple(sorted(boundary.path.iterdir()))
    if not paths:
        raise keys.error("path", f"the folder '{boundary.path}' is empty: put mesh files into it")
    for path in paths:
        load_surface(path)
    return replace(boundary, mesh_paths=paths)
