"""The example of synthesis: its inputs are valid and the same each time, its picture too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from voxcell import CellCollection, RegionMap, VoxelData

from region_grower_hpc.synthesis.cell_types import encode_cell_types
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import load_region_structure
from region_grower_hpc.synthesis.tmd_files import load_tmd_file
from region_grower_hpc.synthesis.verification import TmdInputs, verify

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "synthesis"


def script(name: str, *arguments: Any) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLE / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "inputs"
    script("make_example.py", folder, "--cells", 60)
    return folder


def test_the_inputs_are_the_same_each_time(inputs: Path, tmp_path: Path) -> None:
    script("make_example.py", tmp_path, "--cells", 60)
    again = contents(tmp_path)
    assert again == contents(inputs)
    assert not any(b"pynrrd" in data for data in again.values())  # its comment holds the date


def test_each_cell_lies_in_its_region_and_layer(inputs: Path) -> None:
    atlas = inputs / "atlas"
    cells = CellCollection.load_sonata(inputs / "cells.h5").as_dataframe()
    assert len(cells) == 60
    assert cells["mtype"].nunique() == 5
    positions = cells[["x", "y", "z"]].to_numpy()
    ids = VoxelData.load_nrrd(atlas / "brain_regions.nrrd").lookup(positions)
    regions = RegionMap.load_json(atlas / "hierarchy.json")
    assert [regions.get(value, "acronym") for value in ids] == list(cells["region"])
    heights = VoxelData.load_nrrd(atlas / "[PH]y.nrrd").lookup(positions)
    assert np.abs(heights - positions[:, 1]).max() <= 5.0
    for layer, layer_cells in cells.groupby("layer", observed=True):
        volume = VoxelData.load_nrrd(atlas / f"[PH]{layer}.nrrd")
        lower, upper = volume.lookup(layer_cells[["x", "y", "z"]].to_numpy()).T
        assert (lower < layer_cells["y"]).all()
        assert (layer_cells["y"] < upper).all()


@pytest.mark.parametrize("count", [1, 7, 250])
def test_any_number_of_cells_can_be_made(tmp_path: Path, count: int) -> None:
    script("make_example.py", tmp_path, "--cells", count)
    assert len(CellCollection.load_sonata(tmp_path / "cells.h5").properties) == count


def test_parameters_and_distributions_pass_the_checks_of_synthesis(inputs: Path) -> None:
    structure = load_region_structure(inputs / "region_structure.yaml")
    regions = RegionMap.load_json(inputs / "atlas" / "hierarchy.json")
    cells = CellCollection.load_sonata(inputs / "cells.h5").properties
    types = encode_cell_types(
        cells["region"], cells["mtype"], RegionMapper(list(structure.regions), regions)
    )
    paths = EXAMPLE / "tmd_parameters.json", EXAMPLE / "tmd_distributions.json"
    verify(TmdInputs(load_tmd_file(paths[0]), load_tmd_file(paths[1]), *paths), types, structure)


def test_the_origin_of_each_mtype_is_told() -> None:
    origin = (EXAMPLE / "ORIGIN.md").read_text(encoding="utf-8")
    entries = load_tmd_file(EXAMPLE / "tmd_distributions.json")["O0"]
    assert list(load_tmd_file(EXAMPLE / "tmd_parameters.json")["O0"]) == list(entries)
    assert sorted(entries) == sorted(re.findall(r"^\| (L\d_\S+) \|.*Apache-2.0", origin, re.M))


def test_the_picture_is_the_same_each_time(inputs: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    cells = CellCollection.load_sonata(inputs / "cells.h5")
    cells.properties["morphology"] = [f"cell{gid}" for gid in range(60)]
    cells.save_sonata(tmp_path / "nodes.h5")
    points = [
        [-4, 0, 0, 8],
        [4, 0, 0, 8],
        [0, 5, 0, 2],
        [0, 60, 10, 1],
        [5, 0, 0, 1],
        [90, -20, 0, 1],
    ]
    with h5py.File(tmp_path / "morphologies.h5", "w") as file:
        for name in cells.properties["morphology"]:
            file[f"{name}/points"] = np.array(points, dtype=np.float32)
            file[f"{name}/structure"] = np.array([[0, 1, -1], [2, 4, 0], [4, 3, 0]], dtype=np.int32)
            metadata = file.create_group(f"{name}/metadata")
            metadata.attrs["version"] = np.array([1, 3], dtype=np.uint32)
            metadata.attrs["cell_family"] = np.array([0], dtype=np.uint32)
    pictures = []
    for name in ("first.png", "second.png"):
        script(
            "draw_column.py",
            tmp_path / "nodes.h5",
            tmp_path / "morphologies.h5",
            *("--atlas", inputs / "atlas"),
            *("--region-structure", inputs / "region_structure.yaml"),
            *("--out", tmp_path / name),
        )
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")
    assert b"tEXt" not in pictures[0][:2000]
