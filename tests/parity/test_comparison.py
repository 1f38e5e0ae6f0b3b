"""The comparison sees what it is there to see; without any peer."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import voxcell

from tests.parity.comparison import compare

ARGUMENTS = {
    "--out-cells": "circuit.h5",
    "--out-apical": "apical.yaml",
    "--out-morph-dir": "morphs",
}


@pytest.fixture
def outputs(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal folders of outputs."""
    peer = tmp_path / "peer"
    (peer / "morphs").mkdir(parents=True)
    cells = voxcell.CellCollection("column")
    cells.positions = np.ones((2, 3))
    cells.properties = pd.DataFrame({"mtype": ["a", "b"]})
    cells.save(str(peer / "circuit.h5"))
    (peer / "apical.yaml").write_text("one: [1.0, 2.0, 3.0]\n")
    (peer / "morphs" / "one.swc").write_text("# made today\n1 1 0 0 0 1 -1\n")
    with h5py.File(peer / "morphs" / "one.h5", "w") as file:
        file["points"] = np.ones((5, 4), dtype=np.float32)
        file["structure"] = np.array([[0, 1, -1], [3, 2, 0]], dtype=np.int32)
    return peer, Path(shutil.copytree(peer, tmp_path / "ours"))


def test_equal_outputs(outputs: tuple[Path, Path]) -> None:
    swc = outputs[1] / "morphs" / "one.swc"
    swc.write_text(swc.read_text().replace("today", "yesterday"))
    found = compare(*outputs, ARGUMENTS)
    assert found.differences == []
    counted = (found.n_cells, found.n_points, found.n_numbers, found.n_differing, found.n_lines)
    assert counted == (2, 5, 20, 0, 1)


def test_a_last_bit(outputs: tuple[Path, Path]) -> None:
    with h5py.File(outputs[1] / "morphs" / "one.h5", "r+") as file:
        file["points"][2, 1] = np.nextafter(np.float32(1), np.float32(2))
    found = compare(*outputs, ARGUMENTS)
    assert found.n_differing == 1
    assert len(found.differences) == 1


def test_another_structure(outputs: tuple[Path, Path]) -> None:
    with h5py.File(outputs[1] / "morphs" / "one.h5", "r+") as file:
        file["structure"][1, 1] = 3
    found = compare(*outputs, ARGUMENTS)
    assert found.n_differing == 20
    assert found.differences == ["structure of one.h5"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("apical.yaml", "one: [1.0, 2.0, 3.5]\n"),
        ("morphs/one.swc", "1 1 0 0 0 2 -1\n"),
        ("morphs/two.swc", ""),
    ],
)
def test_other_text(outputs: tuple[Path, Path], name: str, text: str) -> None:
    (outputs[1] / name).write_text(text)
    assert len(compare(*outputs, ARGUMENTS).differences) == 1


def test_missing_files(outputs: tuple[Path, Path]) -> None:
    (outputs[1] / "apical.yaml").unlink()
    (outputs[1] / "morphs" / "one.h5").unlink()
    assert len(compare(*outputs, ARGUMENTS).differences) == 2


def test_other_properties(outputs: tuple[Path, Path]) -> None:
    with h5py.File(outputs[1] / "circuit.h5", "r+") as file:
        file["nodes/column/0/x"][1] = 1.5
        file["nodes/column/0/extra"] = np.zeros(2)
    differences = compare(*outputs, ARGUMENTS).differences
    assert any("positions" in difference for difference in differences)
    assert any("extra" in difference for difference in differences)
