"""The example of cloning: it makes its inputs, clones and places them, and draws a picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import morphio
import numpy as np
import pandas as pd
import pytest
from voxcell import CellCollection

from region_grower_hpc.engine.launcher import has_mpi

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "clone"
N_CELLS, N_CIRCUIT, N_PARENTS = 20, 30, 2
PIA_UM = 2082.0


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the example; the synthesis that it needs is beside them."""
    pytest.importorskip("matplotlib")
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    folder = tmp_path_factory.mktemp("clone-example")
    run(folder)
    return folder / "out"


def run(folder: Path) -> str:
    sizes = {"CELLS": N_CELLS, "CIRCUIT": N_CIRCUIT, "PARENTS": N_PARENTS, "RANKS": 2}
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={
            **os.environ,
            **{name: str(size) for name, size in sizes.items()},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "SYNTHESIS": str(folder / "synthesis"),
            "OUT": str(folder / "out"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(out: Path) -> Any:
    return CellCollection.load_sonata(out / "nodes.h5").as_dataframe()


def database(out: Path) -> list[tuple[str, str, str]]:
    lines = (out / "clones" / "clone" / "neuronDB.dat").read_text().splitlines()
    return [(name, layer, mtype) for name, layer, mtype in map(str.split, lines)]


@pytest.mark.mpi
def test_cells_that_fit_have_clones_of_their_type(out: Path) -> None:
    cells = table(out)
    wanted = CellCollection.load_sonata(out / "circuit" / "cells.h5").as_dataframe()
    failures = pd.read_csv(out / "clones" / "failures.csv")
    assert set(failures["kind"]) <= {"cell"}
    assert len(cells) + len(failures) == len(wanted) == N_CIRCUIT
    rows = set(database(out))
    for cell in cells.itertuples():
        assert (cell.morphology, str(cell.layer), cell.mtype) in rows
    assert any("_-_Clone_" in name for name in cells["morphology"])


@pytest.mark.mpi
def test_there_are_at_least_two_clones_for_each_cell_of_the_recipe(out: Path) -> None:
    wanted = CellCollection.load_sonata(out / "circuit" / "cells.h5").as_dataframe()
    made = Counter((layer, mtype) for name, layer, mtype in database(out) if "_-_Clone_" in name)
    cells = Counter((str(cell.layer), cell.mtype) for cell in wanted.itertuples())
    assert set(made) == set(cells)
    assert all(made[key] >= 2 * count for key, count in cells.items())


@pytest.mark.mpi
def test_the_rules_of_the_example_are_followed(out: Path) -> None:
    names = {name for name, _, _ in database(out)}
    stretched = "_-_Scale_x1.000_y1.050_z1.000"
    assert f"L4_UPC_0{stretched}" in names
    assert f"L5_TPC-A_0{stretched}" not in names
    rows = set(database(out))
    assert {("L2_TPC-A_0", "2", "L2_TPC:A"), ("L2_TPC-A_0", "3", "L3_TPC:A")} <= rows


@pytest.mark.mpi
def test_no_placed_dendrite_reaches_30_um_above_the_pia(out: Path) -> None:
    collection = morphio.Collection(out / "clones" / "clone" / "morphologies.h5")
    for cell in table(out).itertuples():
        assert cell.y + collection.load(cell.morphology).points[:, 1].max() < PIA_UM + 30


@pytest.mark.mpi
def test_annotations_hold_the_reach_of_each_clone(out: Path) -> None:
    folder = out / "clones" / "clone"
    collection = morphio.Collection(folder / "morphologies.h5")
    joined = json.loads((folder / "annotations" / "clone_annotations.json").read_text())
    assert set(joined) == {name for name, _, _ in database(out)}
    name = "L2_TPC-A_0_-_Clone_0"
    y_um = collection.load(name).points[:, 1]
    assert float(joined[name]["L1_hard_limit"]["y_min"]) == pytest.approx(y_um.min(), abs=1e-3)
    assert float(joined[name]["L1_hard_limit"]["y_max"]) == pytest.approx(y_um.max(), abs=1e-3)
    assert "dendrite, Layer_1" in joined[name]


@pytest.mark.mpi
def test_the_release_holds_the_clones(out: Path) -> None:
    names = {name for name, _, _ in database(out)}
    folder = out / "clones" / "release" / "swc"
    assert {path.stem for path in folder.glob("*.swc")} == names
    name = "L5_TPC-A_0_-_Clone_0"
    collection = morphio.Collection(out / "clones" / "clone" / "morphologies.h5")
    ours, released = collection.load(name), morphio.Morphology(folder / f"{name}.swc")
    assert released.points == pytest.approx(ours.points, abs=1e-3)


@pytest.mark.mpi
def test_annotations_of_the_parents_are_what_they_did_in_their_own_column(out: Path) -> None:
    inputs = out / "inputs"
    rows = pd.read_csv(inputs / "dataset.csv")
    assert len(rows) == 5 * N_PARENTS
    assert not rows["has_axon"].any()
    for row in rows.itertuples():
        parent = morphio.Morphology(inputs / row.repair_release_morph_path_h5)
        y_um = row.soma_y_um + parent.points[:, 1]
        root = ElementTree.parse(inputs / "annotations" / f"{row.morph_name}.xml").getroot()
        marks = {mark.attrib["rule"]: mark.attrib for mark in root}
        whole = marks.pop("L1_hard_limit")
        assert row.soma_y_um + float(whole["y_max"]) == pytest.approx(np.max(y_um), abs=1e-2)
        for rule, mark in marks.items():
            lower_um, upper_um = (1415.0, 1768.0) if rule.endswith("3") else (1917.0, PIA_UM)
            assert lower_um <= row.soma_y_um + float(mark["y_min"]) + 1e-2
            assert row.soma_y_um + float(mark["y_max"]) <= upper_um + 1e-2


@pytest.mark.mpi
def test_called_again_it_finds_all_complete_and_draws_the_same_picture(out: Path) -> None:
    picture = (out / "clones.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert b"tEXt" not in picture[:2000]
    inputs = {path: path.read_bytes() for path in (out / "inputs").rglob("*") if path.is_file()}
    told = run(out.parent)
    assert str(out / "clones.png") in told
    assert (out / "clones.png").read_bytes() == picture
    assert not [path for path, data in inputs.items() if path.read_bytes() != data]


def test_without_matplotlib_the_example_says_what_to_install(tmp_path: Path) -> None:
    fake = tmp_path / "matplotlib.py"
    fake.write_text("raise ImportError('none')\n")
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "pip install" in done.stderr
