"""The texts of .swc and .asc files have the bytes of MorphIO."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import morphio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import MorphologyArrays, from_morphio, to_morphio
from region_grower_hpc.native import morphology_text
from tests.formats.test_morphology import (
    APICAL,
    AXON,
    BASAL,
    CONTOUR,
    NEURONS,
    arrays,
    neurons,
    segment,
)

FORMATS = ("swc", "asc")
SHARED_CASES = ["uniform", "external", "o1wf", "axon", "boundary"]
oldest = tuple(int(part) for part in morphio.version.split(".")[:2]) < (3, 5)
same_as_morphio = pytest.mark.skipif(oldest, reason="the bytes are those of MorphIO 3.5")


@pytest.fixture(scope="module", autouse=True)
def silent_morphio() -> Iterator[None]:
    """MorphIO warns of every soma that is no contour or cylinder."""
    morphio.set_maximum_warnings(0)
    yield
    morphio.set_maximum_warnings(100)


def text(neuron: MorphologyArrays, extension: str) -> bytes:
    writer = morphology_text.swc if extension == "swc" else morphology_text.asc
    return writer(neuron.points, neuron.structure)


def text_of_morphio(neuron: MorphologyArrays, extension: str, folder: Path) -> bytes | None:
    """What MorphIO writes, under the version that ours names; None where it refuses."""
    path = folder / f"theirs.{extension}"
    path.unlink(missing_ok=True)
    try:
        to_morphio(neuron).write(path)
    except morphio.MorphioError:
        return None
    named = f"MorphIO v{morphio.version}".encode()
    return path.read_bytes().replace(named, f"MorphIO v{morphology_text.MORPHIO_VERSION}".encode())


def assert_same_text(neuron: MorphologyArrays, folder: Path) -> None:
    for extension in FORMATS:
        expected = text_of_morphio(neuron, extension, folder)
        if expected is None:
            with pytest.raises(ValueError, match=r"cannot|is a soma"):
                text(neuron, extension)
        else:
            assert text(neuron, extension).decode().splitlines() == expected.decode().splitlines()
            assert text(neuron, extension) == expected


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text")


ODD_NEURONS = {
    **NEURONS,
    "single point as soma": arrays([[0, 0, 0, 10]], (BASAL, 0, segment(5, 6))),
    "soma of four points": arrays([*CONTOUR, [0, -1, 0, 2]], (AXON, 0, segment(1, 2))),
    "axon alone": arrays([], (AXON, 0, segment(0, -1e-12, -0.0))),
    "custom type": arrays(CONTOUR, (7, 0, segment(1, 2))),
    "custom type of a child": arrays(
        CONTOUR, (BASAL, 0, segment(1, 2)), (7, 1, segment(2, 3)), (BASAL, 1, segment(2, 4))
    ),
    "undefined type": arrays(CONTOUR, (0, 0, segment(1, 2))),
    "soma as a root's type": arrays(CONTOUR, (1, 0, segment(1, 2))),
    "soma within a neurite": arrays(
        CONTOUR, (BASAL, 0, segment(1, 2)), (1, 1, segment(2, 3)), (BASAL, 1, segment(2, 4))
    ),
    "single child": arrays(CONTOUR, (BASAL, 0, segment(1, 2)), (BASAL, 1, segment(2, 3))),
    "root of one point": arrays(CONTOUR, (BASAL, 0, segment(1))),
    "child of one point": arrays(
        CONTOUR, (APICAL, 0, segment(1, 2)), (APICAL, 1, segment(2)), (APICAL, 1, segment(2, 3))
    ),
    "nothing": arrays([]),
    "not depth first": arrays(
        CONTOUR,
        (BASAL, 0, segment(1, 2)),
        (AXON, 0, segment(3, 4)),
        (BASAL, 1, segment(2, 5)),
        (AXON, 2, segment(4, 6)),
        (BASAL, 1, segment(2, 7)),
        (AXON, 2, segment(4, 8)),
    ),
}


@same_as_morphio
@pytest.mark.parametrize("name", ODD_NEURONS)
def test_text_is_that_of_morphio(name: str, folder: Path) -> None:
    assert_same_text(ODD_NEURONS[name], folder)


@same_as_morphio
@given(neurons())
@settings(deadline=None)
def test_text_of_random_trees_is_that_of_morphio(folder: Path, neuron: MorphologyArrays) -> None:
    assert_same_text(neuron, folder)


@same_as_morphio
@pytest.mark.parametrize("difference_um", [0, 1e-7, 9e-7, 1e-6, 1.1e-6, -9e-7, -2e-6, 1, np.nan])
def test_a_first_point_is_left_out_where_morphio_does(difference_um: float, folder: Path) -> None:
    rows = [[0, 0, 2, 0.5 + difference_um], [0, 0, 3, 0.5]]
    parent = [[0, 0, 1, 0.5], [0, 0, 2, 0.5]]
    neuron = arrays(CONTOUR, (BASAL, 0, parent), (BASAL, 1, rows), (BASAL, 1, rows))
    assert_same_text(neuron, folder)


@same_as_morphio
@given(st.lists(st.floats(width=32), min_size=8, max_size=8))
@settings(deadline=None)
def test_every_number_is_written_as_by_morphio(folder: Path, values: list[float]) -> None:
    assert_same_text(arrays(CONTOUR, (BASAL, 0, np.reshape(values, (2, 4)).tolist())), folder)


def test_numbers_are_those_of_printf() -> None:
    generator = np.random.default_rng(1)
    patterns = generator.integers(0, 1 << 32, size=40_000, dtype=np.uint32).view(np.float32)
    ties = generator.integers(-1 << 23, 1 << 23, 8000) / 2.0 ** generator.integers(0, 40, 8000)
    edges = [0, -0.0, 5e-10, 2.0**-30, 1.5 * 2.0**-30, 1e-45, 2.0**23 - 0.5, 2.0**33, 1e18, 3.4e38]
    values = np.concatenate([patterns[np.isfinite(patterns)], ties, edges]).astype(np.float32)
    values = values[: len(values) // 4 * 4]
    neuron = arrays([], (AXON, 0, values.reshape(-1, 4).tolist()))
    lines = text(neuron, "asc").decode().split("(Axon)\n")[1].splitlines()
    written = " ".join(line.strip().strip("()") for line in lines).split(" ")
    assert written[: len(values)] == [f"{float(value):.9f}" for value in values]


def test_the_first_line_of_swc_and_the_last_of_asc_name_the_writer() -> None:
    named = f"Created by MorphIO v{morphology_text.MORPHIO_VERSION}"
    assert text(NEURONS["bifurcations"], "swc").decode().splitlines()[0] == f"# {named}"
    assert text(NEURONS["bifurcations"], "asc").decode().splitlines()[-1] == f"; {named}"


def with_row(row: int, *values: int) -> MorphologyArrays:
    neuron = NEURONS["bifurcations"]
    structure = neuron.structure.copy()
    structure[row] = values
    return MorphologyArrays(neuron.points, structure)


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    ("neuron", "message"),
    [
        (with_row(2, 5, BASAL, 2), "row 2 .* comes before its parent"),
        (with_row(2, 5, BASAL, 99), "row 2 .* comes before its parent"),
        (with_row(2, 2, BASAL, 0), "row 2 .* begins before the one above"),
        (with_row(2, 3, BASAL, 0), "row 1 .* has no points"),
        (with_row(7, 1000, BASAL, 0), "row 7 .* begins outside of the points"),
        (with_row(7, -1, BASAL, 0), "row 7 .* begins outside of the points"),
        (arrays(CONTOUR, (BASAL, 0, segment(1, 2)), (BASAL, 0, [])), "row 2 .* has no points"),
        (arrays([]), "empty morphology"),
        (MorphologyArrays(np.zeros((0, 4), "f4"), np.zeros((0, 3), "i4")), "lacks the soma's row"),
        (MorphologyArrays(np.zeros((3, 3), "f4"), np.zeros((1, 3), "i4")), "shape"),
        (MorphologyArrays(np.zeros((3, 4), "f4"), np.zeros(3, "i4")), "shape"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    neuron: MorphologyArrays, message: str, extension: str
) -> None:
    with pytest.raises(ValueError, match=message):
        text(neuron, extension)


def test_what_a_format_cannot_hold_is_told() -> None:
    with pytest.raises(ValueError, match="section 0 has a single child"):
        text(ODD_NEURONS["single child"], "swc")
    with pytest.raises(ValueError, match="section type 7"):
        text(ODD_NEURONS["custom type"], "asc")
    with pytest.raises(ValueError, match="root section 0 has a single point"):
        text(ODD_NEURONS["root of one point"], "asc")


@pytest.mark.parametrize("extension", FORMATS)
def test_a_deep_tree_needs_no_deep_stack(extension: str) -> None:
    depth = 2000
    sections: list[tuple[int, int, Any]] = [(AXON, 0, segment(0, 1))]
    for level in range(1, depth):
        above = 2 * level - 1 if level > 1 else 1
        sections += [(AXON, above - (level > 1), segment(level, level + 1))] * 2
    neuron = arrays([], *sections)
    written = text(neuron, extension)
    assert written.count(b"\n") > len(sections)


@same_as_morphio
@pytest.mark.shared
@pytest.mark.parametrize("case", SHARED_CASES)
def test_grown_cells_are_written_as_by_morphio(case: str, shared_data: Path, folder: Path) -> None:
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
        assert_same_text(cell, folder)


@same_as_morphio
@pytest.mark.shared
def test_reconstructions_are_written_as_by_morphio(shared_data: Path, folder: Path) -> None:
    donors = sorted((shared_data / "synthesis" / "donors").glob("*.h5"))
    assert donors
    for donor in donors:
        assert_same_text(morphology.read(donor), folder)
        assert_same_text(from_morphio(morphio.mut.Morphology(donor)), folder)
