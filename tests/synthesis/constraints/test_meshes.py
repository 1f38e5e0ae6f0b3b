from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.constraints.meshes import Mesh, MeshStore
from tests.synthesis.constraints.constraint_fixtures import box, exported, sphere

X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def test_a_ray_from_inside_a_box_meets_one_face(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj", extents=(20, 40, 60)))
    np.testing.assert_allclose(mesh.surface.first_hit(np.array([1.0, 2, 3]), X), [10, 2, 3])
    np.testing.assert_allclose(mesh.surface.first_hit(np.array([1.0, 2, 3]), -Y), [1, -20, 3])


def test_a_ray_past_a_box_meets_nothing(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj"))
    assert mesh.surface.first_hit(np.array([15.0, 2, 3]), X) is None
    assert mesh.surface.first_hit(np.array([15.0, 2, 3]), Y) is None


def test_inside_and_nearest_point_of_a_box(tmp_path: Path) -> None:
    mesh = Mesh(box(tmp_path / "box.obj", center=(100, 0, 0)))
    assert mesh.surface.contains(np.array([105.0, 3, 4]))
    assert not mesh.surface.contains(np.array([111.0, 3, 4]))
    point, distance = mesh.surface.closest_point(np.array([117.0, 3, 4]))
    np.testing.assert_allclose(point, [110, 3, 4])
    assert distance == pytest.approx(7)
    np.testing.assert_allclose(mesh.center_mass, [100, 0, 0], atol=1e-12)


def test_a_hollow_mesh_does_not_contain_its_cavity(tmp_path: Path) -> None:
    inner = trimesh.creation.box(extents=(4, 4, 4))
    inner.invert()
    both = trimesh.util.concatenate([trimesh.creation.box(extents=(10, 10, 10)), inner])
    mesh = Mesh(exported(both, tmp_path / "hollow.obj"))
    assert not mesh.surface.contains(np.array([0.1, 0.2, 0.3]))
    assert mesh.surface.contains(np.array([3.1, 0.2, 0.3]))


def test_neither_rtree_nor_scipy_is_needed(tmp_path: Path) -> None:
    path = sphere(tmp_path / "sphere.obj", center=(5, 0, 0))
    code = (
        "import sys; sys.modules.update(rtree=None, scipy=None)\n"
        "from pathlib import Path\n"
        "from region_grower_hpc.synthesis.constraints.meshes import Mesh\n"
        f"mesh = Mesh(Path({str(path)!r}))\n"
        "print(abs(mesh.center_mass - [5, 0, 0]).max() < 1e-9, mesh.surface.contains([5, 0, 0]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True True\n", "")


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
