from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.native.constraints import ProbabilityRule
from region_grower_hpc.synthesis.constraints.boundaries import BoundaryOfRegion
from region_grower_hpc.synthesis.constraints.cell_mesh import path_of_cell
from region_grower_hpc.synthesis.constraints.entries import (
    ATTRACTIVE,
    REPULSIVE,
    Boundary,
    DistanceRule,
    Scope,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from tests.synthesis.constraints.constraint_fixtures import box, cell_at, sphere

X = np.array([1.0, 0, 0])
UP = [0.0, 1.0, 0.0]


def rule_of(
    path: Path, mode: str, rule: DistanceRule, grid: VoxelGrid | None = None
) -> ProbabilityRule:
    """The rule that a boundary of one mesh, in voxels where there is a grid, has for sections."""
    entry = Boundary(Scope(), path, mode=mode, section=rule, in_voxels=grid is not None)
    made = BoundaryOfRegion(entry, grid or VoxelGrid([0, 0, 0], [1, 1, 1]), MeshStore())
    found = made.for_cell(cell_at((0, 0, 0)), -1).section_rule
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("d_min", "d_max", "power", "expected"),
    [
        (0, 100, 1.5, 7 / 100**1.5),
        (0, 20, 1, 7 / 20),
        (5, 20, 1.2, 2 / 15**1.2),
        (8, 20, 1, 0),
        (-3, 20, 1, 10 / 20),
        (0, 5, 1, 1),
    ],
)
def test_repulsion_by_the_distance_along_the_step(
    tmp_path: Path, d_min: float, d_max: float, power: float, expected: float
) -> None:
    path = box(tmp_path / "box.obj", extents=(20, 40, 60))
    away = rule_of(path, REPULSIVE, DistanceRule(d_min, d_max, power))
    assert away(X, np.array([3.0, 2, 1])) == pytest.approx(expected)
    # NeuroTS gives some trunks as lists
    assert away([1, 0, 0], np.array([3.0, 2, 1])) == pytest.approx(expected)


def test_repulsion_of_a_mesh_in_voxels_is_by_the_distance_in_um(tmp_path: Path) -> None:
    path = box(tmp_path / "box.obj", center=(5, 5, 5), extents=(2, 4, 6))
    grid = VoxelGrid([1000, 2000, 3000], [10, 10, 10])
    away = rule_of(path, REPULSIVE, DistanceRule(0, 20, 1), grid)
    assert away(X, np.array([1053.0, 2052, 3051])) == pytest.approx(7 / 20)


def test_a_ray_that_misses_the_mesh_is_free(tmp_path: Path) -> None:
    away = rule_of(box(tmp_path / "box.obj"), REPULSIVE, DistanceRule(0, 20, 1))
    assert away(X, np.array([30.0, 0, 0])) == 1


@pytest.mark.parametrize("in_voxels", [False, True])
def test_attraction_by_the_angle_to_the_nearest_point(tmp_path: Path, in_voxels: bool) -> None:
    scale = 10.0 if in_voxels else 1.0
    path = box(tmp_path / "box.obj", extents=np.array([20, 40, 60]) / scale)
    grid = VoxelGrid([0, 0, 0], [scale] * 3) if in_voxels else None
    near = rule_of(path, ATTRACTIVE, DistanceRule(2, 12, 2), grid)
    for angle in (0.0, 0.7, 2.0, np.pi):
        step = np.array([-np.cos(angle), np.sin(angle), 0])
        # the nearest point of x = 17 is at x = 10
        p = near(step, np.array([17.0, 2, 1]))
        assert p == pytest.approx((1 - angle / np.pi) ** 2)
    for x in (11.0, 23.0, 3.0):  # too near, too far, inside
        assert near(X, np.array([x, 2, 1])) == 1


def test_cells_share_a_repulsive_rule_and_have_attractive_ones_of_their_own(
    tmp_path: Path,
) -> None:
    path = box(tmp_path / "box.obj")
    for mode, is_shared in ((REPULSIVE, True), (ATTRACTIVE, False)):
        entry = Boundary(Scope(), path, mode=mode, section=DistanceRule(0, 20, 1))
        made = BoundaryOfRegion(entry, VoxelGrid([0, 0, 0], [1, 1, 1]), MeshStore())
        one, other = (made.for_cell(cell_at((x, 0, 0)), -1) for x in (0, 5))
        assert (one.section_rule is other.section_rule) == is_shared


def boundary(folder: Path, choice: str | None) -> Boundary:
    paths = tuple(sorted(folder.iterdir())) if folder.is_dir() else ()
    return Boundary(Scope(), folder, paths, choice)


def chosen(folder: Path, choice: str | None, soma: Any, glomerulus_id: int = -1) -> str | None:
    path = path_of_cell(
        boundary(folder, choice), np.array(soma, dtype=float), UP, glomerulus_id, MeshStore()
    )
    return None if path is None else path.name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "meshes"
    sphere(folder / "glomeruli_001.obj", (0, 0, 0), 50)
    sphere(folder / "glomeruli_002.obj", (0, 100, 0), 5)
    sphere(folder / "glomeruli_010.obj", (80, 0, 0), 5)
    return folder


def test_closest_is_by_the_surface(folder: Path) -> None:
    assert chosen(folder, "closest", (0, 0, 0)) == "glomeruli_001.obj"
    assert chosen(folder, "closest", (0, 75, 0)) == "glomeruli_002.obj"
    assert chosen(folder, "closest", (60, 0, 0)) == "glomeruli_001.obj"


def test_closest_y_is_by_the_axis_through_the_soma(folder: Path) -> None:
    assert chosen(folder, "closest_y", (70, 500, 0)) == "glomeruli_010.obj"
    assert chosen(folder, "closest_y", (-3, 500, 2)) in ("glomeruli_001.obj", "glomeruli_002.obj")


def test_meshes_at_the_same_distance_are_chosen_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "level"
    for name in ("b.obj", "c.obj", "a.obj"):
        box(folder / name, center=(30, 0, 0))
    assert chosen(folder, "closest", (0, 0, 0)) == "a.obj"
    assert chosen(folder, "closest_y", (0, 0, 0)) == "a.obj"
    assert chosen(folder, "inside", (30, 0.1, 0.2)) == "a.obj"


def test_inside_is_the_mesh_of_the_soma_or_none(folder: Path) -> None:
    assert chosen(folder, "inside", (1, 101, 2)) == "glomeruli_002.obj"
    assert chosen(folder, "inside", (0, 80, 0)) is None


def test_territories_by_number(folder: Path) -> None:
    assert chosen(folder, "territories", (0, 0, 0), 10) == "glomeruli_010.obj"
    assert chosen(folder, "territories", (0, 0, 0), -1) is None
    with pytest.raises(TaskFailure, match=r"glomeruli_005\.obj.*does not exist") as failure:
        chosen(folder, "territories", (0, 0, 0), 5)
    assert failure.value.kind == "input"


def test_a_single_mesh_is_that_of_all_cells(tmp_path: Path) -> None:
    path = box(tmp_path / "box.obj")
    assert chosen(path, None, (1e6, 0, 0)) == "box.obj"
