"""Users' morphologies are read as a .h5 file would hold them."""

from __future__ import annotations

from pathlib import Path

import h5py
import morphio
import numpy as np
import pytest

from region_grower_hpc.clone.repaired import TRIED_BY, read_repaired
from region_grower_hpc.clone.soma_contour import circle, outline_of_stack
from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import morphology
from tests.hostile_files import write_deep_asc, write_h5

DENDRITE = "{0} 3 0 5 0 1 1\n{1} 3 0 9 0 1 {0}\n{2} 2 0 6 0 1 1\n{3} 2 0 8 0 1 {2}\n"


def write_swc(path: Path, soma: list[tuple[float, float, float, float, int]]) -> Path:
    """A soma (x, y, z, radius, parent), a dendrite and an axon, in this order."""
    n = len(soma)
    lines = [f"{at} 1 {x} {y} {z} {r} {up}\n" for at, (x, y, z, r, up) in enumerate(soma, 1)]
    path.write_text("".join(lines) + DENDRITE.format(n + 1, n + 2, n + 3, n + 4))
    return path


@pytest.mark.parametrize(
    "soma",
    [
        [(1, 2, 3, 4, -1)],
        [(1, 2, 3, 4, -1), (1, -2, 3, 4, 1), (1, 6, 3, 4, 1)],  # three points of NeuroMorpho.org
    ],
)
def test_spheres_become_circles(soma: list[tuple[float, ...]], tmp_path: Path) -> None:
    repaired = read_repaired(write_swc(tmp_path / "a.swc", soma))
    arrays = repaired.arrays
    assert not repaired.is_h5
    expected = circle(np.array([1, 2, 3, 8], dtype=np.float32))
    np.testing.assert_array_equal(arrays.points[:20], expected)
    assert arrays.structure.tolist() == [[0, 1, -1], [20, 3, 0], [22, 2, 0]]
    assert arrays.points[20:].tolist() == [[0, y, 0, 2] for y in (5, 9, 6, 8)]
    assert (arrays.perimeters, arrays.family) == (None, 0)


def test_a_stack_becomes_its_outline(tmp_path: Path) -> None:
    path = write_swc(tmp_path / "a.swc", [(1, 2, 3, 4, -1), (3, 3, 5, 1, 1), (4, 4, 8, 2, 2)])
    arrays = read_repaired(path).arrays
    stack = np.array([[1, 2, 3, 8], [3, 3, 5, 2], [4, 4, 8, 4]], dtype=np.float32)
    np.testing.assert_array_equal(arrays.points[:6], outline_of_stack(stack))
    assert arrays.structure[:, 0].tolist() == [0, 6, 8]


def test_no_soma_stays_none(tmp_path: Path) -> None:
    path = tmp_path / "a.swc"
    path.write_text("1 3 0 5 0 1 -1\n2 3 0 9 0 1 1\n")
    arrays = read_repaired(path).arrays
    assert arrays.soma_size == 0
    assert arrays.structure.tolist() == [[0, 1, -1], [0, 3, 0]]


def asc(*soma: tuple[float, float]) -> str:
    rows = "".join(f"({x} {y} 0 0.5)\n" for x, y in soma)
    return (
        f'("CellBody"\n(CellBody)\n{rows})\n((Dendrite)\n(0 5 0 1)(0 9 0 1)\n)\n'
        "((Axon)\n(0 -5 0 1)(0 -9 0 1)\n)\n"
    )


@pytest.mark.parametrize("n_points", [2, 3, 4])
def test_contours_and_the_order_of_trees_stay(n_points: int, tmp_path: Path) -> None:
    path, soma = tmp_path / "a.asc", [(0, 0), (2, 0), (2, 2), (0, 2)][:n_points]
    path.write_text(asc(*soma))
    arrays = read_repaired(path).arrays
    assert arrays.points[:n_points].tolist() == [[x, y, 0, 0.5] for x, y in soma]
    assert arrays.structure[1:, 1].tolist() == [3, 2]


def write_glia(path: Path, perimeters: np.ndarray) -> None:
    write_h5(path)
    with h5py.File(path, "r+") as file:
        file["perimeters"] = perimeters
        file["metadata"].attrs["cell_family"] = np.array([1], dtype=np.uint32)


def test_perimeters_and_family_of_glia_stay_and_organelles_go(tmp_path: Path) -> None:
    path, perimeters = tmp_path / "a.H5", np.arange(10, dtype=np.float32)
    perimeters[:3] = 0
    write_glia(path, perimeters)
    with h5py.File(path, "r+") as file:
        mitochondria = file.create_group("organelles/mitochondria")
        mitochondria["points"] = np.array([[0, 0.5, 1], [0, 0.7, 1]], dtype=np.float32)
        mitochondria["structure"] = np.array([[0, -1]], dtype=np.int32)
    repaired = read_repaired(path)
    assert repaired.is_h5
    assert repaired.arrays.family == 1
    np.testing.assert_array_equal(repaired.arrays.perimeters, perimeters)
    morphology.write(repaired.arrays, tmp_path / "b.h5")
    np.testing.assert_array_equal(
        morphio.Morphology(tmp_path / "b.h5").perimeters, morphio.Morphology(path).perimeters
    )


def test_sections_come_depth_first(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    structure = [(0, 1, -1), (3, 2, 0), (4, 3, 0), (5, 2, 1), (7, 3, 2), (8, 2, 1), (9, 3, 2)]
    write_h5(path, structure)
    arrays = read_repaired(path).arrays
    assert arrays.structure[:, 2].tolist() == [-1, 0, 1, 1, 0, 4, 4]
    assert arrays.points[:, 0].tolist() == [0, 1, 2, 3, 5, 6, 8, 4, 7, 9]


def h5(path: Path, name: str) -> None:
    """One of the damaged .h5 files."""
    structures = {
        "cycle": [(0, 1, -1), (3, 2, 0), (5, 2, 3), (7, 2, 2)],
        "stranger": [(0, 1, -1), (3, 2, 0), (5, 2, 9)],
        "no root": [(0, 1, -1), (3, 2, -1), (5, 2, -1)],
        "no points": [(0, 1, -1), (3, 2, 0), (3, 2, 1), (6, 2, 1)],
    }
    write_h5(path, structures.get(name, [(0, 1, -1), (3, 2, 0), (6, 3, 0)]))
    with h5py.File(path, "r+") as file:
        if name == "infinite":
            file["points"][7, 3] = np.inf
        elif name == "nothing":
            del file["points"], file["structure"]
            file["points"] = np.empty((0, 4), dtype=np.float32)
            file["structure"] = np.array([(0, 1, -1)], dtype=np.int32)
        elif name == "no rows":
            del file["structure"]
            file["structure"] = np.empty((0, 3), dtype=np.int32)
        elif name == "spines":
            file["metadata"].attrs["cell_family"] = np.array([3], dtype=np.uint32)
        elif name == "infinite perimeter":
            file["perimeters"] = np.full(10, np.nan, dtype=np.float32)
        elif name == "no perimeters":
            file["perimeters"] = np.empty(0, dtype=np.float32)
        elif name == "few perimeters":
            file["perimeters"] = np.empty(8, dtype=np.float32)
        elif name == "a perimeter":
            file["perimeters"] = 1.0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cycle", "section 1 is a descendant of itself"),
        ("stranger", "section 1 has a parent that does not exist"),
        ("no root", "section 0 has a parent that does not exist"),
        ("no points", "section 0 has no points"),
        ("infinite", "point 7 are not finite"),
        ("nothing", "neither a soma nor sections"),
        ("no rows", "a structure without rows"),
        ("spines", "family 3"),
        ("infinite perimeter", "a perimeter that is not finite"),
        ("no perimeters", "perimeters without values"),
        ("few perimeters", "cannot be read"),
        ("a perimeter", "perimeters that are no list"),
    ],
)
def test_damaged_h5_files_are_named(name: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    h5(path, name)
    with pytest.raises(InvalidInputError, match=words) as caught:
        read_repaired(path)
    assert f"'{path}'" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.swc", "", "neither a soma nor sections"),
        ("a.swc", "1 1 0 0 0 1 -1\n2 0 0 5 0 1 1\n3 0 0 6 0 1 2\n", "section 0 is of type 0"),
        ("a.swc", "1 1 0 0 0 1 -1\n2 1 0 0 0 2 1\n", "at the same place"),
        ("a.swc", "1 1 0 0 nan 1 -1\n", "cannot be"),
        ("a.swc", "1 1 0 0 0 1e60 -1\n", "cannot be"),
        ("a.asc", asc((0, 0)), "cannot be read"),
        ("a.asc", "", "cannot be read"),
        ("a.txt", "", "cannot be read"),
    ],
)
def test_damaged_text_files_are_named(name: str, text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInputError, match=words) as caught:
        read_repaired(tmp_path / name)
    assert f"'{tmp_path / name}'" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.asc' does not exist"):
        read_repaired(tmp_path / "none.asc")


def test_files_that_morphio_dies_of_are_named_and_bad_ones_left_to_the_reading(
    tmp_path: Path,
) -> None:
    h5(tmp_path / "bad.h5", "cycle")
    write_deep_asc(tmp_path / "deep.asc")
    with Trial(TRIED_BY, [tmp_path / "bad.h5"]) as trial:
        trial.check()
    with (
        Trial(TRIED_BY, [tmp_path / "bad.h5", tmp_path / "deep.asc"]) as trial,
        pytest.raises(InvalidInputError, match=r"deep\.asc' cannot be read.*SIGSEGV"),
    ):
        trial.check()


EXAMPLE = [
    ("C270106A.asc", 19, 11_554, [70.662, 62.535, 1.329, 0.0]),
    ("complexe.swc", 42, 50, [24.464, 24.464, 0.0, 0.0]),
    ("nrn_ordering.swc", 20, 5_201, [68.729, 68.729, 0.0, 5.0]),
    ("neurite_wrong_root_point.swc", 6, 10, [19.971, 32.082, 0.0, 0.0]),
    ("three_point_soma.swc", 6, 26, [12.0, 8.0, 0.0, 0.0]),
    ("astrocyte.h5", 22026, 26_312, [39269.988, 46916.428, 57941.108, 0.0]),
]


@pytest.mark.shared
def test_the_example_is_read_whole(shared_data: Path) -> None:
    """Numbers of morph-tool 2.11.3: points of soma and all, sums of |x|, |y|, |z| and diameters."""
    folder = shared_data / "clone" / "example" / "repair_release"
    for name, n_soma, n_points, total in EXAMPLE:
        arrays = read_repaired(folder / name).arrays
        assert (arrays.soma_size, len(arrays.points)) == (n_soma, n_points)
        sums = np.abs(arrays.points[:n_soma]).sum(axis=0, dtype=np.float64)
        np.testing.assert_allclose(sums, total, atol=1e-3)
    astrocyte = read_repaired(folder / "astrocyte.h5").arrays
    assert astrocyte.family == 1
    assert astrocyte.perimeters is not None
    assert len(astrocyte.perimeters) == 26_312
