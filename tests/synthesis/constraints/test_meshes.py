from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from trimesh.proximity import closest_point
from trimesh.ray.ray_triangle import RayMeshIntersector

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.constraints.meshes import Mesh, MeshStore
from tests.synthesis.constraints.constraint_fixtures import box, exported, sphere

X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def test_a_ray_from_inside_a_box_meets_one_face(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj", extents=(20, 40, 60)))
    np.testing.assert_allclose(mesh.first_hit(np.array([1.0, 2, 3]), X), [10, 2, 3])
    np.testing.assert_allclose(mesh.first_hit(np.array([1.0, 2, 3]), -Y), [1, -20, 3])


def test_a_ray_past_a_box_meets_nothing(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj"))
    assert mesh.first_hit(np.array([15.0, 2, 3]), X) is None
    assert mesh.first_hit(np.array([15.0, 2, 3]), Y) is None


def test_inside_and_nearest_point_of_a_box(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj", center=(100, 0, 0)))
    assert mesh.contains(np.array([105.0, 3, 4]))
    assert not mesh.contains(np.array([111.0, 3, 4]))
    point, distance = mesh.closest_point(np.array([117.0, 3, 4]))
    np.testing.assert_allclose(point, [110, 3, 4])
    assert distance == pytest.approx(7)
    np.testing.assert_allclose(mesh.center_mass, [100, 0, 0], atol=1e-12)


def test_a_hollow_mesh_does_not_contain_its_cavity(tmp_path: Path) -> None:
    inner = trimesh.creation.box(extents=(4, 4, 4))
    inner.invert()
    both = trimesh.util.concatenate([trimesh.creation.box(extents=(10, 10, 10)), inner])
    mesh = Mesh(exported(both, tmp_path / "hollow.obj"))
    assert not mesh.contains(np.array([0.1, 0.2, 0.3]))
    assert mesh.contains(np.array([3.1, 0.2, 0.3]))


@pytest.mark.parametrize("kind", ["sphere", "box", "torus"])
def test_all_answers_are_trimesh_s_to_the_last_bit(tmp_path: Path, kind: str) -> None:
    made = {
        "sphere": trimesh.creation.icosphere(subdivisions=2, radius=50),
        "box": trimesh.creation.box(extents=(100, 80, 120)),
        "torus": trimesh.creation.torus(60, 20),
    }[kind]
    path = exported(made, tmp_path / "mesh.obj")
    mesh, reference = Mesh(path), trimesh.load_mesh(path)
    rays = RayMeshIntersector(reference)
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(150):
        point, direction = rng.normal(0, 45, 3), rng.normal(0, 1, 3)
        direction /= np.linalg.norm(direction)
        expected = rays.intersects_location([point], [direction])[0]
        found = mesh.first_hit(point, direction)
        assert (found is None) == (len(expected) == 0)
        if found is not None:
            hits += 1
            assert found.tolist() == expected[0].tolist()
        assert mesh.contains(point) == rays.contains_points([point])[0]
        points, distances, _ = closest_point(reference, [point])
        nearest, distance = mesh.closest_point(point)
        assert (nearest.tolist(), distance) == (points[0].tolist(), distances[0])
    assert hits > 30


def test_the_store_reads_each_file_once(tmp_path: Path) -> None:
    store, path = MeshStore(), sphere(tmp_path / "sphere.obj")
    first = store.get(path)
    path.unlink()
    assert store.get(path) is first


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("notes.txt", "no mesh", "txt"),
        ("empty.obj", "", "cannot be read"),
        ("points.obj", "v 0 0 0\nv 1 0 0\n", "cannot be read"),
        ("nan.obj", "v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "cannot be read"),
        ("cut.stl", "solid x\nfacet", "cannot be read"),
    ],
)
def test_files_that_are_no_surface(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=reason) as error:
        Mesh(path)
    assert str(path) in str(error.value)
