"""Run cells of the cases of shared/data/synthesis without the engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import voxcell

from region_grower_hpc.synthesis.cell_environment import CellEnvironment, load_cell_environment
from region_grower_hpc.synthesis.cell_types import CellTypes, encode_cell_types
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.recipe import CellRecipe, make_recipes
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import load_region_structure
from region_grower_hpc.synthesis.tmd_files import load_tmd_file, with_axon_choice, with_defaults
from region_grower_hpc.synthesis.verification import TmdInputs, verify


class AtlasFolder:
    """The part of an atlas that synthesis reads, each volume once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str) -> voxcell.VoxelData:
        return voxcell.VoxelData.load_nrrd(self.folder / f"{name}.nrrd")

    def orientations(self) -> voxcell.OrientationField:
        return voxcell.OrientationField.load_nrrd(self.folder / "orientation.nrrd")


@dataclass(frozen=True)
class Case:
    """One case, planned."""

    seed: int
    types: CellTypes
    environment: CellEnvironment
    errors: dict[int, str]
    recipes: dict[tuple[int, int], CellRecipe]
    expected: dict[str, Any]

    def inputs(self, gid: int) -> Any:
        return self.environment.cell(gid, cell_seed(self.seed, gid))

    def recipe(self, gid: int) -> CellRecipe:
        codes = int(self.types.region_codes[gid]), int(self.types.mtype_codes[gid])
        return self.recipes[codes]

    def expected_cell(self, gid: int) -> dict[str, Any]:
        """Name, points, structure and apical point of one cell."""
        expected = self.expected
        row = int(np.flatnonzero(expected["gid"] == gid)[0])
        name = str(expected["morphology"][row])
        points = slice(*expected["points_offset"][row : row + 2])
        structure = slice(*expected["structure_offset"][row : row + 2])
        return {
            "name": name,
            "points": expected["points"][points],
            "structure": expected["structure"][structure],
            "apical": json.loads(str(expected["apical"]))[name],
        }


def load_case(folder: Path) -> Case:
    """Everything up to growth for a case folder."""
    args = json.loads((folder / "case.json").read_text())["args"]
    cells = voxcell.CellCollection.load(folder / args["--input-cells"])
    atlas_folder = folder / args["--atlas"]
    structure = load_region_structure(folder / args["--region-structure"])
    hierarchy = voxcell.RegionMap.load_json(atlas_folder / "hierarchy.json")
    regions, mtypes = cells.properties["region"], cells.properties["mtype"]
    mapper = RegionMapper(list(structure.regions), hierarchy, regions.unique())
    types = encode_cell_types(regions, mtypes, mapper)
    paths = folder / args["--tmd-parameters"], folder / args["--tmd-distributions"]
    inputs = TmdInputs(
        parameters=with_defaults(with_axon_choice(load_tmd_file(paths[0]), False)),
        distributions=with_defaults(load_tmd_file(paths[1])),
        parameters_path=paths[0],
        distributions_path=paths[1],
    )
    verify(inputs, types, structure)
    environment, errors = load_cell_environment(
        cells.positions, types, structure, AtlasFolder(atlas_folder)
    )
    with np.load(folder / "expected.npz") as stored:
        expected = dict(stored)
    return Case(
        seed=args["--seed"],
        types=types,
        environment=environment,
        errors=errors,
        recipes=make_recipes(inputs, types, structure.cortical_depths_um()),
        expected=expected,
    )
