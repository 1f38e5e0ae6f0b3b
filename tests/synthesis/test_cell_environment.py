from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from voxcell import OrientationField, RegionMap, VoxelData

from region_grower_hpc.synthesis.cell_environment import load_cell_environment
from region_grower_hpc.synthesis.cell_types import CellTypes, encode_cell_types
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import Region, RegionStructure

SHAPE = (2, 3, 1)
SIZE_UM = (100.0, 100.0, 100.0)
STRUCTURE = RegionStructure(
    path=Path("region_structure.yaml"),
    regions={
        "A": Region(layers=("x", 2), thicknesses_um=(100, 200)),
        "N": Region(layers=(1,), thicknesses_um=None),
    },
)


@dataclass
class Volumes:
    """A small atlas: pia at y = 300, layer x 50 µm and layer 2 200 µm thick, identity."""

    volumes: dict[str, VoxelData] = field(default_factory=dict)

    def __post_init__(self) -> None:
        y = np.broadcast_to(np.array([50, 150, 250], np.float32)[:, np.newaxis], SHAPE)
        self.put("[PH]y", y)
        self.put("[PH]x", np.stack([np.full(SHAPE, 250.0), np.full(SHAPE, 300.0)], -1))
        self.put("[PH]2", np.stack([np.full(SHAPE, 50.0), np.full(SHAPE, 250.0)], -1))
        quaternions = np.zeros((*SHAPE, 4), np.int8)
        quaternions[..., 0] = 127
        self.volumes["orientation"] = OrientationField(quaternions, SIZE_UM)

    def put(self, name: str, raw: np.ndarray) -> None:
        self.volumes[name] = VoxelData(np.array(raw, np.float32), SIZE_UM)

    def load(self, name: str) -> VoxelData:
        return self.volumes[name]

    def orientations(self) -> OrientationField:
        return self.volumes["orientation"]


def types_of(*regions: str) -> CellTypes:
    hierarchy = {"id": 1, "acronym": "root", "children": [{"id": 2, "acronym": "A"}]}
    hierarchy["children"].append({"id": 3, "acronym": "N"})  # type: ignore[attr-defined]
    mapper = RegionMapper(list(STRUCTURE.regions), RegionMap.from_dict(hierarchy))
    return encode_cell_types(regions, ["m"] * len(regions), mapper)


def loaded(positions: Any, *regions: str, atlas: Volumes | None = None, **depths: float) -> Any:
    return load_cell_environment(
        np.array(positions, dtype=np.float64),
        types_of(*regions),
        STRUCTURE,
        atlas or Volumes(),
        **depths,
    )


def test_depths_and_bounds_of_cells_in_layers() -> None:
    environment, errors = loaded([[50, 20, 50], [150, 250, 0]], "A", "A")
    assert errors == {}
    assert environment.depths_um.tolist() == [250.0, 50.0]
    assert environment.layer_depths_um.tolist() == [[0.0, 50.0, 250.0]] * 2
    np.testing.assert_array_equal(environment.orientations, [np.eye(3)] * 2)
    cell = environment.cell(1, seed=9)
    assert (cell.gid, cell.seed, cell.depth_um) == (1, 9, 50.0)
    assert cell.layer_depths_um == [0.0, 50.0, 250.0]


def test_depths_are_clipped() -> None:
    environment, _ = loaded(
        [[50, 20, 50], [150, 250, 0]], "A", "A", min_depth_um=60, max_depth_um=200
    )
    assert environment.depths_um.tolist() == [200.0, 60.0]


def test_regions_without_layers_have_no_depths_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        environment, errors = loaded([[50, 50, 50]] * 4, "N", "elsewhere", "N", "A")
    assert errors == {}
    assert [record.args for record in caplog.records] == [("N",), ("default",)]
    assert np.isnan(environment.depths_um[:3]).all()
    assert environment.cell(0, 0).layer_depths_um is None
    assert environment.cell(3, 0).layer_depths_um == [0.0, 50.0, 250.0]
    np.testing.assert_array_equal(environment.orientations[0], np.eye(3))


def test_cells_outside_or_nowhere_cost_only_themselves() -> None:
    positions = [[50, 50, 50], [np.nan, 0, 0], [50, -1, 50], [500, 0, 0], [-5, 0, 0]]
    environment, errors = loaded(positions, "A", "A", "A", "A", "elsewhere")
    assert list(errors) == [1, 2, 3, 4]
    assert "gid 1" in errors[1]
    assert "not finite" in errors[1]
    assert errors[2] == "gid 2: position (50, -1, 50) is outside the volume of [PH]y.nrrd"
    assert "orientation.nrrd" in errors[4]
    assert environment.depths_um[0] == 250.0
    assert np.isnan(environment.orientations[1:]).all()


def test_a_volume_smaller_than_the_others_names_itself() -> None:
    atlas = Volumes()
    atlas.volumes["[PH]2"] = VoxelData(np.ones((1, 1, 1, 2), np.float32), SIZE_UM)
    environment, errors = loaded([[50, 50, 50], [50, 250, 50]], "A", "A", atlas=atlas)
    assert list(errors) == [1]
    assert "[PH]2.nrrd" in errors[1]
    assert environment.layer_depths_um[0].tolist() == [0.0, 50.0, 50.0]


def test_nan_voxels_are_kept_for_the_cells_that_need_them() -> None:
    atlas = Volumes()
    atlas.volumes["[PH]2"].raw[:, 0] = np.nan
    orientation = atlas.volumes["orientation"].raw.astype(np.float32)
    orientation[:, 0] = np.nan
    atlas.volumes["orientation"] = OrientationField(orientation, SIZE_UM)
    environment, errors = loaded([[50, 50, 50], [50, 250, 50]], "A", "A", atlas=atlas)
    assert errors == {}
    assert np.isnan(environment.layer_depths_um[0]).tolist() == [False, False, True]
    assert np.isnan(environment.orientations[0]).all()
    np.testing.assert_array_equal(environment.orientations[1], np.eye(3))


def test_a_tilted_orientation_turns_y() -> None:
    atlas = Volumes()
    quaternions = np.zeros((*SHAPE, 4), np.float32)
    quaternions[...] = [2, 0, 0, 2]  # 90 degrees about z, not normalised
    atlas.volumes["orientation"] = OrientationField(quaternions, SIZE_UM)
    environment, _ = loaded([[50, 50, 50]], "A", atlas=atlas)
    np.testing.assert_allclose(environment.orientations[0] @ [0, 1, 0], [-1, 0, 0], atol=1e-12)


def test_no_cells() -> None:
    environment, errors = load_cell_environment(np.empty((0, 3)), types_of(), STRUCTURE, Volumes())
    assert errors == {}
    assert environment.orientations.shape == (0, 3, 3)
