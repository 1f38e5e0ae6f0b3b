"""Small meshes and entries of region_structure.yaml for the tests of growth constraints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import trimesh
import yaml

from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.region import (
    RegionConstraints,
    read_growth_constraints,
)
from region_grower_hpc.synthesis.region_structure import load_region_structure

REGION = {"layers": [1, 2, 3], "thicknesses": {1: 100, 2: 100, 3: 100}}
TYPES = ["apical_dendrite", "basal_dendrite"]


def box(path: Path, center: Any = (0, 0, 0), extents: Any = (20, 40, 60)) -> Path:
    mesh = trimesh.creation.box(extents=extents)
    mesh.apply_translation(center)
    return exported(mesh, path)


def sphere(path: Path, center: Any = (0, 0, 0), radius: float = 10) -> Path:
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=radius)
    mesh.apply_translation(center)
    return exported(mesh, path)


def exported(mesh: Any, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    mesh.export(path)
    return path


def read(folder: Path, region: str = "A", mtypes: Any = ("M",), **entries: Any) -> Any:
    """Constraints of one region of a file that holds these directions and boundaries."""
    path = folder / "region_structure.yaml"
    content = {"A": dict(REGION), "bare": {"layers": [1, 2]}, "default": {}}
    content[region].update(entries)
    path.write_text(yaml.safe_dump(content))
    structure = load_region_structure(path)
    return read_growth_constraints(structure, {region: mtypes}).get(region, RegionConstraints())


def cell_at(position_um: Any, orientation: Any = None, depth_um: float = 150) -> CellInputs:
    return CellInputs(
        gid=3,
        seed=1,
        position_um=np.array(position_um, dtype=float),
        orientation=np.eye(3) if orientation is None else np.array(orientation, dtype=float),
        depth_um=depth_um,
        layer_depths_um=[0, 100, 200, 300],
    )
