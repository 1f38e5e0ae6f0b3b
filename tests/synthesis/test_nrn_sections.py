"""Numbers of apical sections, against those that NEURON 9.0.2 gave for the same files."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from region_grower_hpc.formats.morphology import MorphologyArrays, write
from region_grower_hpc.synthesis.nrn_sections import apical_nrn_sections

AXON, BASAL, APICAL = 2, 3, 4
SOMA = [(4, 0, 0), (0, 4, 0), (-4, 0, 0), (0, -4, 0)]
Section = tuple[int, int, list[tuple[float, float, float]]]

#: (parent, type, points). Two apical trees; a basal tree with an apical branch and an apical tree
#: with an axon; a section without length; sections that end close to one another.
BIFURCATING: list[Section] = [
    (-1, AXON, [(0, -4, 0), (0, -40, 0)]),
    (-1, BASAL, [(-4, 0, 0), (-20, -5, 0)]),
    (1, BASAL, [(-20, -5, 0), (-30, -5, 0)]),
    (1, APICAL, [(-20, -5, 0), (-20, -25, 0)]),
    (-1, APICAL, [(0, 4, 0), (0, 50, 0), (0, 100, 0)]),
    (4, APICAL, [(0, 100, 0), (0, 100, 0)]),
    (5, APICAL, [(0, 100, 0), (20, 120, 0)]),
    (5, APICAL, [(0, 100, 0), (-20, 120, 0)]),
    (4, APICAL, [(0, 100, 0), (0, 100.0005, 0)]),
    (8, APICAL, [(0, 100.0005, 0), (5, 130, 0)]),
    (8, AXON, [(0, 100.0005, 0), (5, 140, 0)]),
    (-1, APICAL, [(4, 0, 0), (60, 0, 1 / 3)]),
    (11, APICAL, [(60, 0, 1 / 3), (80, 10, 0)]),
    (11, APICAL, [(60, 0, 1 / 3), (80, -10, 0)]),
]
#: Single children, sections of one point, and sections that start apart from their parent's end.
CHAIN: list[Section] = [
    (-1, APICAL, [(0, 4, 0), (0, 20, 0)]),
    (0, APICAL, [(0, 20, 0), (0, 40, 0)]),
    (1, APICAL, [(0, 40, 0)]),
    (2, APICAL, [(1, 41, 0), (0, 60, 0)]),
    (3, APICAL, [(2, 62, 0)]),
]
#: What morph_tool.nrnhines.point_to_section_end found for the end of each section.
RECORDED: list[tuple[list[Section], str, list[int | None]]] = [
    (BIFURCATING, "asc", [None, None, None, None, 0, 0, 1, 2, 0, 4, 5, 6, 7, 8]),
    (BIFURCATING, "swc", [None, None, None, 0, 1, 1, 2, 3, 1, 5, None, 6, 7, 8]),
    (CHAIN, "asc", [0, 1, 1, 2, 3]),
]

#: Reads argv[1] as region-grower does and prints where each apical section ends, in order.
IMPORT_WITH_NEURON = """
import json, os, sys
out = os.dup(1)
os.dup2(2, 1)
from neuron import h
h.load_file("stdrun.hoc")
h.load_file("import3d.hoc")
reader = h.Import3d_SWC_read() if sys.argv[1].endswith("swc") else h.Import3d_Neurolucida3()
reader.quiet = 1
reader.input(sys.argv[1])
h.Import3d_GUI(reader, 0).instantiate(None)
ends = [[getattr(s, a)(s.n3d() - 1) for a in ("x3d", "y3d", "z3d")] for s in h.apic]
os.write(out, json.dumps(ends).encode())
"""


def neuron_of(sections: list[Section]) -> MorphologyArrays:
    points: list[tuple[float, ...]] = [(*point, 0) for point in SOMA]
    structure = [(0, 1, -1)]
    for parent, kind, rows in sections:
        structure.append((len(points), kind, parent + 1))
        points += [(*row, 1) for row in rows]
    return MorphologyArrays(np.array(points, np.float32), np.array(structure, np.int32))


def ends(sections: list[Section]) -> npt.NDArray[np.float32]:
    return np.array([points[-1] for _, _, points in sections], np.float32)


@pytest.mark.parametrize(("sections", "extension", "recorded"), RECORDED)
def test_numbers_are_those_of_neuron(
    sections: list[Section], extension: str, recorded: list[int | None]
) -> None:
    assert apical_nrn_sections(neuron_of(sections), ends(sections), extension) == recorded


@pytest.mark.skipif(importlib.util.find_spec("neuron") is None, reason="NEURON is not installed")
@pytest.mark.parametrize(("sections", "extension", "_recorded"), RECORDED)
def test_sections_end_where_neuron_lets_them_end(
    tmp_path: Path, sections: list[Section], extension: str, _recorded: list[int | None]
) -> None:
    path = tmp_path / f"cell.{extension}"
    write(neuron_of(sections), path)
    words = [sys.executable, "-c", IMPORT_WITH_NEURON, str(path)]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    for number, end in enumerate(json.loads(done.stdout)):
        point = np.array([end], np.float32)
        found = apical_nrn_sections(neuron_of(sections), point, extension)
        close = np.isclose(end, json.loads(done.stdout)[: number + 1]).all(axis=1)
        assert found == [int(close.argmax())]


@pytest.mark.parametrize("extension", ["asc", "swc"])
def test_a_point_where_no_section_ends_has_no_number(extension: str) -> None:
    points = np.array([[0, 50, 0], [1, 2, 3]], np.float32)
    assert apical_nrn_sections(neuron_of(BIFURCATING), points, extension) == [None, None]


def test_no_points_no_numbers() -> None:
    none = np.empty((0, 3), np.float32)
    assert apical_nrn_sections(neuron_of(BIFURCATING), none, "asc") == []


def test_lengths_below_the_digits_of_the_file_are_none() -> None:
    short: list[Section] = [
        (-1, APICAL, [(0, 4, 0), (0, 0, 0)]),
        (0, APICAL, [(0, 0, 0), (0, 0, 4e-10)]),
        (0, APICAL, [(0, 0, 0), (0, 0, 6e-10)]),
        (0, APICAL, [(0, 0, 0), (0, 9, 0)]),
    ]
    for extension in ("asc", "swc"):
        assert apical_nrn_sections(neuron_of(short), ends(short)[[3]], extension) == [2]


def test_what_is_not_known_is_refused() -> None:
    points = np.zeros((1, 3), np.float32)
    with pytest.raises(ValueError, match="not 'h5'"):
        apical_nrn_sections(neuron_of(BIFURCATING), points, "h5")
    with pytest.raises(ValueError, match="2 points or more"):
        apical_nrn_sections(neuron_of(CHAIN), points, "swc")
    whole = neuron_of(BIFURCATING)
    small = MorphologyArrays(whole.points[2:], whole.structure.copy())
    small.structure[1:, 0] -= 2
    with pytest.raises(ValueError, match="soma"):
        apical_nrn_sections(small, points, "asc")
