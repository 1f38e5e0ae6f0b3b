"""Files that crash C libraries, and names that lead elsewhere, given to the real commands."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command
from tests.hostile_files import (
    break_strings,
    write_deep_asc,
    write_deep_h5,
    write_deep_swc,
    write_h5,
)
from tests.synthesis.full_column import add_axons
from tests.synthesis.small_column import SmallColumn, make_small_column
from tests.synthesis.test_generate import write_swc

MTYPES = ("L1_DAC", "L1_DAC")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("original") / "inputs", MTYPES)


@pytest.fixture
def column(original: SmallColumn, tmp_path: Path) -> SmallColumn:
    return original.copy(tmp_path / "inputs")


def check_refused(done: Result, *words: str) -> None:
    assert done.exit_code == ExitCode.INVALID_INPUT, (done.output, done.exception)
    assert isinstance(done.exception, SystemExit)
    told = [line for line in done.output.splitlines() if line.startswith("Error: ")]
    assert len(told) == 1, done.output
    assert [word for word in words if word not in told[0]] == [], told[0]


# -- files that crash ----------------------------------------------------------------------------


def test_a_cells_file_that_keeps_hdf5_busy(
    column: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("region_grower_hpc.engine.trial.CPU_S", 1.0)
    break_strings(column.cells)
    for more in ((), ("--nb-processes", "2")):
        done = column.run(tmp_path / "out", *more)
        check_refused(done, str(column.cells), "without coming to an end", "replace it")
    arguments = [word for word in column.arguments(tmp_path / "out") if word != "--nb-processes"]
    arguments.remove("1")
    check_refused(CliRunner().invoke(main, arguments), str(column.cells), "without coming")
    assert not (tmp_path / "out").exists()


def test_a_donor_that_crashes_morphio(column: SmallColumn, tmp_path: Path) -> None:
    options = add_axons(column, ["0 one 1", "1 two 1"])
    write_deep_h5(column.folder / "donors" / "two.h5")
    # In processes of its own: where the guard fails, it is a crash.
    arguments = column.arguments(tmp_path / "out", *options, "--hide-progress-bar")
    done = run_command(["-m", "region_grower_hpc", *arguments])
    assert done.returncode == ExitCode.INVALID_INPUT, done.stdout + done.stderr
    assert f"Error: '{column.folder / 'donors' / 'two.h5'}' cannot be read" in done.stderr
    assert "died of SIGSEGV" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("first", [1 << 27, 11, -3])
def test_a_donor_whose_sections_lie_outside_costs_its_cells(
    column: SmallColumn, tmp_path: Path, first: int
) -> None:
    options = add_axons(column, ["0 one 1", "1 two 1"])
    write_h5(column.folder / "donors" / "two.h5", [(0, 1, -1), (3, 2, 0), (first, 3, 0)])
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES, done.output
    with (tmp_path / "out" / "nodes.failures.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["gid"], row["kind"]) == ("1", "input")
    assert "two.h5" in row["message"]
    assert "does not fit its 10 points" in row["message"]


@pytest.mark.parametrize("command", ["generate-parameters", "generate-distributions"])
@pytest.mark.parametrize(("suffix", "write"), [(".asc", write_deep_asc), (".swc", write_deep_swc)])
def test_a_reconstruction_that_crashes_morphio(
    tmp_path: Path, command: str, suffix: str, write: object
) -> None:
    write(tmp_path / f"deep{suffix}")  # type: ignore[operator]
    (tmp_path / "cells.dat").write_text("name layer mtype\ndeep 1 L1_DAC\n")
    done = run_command(
        ["-m", "region_grower_hpc", command, tmp_path, tmp_path / "cells.dat", "-e", suffix]  # type: ignore[list-item]
    )
    assert done.returncode == ExitCode.INVALID_INPUT, done.stderr
    assert f"deep{suffix}' cannot be read" in done.stderr
    assert "died of SIGSEGV" in done.stderr


@pytest.mark.parametrize(("suffix", "write"), [(".asc", write_deep_asc), (".swc", write_deep_swc)])
def test_a_comparison_of_a_file_that_crashes(tmp_path: Path, suffix: str, write: object) -> None:
    path = tmp_path / f"deep{suffix}"
    write(path)  # type: ignore[operator]
    check_refused(CliRunner().invoke(main, ["compare", str(path), str(path)]), str(path), "SIGSEGV")


# -- names that lead elsewhere -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../two", "/tmp/two", "a/../../two", ".two", "two\x1b[1m"])
def test_donors_stay_in_their_folder(column: SmallColumn, tmp_path: Path, name: str) -> None:
    options = add_axons(column, ["0 one 1", f"1 {name} 1"])
    done = column.run(tmp_path / "out", *options)
    check_refused(done, "axons.tsv', gid 1: the name", "rename it")
    assert not (tmp_path / "out").exists()


def test_donors_may_lie_in_sub_folders(column: SmallColumn, tmp_path: Path) -> None:
    options = add_axons(column, ["0 one 1", "1 more/two 1"])
    (column.folder / "donors" / "more").mkdir()
    donors = column.folder / "donors"
    shutil.move(donors / "two.h5", donors / "more" / "two.h5")
    assert column.run(tmp_path / "out", *options).exit_code == ExitCode.DONE


def test_a_donor_in_another_file_is_not_read(column: SmallColumn, tmp_path: Path) -> None:
    options = add_axons(column, ["0 one 1", "1 two 1"])
    donors = column.folder / "donors"
    shutil.move(donors / "two.h5", tmp_path / "secret.h5")
    with h5py.File(donors / "two.h5", "w") as file:
        for member in ("points", "structure", "metadata"):
            file[member] = h5py.ExternalLink(str(tmp_path / "secret.h5"), f"/{member}")
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES, done.output
    assert "link into another file" in (tmp_path / "out" / "nodes.failures.csv").read_text()


def test_cells_in_another_file_are_not_read(column: SmallColumn, tmp_path: Path) -> None:
    """A property with external storage would put any file into the cells that are written."""
    (tmp_path / "secret").write_bytes(b"password" * 2)
    with h5py.File(column.cells, "r+") as file:
        group = file["nodes"][next(iter(file["nodes"]))]["0"]
        group.create_dataset("stolen", (2,), "i8", external=[(str(tmp_path / "secret"), 0, 16)])
    done = column.run(tmp_path / "out")
    check_refused(done, str(column.cells), "/0/stolen' has its values in another file", "secret")


@pytest.mark.parametrize("command", ["generate-parameters", "generate-distributions"])
@pytest.mark.parametrize("form", ["dat", "xml"])
@pytest.mark.parametrize("name", ["../basket", "/etc/passwd", ".."])
def test_reconstructions_stay_in_their_folder(
    tmp_path: Path, command: str, form: str, name: str
) -> None:
    write_swc(tmp_path / "basket.swc", with_apical=False)
    (tmp_path / "folder").mkdir()
    text = {
        "dat": f"name layer mtype\n{name} 1 L1_DAC\n",
        "xml": "<neurondb><listing>\n<morphology>"
        f"<name>{name}</name><mtype>L1_DAC</mtype><layer>1</layer></morphology></listing></neurondb>",
    }
    path = tmp_path / f"cells.{form}"
    path.write_text(text[form])
    arguments = [command, str(tmp_path / "folder"), str(path), "-e", ".swc"]
    check_refused(CliRunner().invoke(main, arguments), f"cells.{form}", "line 2: the name", name)


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE neurondb [<!ENTITY e0 "ha">{levels}]><neurondb>&e9;</neurondb>'
    (tmp_path / "cells.xml").write_text(bomb)
    arguments = ["generate-parameters", str(tmp_path), str(tmp_path / "cells.xml")]
    check_refused(CliRunner().invoke(main, arguments), "cells.xml", "defines an entity, 'e0'")


# -- what is allowed -----------------------------------------------------------------------------


def test_a_morphology_database_serves_as_list(tmp_path: Path) -> None:
    write_swc(tmp_path / "basket.swc", with_apical=False)
    write_swc(tmp_path / "pyramid.swc", with_apical=True)
    rows = [
        ("basket", "L1_DAC", "", 1),
        ("pyramid", "L2_TPC", "A", 2),
        ("pyramid", "L2_TPC", "A", 3),
    ]
    (tmp_path / "neuronDB.xml").write_text(
        '<?xml version="1.0" encoding="iso-8859-1"?><neurondb><listing>'
        + "".join(
            f"<morphology><name>{name}</name><mtype>{mtype}</mtype><msubtype>{subtype}</msubtype>"
            f"<layer>{layer}</layer></morphology>"
            for name, mtype, subtype, layer in rows
        )
        + "</listing></neurondb>"
    )
    (tmp_path / "cells.dat").write_text("name layer mtype\nbasket 1 L1_DAC\npyramid 2 L2_TPC:A\n")
    found = []
    for name in ("cells.dat", "neuronDB.xml"):
        out = tmp_path / f"{name}.json"
        arguments = ["generate-distributions", str(tmp_path), str(tmp_path / name), "-e", ".swc"]
        done = CliRunner().invoke(main, [*arguments, "-df", str(out), "--nb-processes", "1"])
        assert done.exit_code == ExitCode.DONE, done.output
        found.append(json.loads(out.read_text()))
    assert found[0] == found[1]
    assert sorted(found[0]["default"]) == ["L1_DAC", "L2_TPC:A"]
