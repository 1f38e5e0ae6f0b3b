"""Grafted axons and what else describes a cell, by the command."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path

import morphio
import numpy as np
import pytest
import voxcell
import yaml

from region_grower_hpc.errors import ExitCode
from tests.synthesis.full_column import add_axons, add_constraints, all_outputs
from tests.synthesis.small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L1_DAC", "L2_TPC:A")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("original") / "inputs", MTYPES)


@pytest.fixture
def column(original: SmallColumn, tmp_path: Path) -> SmallColumn:
    return original.copy(tmp_path / "inputs")


def failures(out: Path) -> list[dict[str, str]]:
    with (out / "nodes.failures.csv").open() as file:
        return list(csv.DictReader(file))


def names(out: Path) -> list[str]:
    return list(voxcell.CellCollection.load_sonata(out / "nodes.h5").properties["morphology"])


def axons(path: Path) -> int:
    roots = morphio.Morphology(path).root_sections
    return sum(root.type == morphio.SectionType.axon for root in roots)


def test_cells_get_axons_and_the_one_without_donor_is_left_out(
    column: SmallColumn, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = column.run(out, *add_axons(column), "--max-drop-ratio", "0.5")
    assert done.exit_code == ExitCode.DONE, done.output
    assert len(names(out)) == 2
    assert failures(out) == []
    assert [axons(out / "morphologies" / f"{name}.h5") for name in names(out)] == [1, 1]


def test_dendrites_do_not_depend_on_the_axon(column: SmallColumn, tmp_path: Path) -> None:
    rows = [f"{gid} one" for gid in (2, 0, 1)]
    options = add_axons(column, [f"{row} N/A" for row in rows])
    assert column.run(tmp_path / "with", *options).exit_code == ExitCode.DONE
    assert column.run(tmp_path / "without").exit_code == ExitCode.DONE
    for name in names(tmp_path / "without"):
        with_axon, without = (
            morphio.Morphology(tmp_path / folder / "morphologies" / f"{name}.h5")
            for folder in ("with", "without")
        )
        dendrites = [root for root in with_axon.root_sections if root.type.name != "axon"]
        assert len(dendrites) == len(without.root_sections)
        for one, other in zip(dendrites, without.root_sections, strict=True):
            np.testing.assert_array_equal(one.points, other.points)


def test_grown_axons_have_precedence(column: SmallColumn, tmp_path: Path) -> None:
    options = [*add_axons(column), "--synthesize-axons"]
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.DONE, done.output
    assert len(names(tmp_path / "out")) == 3


def test_a_missing_donor_costs_its_cells(column: SmallColumn, tmp_path: Path) -> None:
    options = add_axons(column, ["0 one 1", "1 absent 1", "2 two 1"])
    out = tmp_path / "out"
    assert column.run(out, *options).exit_code == ExitCode.TOO_MANY_FAILURES
    (row,) = failures(out)
    assert (row["gid"], row["kind"]) == ("1", "input")
    assert "absent.h5" in row["message"]
    assert len(names(out)) == 2


def test_another_donor_is_another_plan(column: SmallColumn, tmp_path: Path) -> None:
    options = [*add_axons(column), "--max-drop-ratio", "1"]
    assert column.run(tmp_path / "out", *options).exit_code == ExitCode.DONE
    donors = column.folder / "donors"
    (donors / "one.h5").write_bytes((donors / "two.h5").read_bytes())
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.DONE, "the donors are the same neuron"
    changed = morphio.mut.Morphology(donors / "one.h5")
    changed.root_sections[1].points = changed.root_sections[1].points * 2
    changed.write(donors / "one.h5")
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.FOREIGN_PLAN
    assert "the content of --base-morph-dir one" in done.output


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        (["0 one 1", "1 one 1"], [], "axons.tsv"),
        (["0 one 1", "1 N/A 1", "2 one 1"], [], "--max-drop-ratio"),
        (["0 one 1", "1 one x", "2 one 1"], [], "axons.tsv"),
        (None, ["--base-morph-dir", "nowhere"], "nowhere"),
        (None, ["--scaling-jitter-std", "-1"], "--scaling-jitter-std"),
        (None, ["--max-drop-ratio", "nan"], "--max-drop-ratio"),
    ],
)
def test_bad_input(
    column: SmallColumn, tmp_path: Path, rows: list[str] | None, more: list[str], words: str
) -> None:
    options = [*add_axons(column, rows), *more]
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert words in done.output
    assert not (tmp_path / "out").exists()


def test_donors_need_a_folder(column: SmallColumn, tmp_path: Path) -> None:
    done = column.run(tmp_path / "out", *add_axons(column)[:2])
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "--base-morph-dir" in done.output


def test_nrn_sections_need_a_file_that_neuron_reads(column: SmallColumn, tmp_path: Path) -> None:
    done = column.run(tmp_path / "out", "--out-apical-nrn-sections", str(tmp_path / "nrn.yaml"))
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "asc or swc" in done.output


def test_all_outputs(column: SmallColumn, tmp_path: Path) -> None:
    add_constraints(column)
    out = tmp_path / "out"
    options = [*add_axons(column), "--max-drop-ratio", "0.5", *all_outputs(out)]
    done = column.run(out, *options)
    assert done.exit_code == ExitCode.DONE, done.output
    apical = yaml.safe_load((out / "apical.yaml").read_text())
    sections = yaml.safe_load((out / "nrn.yaml").read_text())
    assert sorted(sections) == sorted(apical) == sorted(names(out))
    assert {name: len(ids) for name, ids in sections.items()} == {
        name: 0 if point is None else 1 for name, point in apical.items()
    }
    table = pickle.loads((out / "debug.pkl").read_bytes())
    assert table.index.tolist() == [0, 2]
    assert table["name"].tolist() == names(out)
    assert table["axon_name"].tolist() == ["one", "one"]
    assert table["seed"].tolist() == [0, 2]
    for gid, name in table["name"].items():
        points = table.loc[gid, "apical_points"]
        assert (points[0].tolist() if points else None) == apical[name]
        assert table.loc[gid, "apical_NRN_sections"] == sections[name]
        assert table.loc[gid, "debug_infos"]["input_scaling"]


def test_constraints_change_what_grows(column: SmallColumn, tmp_path: Path) -> None:
    assert column.run(tmp_path / "free").exit_code == ExitCode.DONE
    add_constraints(column)
    done = column.run(tmp_path / "constrained")
    assert done.exit_code == ExitCode.DONE, done.output
    for name in names(tmp_path / "free"):
        one, other = (
            (tmp_path / folder / "morphologies" / f"{name}.h5").read_bytes()
            for folder in ("free", "constrained")
        )
        assert one != other


def test_another_mesh_is_another_plan(column: SmallColumn, tmp_path: Path) -> None:
    add_constraints(column)
    assert column.run(tmp_path / "out").exit_code == ExitCode.DONE
    mesh = column.folder / "box.obj"
    mesh.write_text(mesh.read_text() + "\n# changed\n")
    done = column.run(tmp_path / "out")
    assert done.exit_code == ExitCode.FOREIGN_PLAN
    assert "box.obj" in done.output
