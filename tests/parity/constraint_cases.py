"""Cases of growth constraints: all modes of boundaries and directions, with small made meshes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import trimesh
import voxcell
import yaml

BOTH = ["apical_dendrite", "basal_dendrite"]
SECTION = {"neurite_types": BOTH, "params_section": {"d_max": 20, "power": 1.2}}
TRUNK = {"params_trunk": {"d_max": 200, "d_min": 10}}
CELLS = (0, 1)

FloatArray = npt.NDArray[np.float64]
Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class Base:
    """What the cases are made from.

    Attributes:
        case: folder of a case.
        arguments: of its case.json.
        cells: those that the cases keep.
    """

    case: Path
    arguments: dict[str, Any]
    cells: voxcell.CellCollection

    @property
    def atlas(self) -> Path:
        return self.case / str(self.arguments["--atlas"])

    @property
    def somas_um(self) -> FloatArray:
        return np.asarray(self.cells.positions, dtype=float)

    @property
    def grid(self) -> voxcell.VoxelData:
        return voxcell.VoxelData.load_nrrd(str(self.atlas / "brain_regions.nrrd"))


class Meshes:
    """Writes meshes of a case, given in µm, in µm or in voxel coordinates."""

    def __init__(self, base: Base, folder: Path, in_voxels: bool) -> None:
        self._grid = base.grid if in_voxels else None
        self._folder = folder

    def write(self, name: str, mesh: trimesh.Trimesh) -> str:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._grid is not None:
            mesh = mesh.copy()
            mesh.vertices = (mesh.vertices - self._grid.offset) / self._grid.voxel_dimensions
        mesh.export(path)
        return name

    def sphere(self, name: str, center_um: FloatArray, radius_um: float) -> str:
        sphere = trimesh.creation.icosphere(subdivisions=2, radius=radius_um)
        sphere.apply_translation(center_um)
        return self.write(name, sphere)

    def box(self, name: str, center_um: FloatArray, extents_um: Sequence[float]) -> str:
        # odd angles, so that no ray meets two triangles at once
        turned: Any = trimesh.transformations.euler_matrix(0.11, 0.23, 0.07)  # type: ignore[no-untyped-call]
        box = trimesh.creation.box(extents=extents_um, transform=turned).subdivide()
        box.apply_translation(center_um)
        return self.write(name, box)


def write_constraint_cases(base_case: Path, folder: Path) -> dict[str, Path]:
    """Write one case folder for each way of constraining growth.

    Args:
        base_case: a case whose cells have basal and apical dendrites; its first two cells are used.
        folder: gets the cases and copies of the atlas.

    Returns:
        {name: case folder}.
    """
    base = _base(base_case)
    written = {}
    for in_voxels in (True, False):
        for name, make in BOUNDARY_CASES.items():
            case = folder / f"{name}_{'voxel' if in_voxels else 'world'}"
            case.mkdir(parents=True)
            boundaries = make(base, Meshes(base, case, in_voxels))
            for boundary in boundaries:
                # the default is left to the programs
                boundary.update({} if in_voxels else {"mesh_type": "world"})
            atlas = base.atlas
            if name == "territories":
                atlas = _atlas_with_territories(base, folder / "atlas_with_territories")
            written[case.name] = _write(base, case, [], boundaries, atlas)
    stretched = _in_stretched_voxels(base, folder / "atlas_stretched")
    for name in ("enclosed_with_trunks", "closest_y", "attractive"):
        case = folder / f"{name}_stretched"
        case.mkdir()
        boundaries = BOUNDARY_CASES[name](stretched, Meshes(stretched, case, True))
        written[case.name] = _write(stretched, case, [], boundaries, stretched.atlas)
    turned = _atlas_turned_from_voxel_to_voxel(base, folder / "atlas_turned")
    for name, directions in DIRECTION_CASES.items():
        case = folder / name
        case.mkdir()
        written[name] = _write(base, case, directions, [], turned)
    case = folder / "directions_and_boundaries"
    case.mkdir()
    boundaries = _attractive(base, Meshes(base, case, True)) + _enclosed(
        base, Meshes(base, case, True)
    )
    boundaries[0]["params_section"]["max_tries"] = 7
    directions = [DIRECTION_CASES["direction_layers"][0]]
    written[case.name] = _write(base, case, directions, boundaries, turned)
    return written


def _enclosed(base: Base, meshes: Meshes) -> Entries:
    extents_um = np.ptp(base.somas_um, axis=0) + np.array([150, 120, 180])
    path = meshes.box("box.obj", base.somas_um.mean(axis=0), extents_um.tolist())
    return [{"path": path, **SECTION}]


def _enclosed_with_trunks(base: Base, meshes: Meshes) -> Entries:
    return [{**_enclosed(base, meshes)[0], **TRUNK}]


def _trunks_only(base: Base, meshes: Meshes) -> Entries:
    return [{"path": _enclosed(base, meshes)[0]["path"], **TRUNK}]


def _minimal_distance_and_tries(base: Base, meshes: Meshes) -> Entries:
    params = {"d_min": 5, "d_max": 60, "power": 0.9, "max_tries": 4, "randomness_increase": 2.5}
    path = _enclosed(base, meshes)[0]["path"]
    return [{"path": path, "neurite_types": BOTH, "params_section": params}]


def _spheres_outside(base: Base, meshes: Meshes) -> Entries:
    path = _spheres(base, meshes, [70, 0, 0], 60)
    return [{"path": path, **SECTION, "processes": ["secondary"]}]


def _spheres(base: Base, meshes: Meshes, shift_um: Sequence[float], radius_um: float) -> str:
    """A folder of spheres: one for each soma, and one far from all."""
    for number, soma_um in enumerate(base.somas_um):
        meshes.sphere(f"spheres/sphere{number}.obj", soma_um + np.array(shift_um), radius_um)
    meshes.sphere("spheres/away.obj", base.somas_um.mean(axis=0) + 3000, radius_um)
    return "spheres"


def _closest(base: Base, meshes: Meshes) -> Entries:
    path = _spheres(base, meshes, [20, 10, -15], 90)
    return [{"path": path, "multimesh_mode": "closest", **SECTION, **TRUNK}]


def _closest_y(base: Base, meshes: Meshes) -> Entries:
    path = _spheres(base, meshes, [15, 40, -5], 110)
    return [{"path": path, "multimesh_mode": "closest_y", **SECTION}]


def _inside(base: Base, meshes: Meshes) -> Entries:
    # the last soma is in none
    for number, soma_um in enumerate(base.somas_um[:-1]):
        meshes.sphere(f"spheres/sphere{number}.obj", soma_um + np.array([20, 10, -15]), 100)
    meshes.sphere("spheres/away.obj", base.somas_um.mean(axis=0) + 3000, 100)
    return [{"path": "spheres", "multimesh_mode": "inside", **SECTION, **TRUNK}]


def _territories(base: Base, meshes: Meshes) -> Entries:
    # the last soma lies in no territory
    for number, soma_um in enumerate(base.somas_um[:-1]):
        meshes.sphere(f"territories/glomeruli_{number + 7:03d}.obj", soma_um, 80)
    return [{"path": "territories", "multimesh_mode": "territories", **SECTION}]


def _attractive(base: Base, meshes: Meshes) -> Entries:
    path = _spheres(base, meshes, [80, -60, 30], 50)
    params = {"d_min": 2, "d_max": 120, "power": 1.5}
    return [
        {
            "path": path,
            "mode": "attractive",
            "neurite_types": ["basal_dendrite"],
            # no params_trunk: the peer has no attractive trunks where they are drawn about the pia
            "params_section": params,
        }
    ]


def _for_some_cells(base: Base, meshes: Meshes) -> Entries:
    mtype = str(base.cells.properties["mtype"].iloc[0])
    enclosed = _enclosed(base, meshes)[0]
    sphere = meshes.sphere("sphere.obj", base.somas_um[1], 70)
    return [
        {**enclosed, "mtypes": [mtype], "mclass": ["first"]},
        {**SECTION, "path": sphere, "mtypes": [mtype, "another"], "mclass": ["second", "third"]},
        {**SECTION, "path": sphere, "mtypes": ["another"]},
    ]


BOUNDARY_CASES: dict[str, Callable[[Base, Meshes], Entries]] = {
    "enclosed": _enclosed,
    "enclosed_with_trunks": _enclosed_with_trunks,
    "trunks_only": _trunks_only,
    "minimal_distance_and_tries": _minimal_distance_and_tries,
    "spheres_outside": _spheres_outside,
    "closest": _closest,
    "closest_y": _closest_y,
    "inside": _inside,
    "territories": _territories,
    "attractive": _attractive,
    "for_some_cells": _for_some_cells,
}

DIRECTION_CASES: dict[str, Entries] = {
    "direction_parallel": [{"neurite_types": BOTH, "params": {"direction": [0, 1, 0]}}],
    "direction_perpendicular": [
        {
            "neurite_types": ["basal_dendrite"],
            "params": {"direction": [0.6, 0.0, 0.8], "mode": "perpendicular", "power": 3},
            "params_section": {"max_tries": 12, "randomness_increase": 0.8},
        }
    ],
    "direction_layers": [
        {
            "neurite_types": BOTH,
            "processes": ["major", "secondary"],
            "params": {"direction": [0, 1, 0], "layers": [2, 4], "power": 1.7},
        }
    ],
    # beyond an angle, the probability of a vector that is longer than 1 is that without constraint
    "direction_long_vector": [
        {"neurite_types": BOTH, "params": {"direction": [0, 2, 0.5], "power": -0.5}},
        {"neurite_types": BOTH, "params": {"direction": [0, 1.5, 0.5], "power": 2}},
    ],
    "direction_for_some_cells": [
        {"neurite_types": BOTH, "mclass": ["second"], "params": {"direction": [1, 0, 0]}},
        {"neurite_types": BOTH, "mtypes": ["another"], "params": {"direction": [0, 0, 1]}},
    ],
}


def _base(case: Path) -> Base:
    arguments = json.loads((case / "case.json").read_text(encoding="utf-8"))["args"]
    all_cells = voxcell.CellCollection.load(str(case / arguments["--input-cells"]))
    cells = voxcell.CellCollection("column")
    cells.positions = all_cells.positions[list(CELLS)]
    cells.properties = all_cells.properties.iloc[list(CELLS)].reset_index(drop=True)
    cells.properties["mclass"] = ["first", "second"]
    return Base(case, arguments, cells)


def _write(base: Base, case: Path, directions: Entries, boundaries: Entries, atlas: Path) -> Path:
    base.cells.save(str(case / "cells.h5"))
    structure = yaml.safe_load(
        (base.case / base.arguments["--region-structure"]).read_text(encoding="utf-8")
    )
    for region in structure.values():
        for key in ("directions", "boundaries"):
            region.pop(key, None)
        region.update({"directions": directions} if directions else {})
        region.update({"boundaries": boundaries} if boundaries else {})
    text = yaml.safe_dump(structure, sort_keys=False)
    (case / "region_structure.yaml").write_text(text, encoding="utf-8")
    arguments = dict(base.arguments)
    for key in ("--tmd-parameters", "--tmd-distributions"):
        arguments[key] = os.path.relpath(base.case / base.arguments[key], case)
    arguments["--input-cells"] = "cells.h5"
    arguments["--region-structure"] = "region_structure.yaml"
    arguments["--atlas"] = os.path.relpath(atlas, case)
    (case / "case.json").write_text(json.dumps({"args": arguments}), encoding="utf-8")
    return case


def _atlas_with_territories(base: Base, folder: Path) -> Path:
    """A copy of the atlas with a territory around every soma but the last."""
    if not folder.is_dir():
        shutil.copytree(base.atlas, folder)
        grid = base.grid
        raw = np.full(grid.shape, -1, dtype=np.int32)
        indices = grid.positions_to_indices(base.somas_um)
        for number, index in enumerate(indices[:-1]):
            raw[tuple(index)] = number + 7
        raw[tuple(indices[-1])] = -1
        grid.with_data(raw).save_nrrd(str(folder / "glomerular_territories.nrrd"))
    return folder


def _in_stretched_voxels(base: Base, folder: Path) -> Base:
    """The same cells in a copy of the atlas whose voxels are no cubes and do not start at zero."""
    shutil.copytree(base.atlas, folder)
    for path in folder.glob("*.nrrd"):
        volume = voxcell.VoxelData.load_nrrd(str(path))
        voxel_um = volume.voxel_dimensions * [1.013, 1, 1.717]
        offset_um = volume.offset - [7.3, 0, 3.1]
        voxcell.VoxelData(volume.raw, voxel_um, offset_um).save_nrrd(str(path))
    return replace(base, arguments={**base.arguments, "--atlas": str(folder.resolve())})


def _atlas_turned_from_voxel_to_voxel(base: Base, folder: Path) -> Path:
    """A copy of the atlas with an orientation of its own in each voxel; some have none."""
    shutil.copytree(base.atlas, folder)
    grid = base.grid
    rng = np.random.default_rng(11)
    raw = np.zeros((*grid.shape, 4), dtype=np.float32)
    raw[..., 0] = 1
    raw[..., 1:] = rng.normal(0, 0.15, (*grid.shape, 3))
    raw[rng.random(grid.shape) < 0.05] = np.nan
    for index in grid.positions_to_indices(base.somas_um):
        raw[tuple(index)] = [0.96, 0.1, 0.2, -0.05]
    grid.with_data(raw).save_nrrd(str(folder / "orientation.nrrd"))
    return folder
