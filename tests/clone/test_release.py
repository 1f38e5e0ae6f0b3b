"""What is released can be written, and MorphIO reads it back."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import morphio
import morphio.mut
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.release import release_loss, release_problem, released
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import SOMA_ROW, MorphologyArrays
from tests.clone.made_neurons import CONTOUR

EXTENSIONS = ("asc", "h5", "swc")
Row = list[float]
Section = tuple[int, int, list[Row]]


def arrays(soma: list[Row], *sections: Section) -> MorphologyArrays:
    """A neuron from its soma and (type, row of the parent, points) of each section."""
    points, structure = list(soma), [SOMA_ROW]
    for kind, parent, rows in sections:
        structure.append((len(points), kind, parent))
        points += rows
    return MorphologyArrays(
        np.array(points, dtype=np.float32).reshape(-1, 4), np.array(structure, dtype=np.int32)
    )


def sections_of(neuron: MorphologyArrays) -> list[tuple[int, int, np.ndarray]]:
    stops = [*neuron.structure[1:, 0], len(neuron.points)][1:]
    return [
        (kind, parent, neuron.points[first:stop])
        for (first, kind, parent), stop in zip(neuron.structure[1:].tolist(), stops, strict=True)
    ]


@st.composite
def neurons(draw: st.DrawFn) -> MorphologyArrays:
    """Trees with gaps, sections of one point, single children, mixed types and any soma."""
    half = st.integers(-20, 20).map(lambda value: value / 2)
    diameter = st.sampled_from([0.5, 1.0, 2.0])
    rows = st.lists(st.tuples(half, half, half, diameter).map(list), min_size=1, max_size=3)
    kinds = st.sampled_from([2, 3, 4, 2, 3, 4, 5, 19])
    sections: list[Section] = []

    def grow(kind: int, parent: int, depth: int) -> None:
        own = draw(rows)
        if parent:
            last = sections[parent - 1][2][-1]
            begins = draw(st.sampled_from(["same", "thinner", "elsewhere"]))
            if begins == "same":
                own = [last, *own[1:]]
            elif begins == "thinner":
                own = [[*last[:3], draw(diameter)], *own[1:]]
            if draw(st.integers(0, 9)) == 0:
                kind = draw(kinds)
        sections.append((kind, parent, own))
        number = len(sections)
        for _ in range(draw(st.sampled_from([0, 0, 1, 2, 3])) if depth < 3 else 0):
            grow(kind, number, depth + 1)

    for kind in sorted(draw(st.lists(kinds, max_size=3))):
        grow(kind, 0, 0)
    soma = st.lists(st.tuples(half, half, half, diameter).map(list), max_size=6)
    return arrays(draw(soma.filter(lambda own: len(own) != 1 and (sections or own))), *sections)


def expected_sections(
    neuron: MorphologyArrays, extension: str
) -> list[tuple[int, int, np.ndarray]]:
    """The sections of a released neuron, as the format tells them."""
    found: list[tuple[int, int, np.ndarray]] = []
    for kind, parent, points in sections_of(neuron):
        if parent > 0:
            above_kind, _, above = found[parent - 1]
            is_same_place = (points[0, :3] == above[-1, :3]).all()
            if extension == "asc":
                kind = above_kind
                if not is_same_place:
                    points = np.vstack([[*above[-1, :3], points[0, 3]], points])
            elif extension == "swc":
                rest = points
                if points[0, 3] == above[-1, 3]:
                    assert is_same_place, "a point would be lost"
                    rest = points[1:]
                is_repeated = len(rest) and (rest[0, :3] == above[-1, :3]).all()
                points = rest if is_repeated else np.vstack([above[-1], rest])
        found.append((kind, parent, points))
    return found


@given(neurons(), st.sampled_from(EXTENSIONS))
def test_what_a_format_can_hold_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, neuron: MorphologyArrays, extension: str
) -> None:
    problem = release_problem(neuron, extension)
    path = tmp_path_factory.getbasetemp() / f"neuron.{extension}"
    result = released(neuron, extension)
    if problem is not None:
        assert "single point" in problem or "of type" in problem
        return
    morphology.write(result, path)
    read = morphology.read(path)
    soma = result.points[: result.soma_size]
    np.testing.assert_allclose(read.points[: read.soma_size], soma, atol=1e-6)
    expected = expected_sections(result, extension)
    actual = sections_of(read)
    assert [row[:2] for row in actual] == [row[:2] for row in expected]
    for (*_, points), (*_, wanted) in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(points, wanted)


def with_perimeters(neuron: MorphologyArrays, seed: int) -> MorphologyArrays:
    """Those of sections are 1 or 2 by chance."""
    perimeters = np.random.default_rng(seed).integers(1, 3, len(neuron.points)).astype(np.float32)
    perimeters[: neuron.soma_size] = 0
    return replace(neuron, perimeters=perimeters)


@given(neurons(), st.none() | st.integers(0, 99))
def test_single_children_are_merged_as_by_morphio(
    neuron: MorphologyArrays, seed: int | None
) -> None:
    if seed is not None and len(neuron.structure) > 1:
        neuron = with_perimeters(neuron, seed)
    theirs = morphology.to_morphio(neuron)
    theirs.remove_unifurcations()
    expected, result = morphology.from_morphio(theirs), released(neuron, "h5")
    np.testing.assert_array_equal(result.points, expected.points)
    np.testing.assert_array_equal(result.structure, expected.structure)
    assert (result.perimeters is None) == (expected.perimeters is None)
    if result.perimeters is not None:
        np.testing.assert_array_equal(result.perimeters, expected.perimeters)


BRANCH = [
    (2, 0, [[0, 0, 0, 1], [0, 9, 0, 1]]),
    (2, 1, [[0, 9, 0, 1], [5, 20, 0, 1]]),
    (2, 1, [[0, 9, 0, 1], [-5, 20, 0, 1]]),
]


def test_nested_single_children_become_one_section() -> None:
    chain = [
        (2, 0, [[0, 0, 0, 1], [0, 9, 0, 2]]),
        (3, 1, [[0, 9, 0, 3], [0, 10, 0, 4]]),  # begins at its parent's end, thicker
        (4, 2, [[0, 12, 0, 5], [0, 13, 0, 6]]),  # begins elsewhere
        (4, 3, [[0, 13, 0, 7]]),  # nothing but its parent's end
    ]
    result = released(arrays(CONTOUR, *chain), "h5")
    assert result.structure.tolist() == [[0, 1, -1], [4, 2, 0]]
    assert result.points[4:, 1].tolist() == [0, 9, 10, 12, 13]
    assert result.points[4:, 3].tolist() == [1, 2, 4, 5, 6]


def test_nothing_is_copied_where_nothing_changes() -> None:
    neuron = arrays(CONTOUR, *BRANCH)
    for extension in ("asc", "h5"):
        assert released(neuron, extension).points is neuron.points


def test_perimeters_and_family_are_for_h5_alone(tmp_path: Path) -> None:
    glia = replace(with_perimeters(arrays(CONTOUR, *BRANCH), 0), family=1)
    assert all(release_problem(glia, extension) is None for extension in EXTENSIONS)
    for extension in ("asc", "swc"):
        result = released(glia, extension)
        assert (result.perimeters, result.family) == (None, 0)
        morphology.write(result, tmp_path / f"glia.{extension}")
    morphology.write(released(glia, "h5"), tmp_path / "glia.h5")
    read = morphology.read(tmp_path / "glia.h5")
    np.testing.assert_array_equal(read.perimeters, glia.perimeters)
    assert read.family == 1


def test_somas_are_as_each_format_has_them(tmp_path: Path) -> None:
    types = morphio.SomaType
    single = [[1.0, 2.0, 3.0, 8.0]]
    for soma, expected in (
        (CONTOUR, {"asc": 4, "h5": 4, "swc": 21}),
        (single, {"asc": 20, "h5": 20, "swc": 1}),
        ([], {"asc": 0, "h5": 0, "swc": 0}),
        (CONTOUR[:2], {"asc": 2, "h5": 2, "swc": 2}),
    ):
        for extension, size in expected.items():
            path = tmp_path / f"a.{extension}"
            morphology.write(released(arrays(soma, *BRANCH), extension), path)
            assert len(morphio.Morphology(path).soma.points) == size
    morphology.write(released(arrays(CONTOUR, *BRANCH), "swc"), tmp_path / "a.swc")
    assert morphio.Morphology(tmp_path / "a.swc").soma_type == types.SOMA_CYLINDERS
    perimeters = with_perimeters(arrays(single, *BRANCH), 0)
    assert len(released(perimeters, "h5").perimeters) == 20 + 6


@pytest.mark.parametrize(
    ("extension", "neuron", "words"),
    [
        ("asc", arrays([]), "neither a soma nor sections"),
        ("h5", arrays([]), "neither a soma nor sections"),
        ("asc", arrays(CONTOUR, (5, 0, BRANCH[0][2])), r"of type 5, which \.asc files"),
        ("swc", arrays(CONTOUR, (20, 0, BRANCH[0][2])), r"of type 20, which \.swc files"),
        ("h5", arrays(CONTOUR, (0, 0, BRANCH[0][2])), r"of type 0, which \.h5 files"),
        ("swc", arrays(CONTOUR, (1, 0, BRANCH[0][2])), r"of type 1, which \.swc files"),
        ("asc", arrays(CONTOUR, (2, 0, [[0, 9, 0, 1]])), "section 0 has a single point"),
        ("swc", arrays([], (2, 0, [[0, 9, 0, 1]])), "section 0 has a single point"),
        ("asc", arrays(CONTOUR, *BRANCH, (2, 1, [[0, 9, 0, 5]])), "section 3 has a single point"),
        ("swc", arrays(CONTOUR, *BRANCH, (2, 1, [[0, 9, 0, 1]])), "section 3 has a single point"),
        ("h5", replace(arrays(CONTOUR, *BRANCH), family=2), "family 2"),
        ("h5", replace(arrays(CONTOUR, *BRANCH), family=1), "without perimeters"),
    ],
)
def test_what_a_format_cannot_hold_is_told(
    extension: str, neuron: MorphologyArrays, words: str
) -> None:
    problem = release_problem(neuron, extension)
    assert problem is not None
    assert re.search(words, problem)


def test_a_first_point_elsewhere_is_not_lost_in_swc(tmp_path: Path) -> None:
    far = (2, 1, [[0, 11, 0, 1], [0, 12, 0, 1]])
    morphology.write(released(arrays([], *BRANCH, far), "swc"), tmp_path / "a.swc")
    assert morphology.read(tmp_path / "a.swc").points[-3:, 1].tolist() == [9, 11, 12]


def test_types_that_asc_files_lose_are_told() -> None:
    mixed = arrays(CONTOUR, *BRANCH[:2], (3, 1, BRANCH[2][2]))
    assert "1 of its sections" in (release_loss(mixed, "asc") or "")
    assert release_problem(mixed, "asc") is None
    assert [release_loss(mixed, extension) for extension in ("h5", "swc")] == [None, None]
    assert release_loss(arrays(CONTOUR, *BRANCH), "asc") is None
    assert release_loss(arrays(CONTOUR), "asc") is None


def test_a_clone_is_released_in_less_than_a_third_of_a_millisecond() -> None:
    rng = np.random.default_rng(0)
    sections: list[Section] = [(3, 0, rng.random((40, 4)).tolist())]
    for number in range(1, 127):
        parent = (number + 1) // 2
        rows = [sections[parent - 1][2][-1], *rng.random((39, 4)).tolist()]
        sections.append((3, parent, rows))
    neuron = arrays(CONTOUR, *sections)
    for extension in EXTENSIONS:
        released(neuron, extension)
        times_s = []
        for _ in range(20):
            start_s = time.perf_counter()
            released(neuron, extension)
            times_s.append(time.perf_counter() - start_s)
        assert min(times_s) < 0.3e-3


@pytest.mark.shared
def test_the_example_is_released_whole(shared_data: Path, tmp_path: Path) -> None:
    files = sorted((shared_data / "clone" / "example" / "repair_release").glob("*.*"))
    files = [path for path in files if path.suffix != ".xml"]
    assert len(files) == 23
    for file in files:
        neuron = neuron_ordered(read_repaired(file).arrays)
        for extension in EXTENSIONS:
            assert release_problem(neuron, extension) is None
            assert release_loss(neuron, extension) is None
            result, path = released(neuron, extension), tmp_path / f"a.{extension}"
            morphology.write(result, path)
            read = morphology.read(path)
            np.testing.assert_array_equal(read.structure, result.structure)
            np.testing.assert_allclose(read.points, result.points, atol=1e-6)
            assert (read.perimeters is None) == (file.name != "astrocyte.h5" or extension != "h5")
