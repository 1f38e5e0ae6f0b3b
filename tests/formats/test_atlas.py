from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nrrd
import numpy as np
import pytest
import voxcell

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import Atlas

SHAPE, VOXEL_UM, OFFSET_UM = (2, 3, 4), (10.0, 20.0, 30.0), (-5.0, 0.0, 5.0)
HIERARCHY = {"id": 1, "acronym": "O0", "children": [{"id": 2, "acronym": "O1", "children": []}]}


def save(path: Path, raw: Any, voxel_um: Any = VOXEL_UM, offset_um: Any = OFFSET_UM) -> None:
    voxcell.VoxelData(raw, voxel_um, offset_um).save_nrrd(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hierarchy.json").write_text(json.dumps(HIERARCHY))
    numbers = np.arange(24, dtype=np.float32).reshape(SHAPE)
    save(tmp_path / "brain_regions.nrrd", numbers.astype(np.uint16))
    save(tmp_path / "[PH]y.nrrd", numbers)
    save(tmp_path / "[PH]1.nrrd", np.stack([numbers, numbers + 1], axis=-1))
    identity = np.zeros((*SHAPE, 4), dtype=np.int8)
    identity[..., 0] = 127
    save(tmp_path / "orientation.nrrd", identity)
    return tmp_path


def test_volumes_are_read(folder: Path) -> None:
    atlas = Atlas(folder)
    atlas.check("brain_regions", "[PH]y", "[PH]1", "orientation")
    volume = atlas.load("[PH]1")
    assert (volume.shape, volume.payload_shape) == (SHAPE, (2,))
    assert tuple(volume.voxel_dimensions) == VOXEL_UM
    assert tuple(volume.offset) == OFFSET_UM
    assert volume.lookup([[-4.0, 1.0, 6.0]]).tolist() == [[0.0, 1.0]]
    np.testing.assert_array_equal(atlas.orientations().lookup(np.array([OFFSET_UM]))[0], np.eye(3))
    assert atlas.hierarchy().find("O0", "acronym", with_descendants=True) == {1, 2}


def test_each_file_is_read_once(folder: Path) -> None:
    atlas = Atlas(folder)
    first = atlas.load("[PH]y"), atlas.orientations(), atlas.hierarchy()
    for path in folder.iterdir():
        path.unlink()
    second = atlas.load("[PH]y"), atlas.orientations(), atlas.hierarchy()
    assert all(a is b for a, b in zip(first, second, strict=True))


def test_paths_are_those_of_hierarchy_and_volumes(folder: Path) -> None:
    names = ["hierarchy.json", "brain_regions.nrrd", "[PH]y.nrrd"]
    assert Atlas(folder).paths(["brain_regions", "[PH]y"]) == [folder / name for name in names]


@pytest.mark.parametrize("address", ["http://host/atlas", "https://host/atlas"])
@pytest.mark.parametrize("kind", [str, Path])
def test_an_address_on_the_web_is_refused(address: str, kind: Callable[[str], Any]) -> None:
    with pytest.raises(InvalidInputError, match=r"host/atlas'.*download the atlas"):
        Atlas(kind(address))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none' does not exist"):
        Atlas(tmp_path / "none")


@pytest.mark.parametrize("name", ["[PH]y", "orientation", "brain_regions", "hierarchy"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (path,) = (p for p in folder.iterdir() if p.stem == name)
    path.unlink()
    with pytest.raises(InvalidInputError) as caught:
        Atlas(folder).check("[PH]y", "orientation")
    assert f"'{path}' does not exist" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no nrrd", b"NRRD0004\ntype: float\n\n"])
def test_a_damaged_header_is_found_by_check(folder: Path, content: bytes) -> None:
    (folder / "[PH]y.nrrd").write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"\[PH\]y\.nrrd' is no valid file"):
        Atlas(folder).check("[PH]y")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"acronym": "no id"}'])
def test_a_damaged_hierarchy_is_found_by_check(folder: Path, content: str) -> None:
    (folder / "hierarchy.json").write_text(content)
    with pytest.raises(InvalidInputError, match=r"hierarchy\.json' is no valid file"):
        Atlas(folder).check()


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
@pytest.mark.parametrize("name", ["[PH]y", "orientation"])
def test_truncated_voxels_are_found_by_load(folder: Path, name: str, encoding: str) -> None:
    path = folder / f"{name}.nrrd"
    voxcell.VoxelData.load_nrrd(path).save_nrrd(path, encoding=encoding)
    path.write_bytes(path.read_bytes()[:-10])
    atlas = Atlas(folder)
    atlas.check(name)
    with pytest.raises(InvalidInputError) as caught:
        atlas.orientations() if name == "orientation" else atlas.load(name)
    assert f"'{path}' is no valid file" in str(caught.value)


def test_an_orientation_must_be_a_quaternion(folder: Path) -> None:
    save(folder / "orientation.nrrd", np.zeros((*SHAPE, 3), dtype=np.float32))
    with pytest.raises(InvalidInputError, match=r"orientation\.nrrd' is no valid file"):
        Atlas(folder).orientations()


@pytest.mark.parametrize(
    ("shape", "voxel_um", "offset_um"),
    [
        ((2, 3, 5), VOXEL_UM, OFFSET_UM),
        (SHAPE, (10, 20, 31), OFFSET_UM),
        (SHAPE, VOXEL_UM, (-5, 0, 6)),
    ],
)
def test_another_grid_is_found_by_check_and_load(
    folder: Path, shape: Any, voxel_um: Any, offset_um: Any
) -> None:
    save(folder / "[PH]y.nrrd", np.zeros(shape), voxel_um, offset_um)
    for act in (Atlas(folder).check, Atlas(folder).load):
        with pytest.raises(InvalidInputError, match=r"\[PH\]y\.nrrd' has another grid"):
            act("[PH]y")


def test_the_same_grid_may_be_written_in_other_words(folder: Path) -> None:
    header = {
        "spacings": [10.0, 20.0, 30.00000001],
        "space origin": OFFSET_UM,
        "space dimension": 3,
    }
    nrrd.write(str(folder / "[PH]y.nrrd"), np.zeros(SHAPE), header)
    atlas = Atlas(folder)
    atlas.check("[PH]y")
    assert tuple(atlas.load("[PH]y").voxel_dimensions) == VOXEL_UM


def test_oblique_axes_are_refused(folder: Path) -> None:
    header = {"space dimension": 3, "space directions": [[10, 1, 0], [0, 20, 0], [0, 0, 30]]}
    nrrd.write(str(folder / "[PH]y.nrrd"), np.zeros(SHAPE), header)
    with pytest.raises(InvalidInputError, match="axes of the voxels"):
        Atlas(folder).check("[PH]y")


@pytest.mark.shared
def test_the_column_atlas_is_read(shared_data: Path) -> None:
    atlas = Atlas(shared_data / "synthesis" / "atlas_o1small")
    layers = [f"[PH]{layer}" for layer in range(1, 7)]
    atlas.check("[PH]y", "brain_regions", "orientation", *layers)
    assert atlas.load("brain_regions").shape == (22, 10, 20)
    assert all(atlas.load(layer).payload_shape == (2,) for layer in layers)
    assert atlas.orientations().payload_shape == (4,)
    assert len(atlas.hierarchy().find("O0", "acronym", with_descendants=True)) == 8
