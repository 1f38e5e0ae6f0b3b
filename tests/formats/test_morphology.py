from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import morphio
import morphio.mut
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import (
    MorphologyArrays,
    from_morphio,
    read,
    to_morphio,
    write,
)

CONTOUR = [[1, 0, 0, 0], [0, 1, 0, 0], [-1, 0, 0, 0]]
APICAL, AXON, BASAL = 4, 2, 3


def arrays(soma: Any, *sections: tuple[int, int, Any]) -> MorphologyArrays:
    """A neuron from its soma's points and (type, row of the parent, points) of each section."""
    structure, points = [morphology.SOMA_ROW], list(soma)
    for kind, parent, rows in sections:
        structure.append((len(points), kind, parent))
        points += rows
    return MorphologyArrays(
        np.array(points, dtype=np.float32).reshape(-1, 4), np.array(structure, dtype=np.int32)
    )


def segment(*z: float) -> list[list[float]]:
    return [[0, 0, value, 1] for value in z]


NEURONS = {
    "soma only": arrays(CONTOUR),
    "single section": arrays(CONTOUR, (BASAL, 0, segment(1, 2, 3))),
    "undefined soma": arrays([], (BASAL, 0, segment(1, 2))),
    "soma of two points": arrays(CONTOUR[:2], (BASAL, 0, segment(1, 2))),
    "bifurcations": arrays(
        CONTOUR,
        (AXON, 0, segment(1, 2)),
        (BASAL, 0, segment(1, 2)),
        (BASAL, 2, segment(2, 3)),
        (BASAL, 3, segment(3, 4)),
        (BASAL, 3, segment(3, 5, 6)),
        (BASAL, 2, segment(2, 7)),
        (APICAL, 0, segment(1, 8)),
    ),
}


def assert_same(actual: MorphologyArrays, expected: MorphologyArrays) -> None:
    assert actual.points.dtype == np.float32
    assert actual.structure.dtype == np.int32
    np.testing.assert_array_equal(actual.points, expected.points)
    np.testing.assert_array_equal(actual.structure, expected.structure)


def assert_same_members(ours: Path, theirs: Path) -> None:
    """The datasets are the same; the metadata differ by the version of the format alone."""
    with h5py.File(ours) as a, h5py.File(theirs) as b:
        assert set(a) == set(b) == {"points", "structure", "metadata"}
        for name in ("points", "structure"):
            assert a[name].dtype == b[name].dtype
            assert a[name].chunks is None
            np.testing.assert_array_equal(a[name], b[name])
        x, y = a["metadata"].attrs, b["metadata"].attrs
        assert set(x) == set(y) == {"version", "cell_family"}
        for name in x:
            assert (x[name].dtype, x[name].shape) == (y[name].dtype, y[name].shape)
        assert list(x["version"]) == [1, 3]
        assert list(x["cell_family"]) == list(y["cell_family"])
        assert set(a.attrs) == set(b.attrs) == {"comment"}


@pytest.mark.parametrize("name", NEURONS)
def test_round_trip_through_morphio(name: str) -> None:
    assert_same(from_morphio(to_morphio(NEURONS[name])), NEURONS[name])


@pytest.mark.parametrize("name", NEURONS)
def test_h5_has_the_members_that_morphio_writes(name: str, tmp_path: Path) -> None:
    write(NEURONS[name], tmp_path / "ours.h5")
    to_morphio(NEURONS[name]).write(tmp_path / "theirs.h5")
    assert_same_members(tmp_path / "ours.h5", tmp_path / "theirs.h5")


@pytest.mark.parametrize("name", NEURONS)
def test_h5_is_read_as_it_was_and_with_the_same_soma(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write(NEURONS[name], path)
    assert_same(read(path), NEURONS[name])
    assert to_morphio(NEURONS[name]).soma.type == morphio.Morphology(path).soma_type


@st.composite
def neurons(draw: st.DrawFn) -> MorphologyArrays:
    """Random depth-first trees, roots sorted by type."""
    coordinate = st.floats(-1e6, 1e6, width=32)
    row = st.lists(coordinate, min_size=4, max_size=4)
    rows = st.lists(row, min_size=2, max_size=4)
    sections: list[tuple[int, int, Any]] = []

    def grow(kind: int, parent: int, depth: int) -> None:
        start = sections[parent - 1][2][-1:] if parent else draw(rows)
        sections.append((kind, parent, start + draw(rows)))
        own = len(sections)
        for _ in range(draw(st.sampled_from([0, 0, 2, 3])) if depth < 3 else 0):
            grow(kind, own, depth + 1)

    for kind in sorted(draw(st.lists(st.integers(2, 4), max_size=4))):
        grow(kind, 0, 0)
    soma = draw(
        st.lists(row, min_size=0 if sections else 3, max_size=5).filter(lambda s: len(s) != 1)
    )
    return arrays(soma, *sections)


@given(neurons())
def test_round_trip_of_random_trees(neuron: MorphologyArrays) -> None:
    assert_same(from_morphio(to_morphio(neuron)), neuron)


def test_roots_come_as_neuron_orders_them_each_type_in_its_former_order() -> None:
    kinds = [APICAL, BASAL, AXON, BASAL, 5, APICAL, AXON]
    neuron = arrays(CONTOUR, *((kind, 0, segment(0, i)) for i, kind in enumerate(kinds)))
    result = from_morphio(to_morphio(neuron))
    assert result.structure[1:, 1].tolist() == [2, 2, 3, 3, 4, 4, 5]
    assert result.points[4::2, 2].tolist() == [2, 6, 1, 3, 0, 5, 4]


def test_read_keeps_the_order_of_roots(tmp_path: Path) -> None:
    neuron = arrays(CONTOUR, (APICAL, 0, segment(1, 2)), (AXON, 0, segment(1, 3)))
    write(neuron, tmp_path / "a.h5")
    assert_same(read(tmp_path / "a.h5"), neuron)


@pytest.mark.parametrize("suffix", [".swc", ".asc"])
def test_text_formats_are_read_as_they_were(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    neuron = NEURONS["bifurcations"]
    write(neuron, path)
    result = read(path)
    np.testing.assert_array_equal(result.structure, neuron.structure)
    np.testing.assert_allclose(result.points, neuron.points)


def test_a_soma_of_one_point_is_for_swc_alone(tmp_path: Path) -> None:
    neuron = arrays([[0, 0, 0, 10]], (BASAL, 0, segment(5, 6)))
    write(neuron, tmp_path / "a.swc")
    assert_same(read(tmp_path / "a.swc"), neuron)
    for suffix in (".h5", ".asc"):
        with pytest.raises(ValueError, match="single point"):
            write(neuron, tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", morphology.SUFFIXES)
def test_an_empty_neuron_is_refused(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        write(arrays([]), tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'\.obj'"):
        write(NEURONS["bifurcations"], tmp_path / "a.obj")


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    neuron = arrays(CONTOUR, (7, 0, segment(1, 2)))
    with pytest.raises(ValueError, match="section type"):
        write(neuron, tmp_path / "a.asc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", morphology.SUFFIXES)
def test_bytes_depend_on_the_arrays_alone(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    neuron = NEURONS["bifurcations"]
    as_other_types = MorphologyArrays(
        np.asfortranarray(neuron.points, dtype=np.float64),
        neuron.structure.astype(np.int64),
    )
    write(neuron, tmp_path / f"a{suffix}")
    write(as_other_types, tmp_path / f"b{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", morphology.SUFFIXES)
def test_no_neuron_of_morphio_is_made(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(morphio.mut, "Morphology", None)
    write(NEURONS["bifurcations"], tmp_path / f"a{suffix}")


def glia() -> MorphologyArrays:
    """A cell with perimeters: 0 for the soma's points, then 1, 2, 3 ..."""
    cell = NEURONS["bifurcations"]
    perimeters = np.maximum(np.arange(-2, len(cell.points) - 2, dtype=np.float32), 0)
    return replace(cell, perimeters=perimeters, family=1)


@pytest.mark.parametrize("family", [0, 1])
def test_perimeters_and_family_are_written_and_read(family: int, tmp_path: Path) -> None:
    path, cell = tmp_path / "a.h5", replace(glia(), family=family)
    write(cell, path)
    theirs = morphio.Morphology(path)
    assert int(theirs.cell_family) == family
    np.testing.assert_array_equal(theirs.perimeters, cell.perimeters[3:])
    for read_back in (read(path), from_morphio(morphio.mut.Morphology(path))):
        assert_same(read_back, cell)
        assert read_back.perimeters.dtype == np.float32
        np.testing.assert_array_equal(read_back.perimeters, cell.perimeters)
        assert read_back.family == family
    np.testing.assert_array_equal(from_morphio(to_morphio(cell)).perimeters, cell.perimeters)


def test_h5_has_the_perimeters_that_morphio_writes(tmp_path: Path) -> None:
    write(glia(), tmp_path / "ours.h5")
    morphio.mut.Morphology(tmp_path / "ours.h5").write(tmp_path / "theirs.h5")
    with h5py.File(tmp_path / "ours.h5") as a, h5py.File(tmp_path / "theirs.h5") as b:
        assert set(a) == set(b) == {"points", "structure", "perimeters", "metadata"}
        assert a["perimeters"].dtype == b["perimeters"].dtype
        assert a["perimeters"].chunks is None
        np.testing.assert_array_equal(a["perimeters"], b["perimeters"])
        for name in ("cell_family", "version"):
            assert a["metadata"].attrs[name].dtype == b["metadata"].attrs[name].dtype
        assert a["metadata"].attrs["cell_family"].tolist() == [1]
        assert h5py.h5g.get_objinfo(a.id, b"perimeters").mtime == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"perimeters": None}, "glial cell without perimeters"),
        ({"perimeters": np.ones(3, np.float32)}, "3 perimeters of 18 points"),
        ({"family": 2}, "family 2"),
    ],
)
def test_what_morphio_could_not_read_is_refused(
    changed: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=words):
        write(replace(glia(), **changed), tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".swc", ".asc"])
def test_perimeters_are_for_h5_alone(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"perimeters can only be written as \.h5"):
        write(glia(), tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_h5_holds_no_time(tmp_path: Path) -> None:
    write(NEURONS["bifurcations"], tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        for name in ("/", "points", "structure", "metadata"):
            assert h5py.h5g.get_objinfo(file.id, name.encode()).mtime == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.h5", b"no HDF5"),
        ("a.swc", b"no numbers"),
        ("a.asc", b"((("),
        ("a.txt", b"of another format"),
    ],
)
def test_a_damaged_file_is_named(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=f"'.*{name}' cannot be read") as caught:
        read(tmp_path / name)
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.h5' does not exist"):
        read(tmp_path / "none.h5")


@pytest.mark.shared
def test_donors_are_written_as_by_morphio(shared_data: Path, tmp_path: Path) -> None:
    donors = sorted((shared_data / "synthesis" / "donors").glob("*.h5"))
    assert len(donors) == 3
    for donor in donors:
        neuron = morphio.mut.Morphology(donor)
        write(from_morphio(neuron), tmp_path / "ours.h5")
        ordered = morphio.mut.Morphology(neuron, morphio.Option.nrn_order)
        ordered.write(tmp_path / "theirs.h5")
        assert_same_members(tmp_path / "ours.h5", tmp_path / "theirs.h5")


@pytest.mark.shared
@pytest.mark.parametrize("case", ["uniform", "external", "o1wf", "axon", "boundary"])
def test_expected_cells_round_trip_and_are_written_as_by_morphio(
    case: str, shared_data: Path, tmp_path: Path
) -> None:
    expected = np.load(shared_data / "synthesis" / case / "expected.npz")
    files = json.loads(str(expected["files"]))
    starts = zip(expected["points_offset"], expected["structure_offset"], strict=True)
    bounds = [*starts, (len(expected["points"]), len(expected["structure"]))]
    cells = [
        MorphologyArrays(expected["points"][p:q], expected["structure"][s:t])
        for (p, s), (q, t) in pairwise(bounds)
        if q > p
    ]
    assert len(cells) == len(files)
    for cell in cells:
        assert_same(from_morphio(to_morphio(cell)), cell)
        write(cell, tmp_path / "ours.h5")
        to_morphio(cell).write(tmp_path / "theirs.h5")
        assert_same_members(tmp_path / "ours.h5", tmp_path / "theirs.h5")
        assert_same(read(tmp_path / "ours.h5"), cell)
