"""What the user gets wrong: usage ends with 2, bad files with 3 and their place, before any output.

Each reader is tried alone in its own test; here the command must say what they say.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.formats import morphology
from region_grower_hpc.testing import results, run_command
from tests.clone.small_dataset import SmallDataset, made_up, make_small_dataset

Change = Callable[[SmallDataset], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallDataset:
    return make_small_dataset(tmp_path_factory.mktemp("original") / "inputs")


@pytest.fixture
def data(original: SmallDataset, tmp_path: Path) -> SmallDataset:
    """Inputs to spoil."""
    return original.copy(tmp_path / "inputs")


def check_refused(
    data: SmallDataset,
    out: Path,
    words: list[str],
    *more: str | Path,
    but: tuple[str, ...] = (),
    cells: bool = False,
) -> None:
    """The run ends with 3 and one line that holds all words, and leaves nothing."""
    done = data.run(out, *more, but=but, cells=cells)
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    told = [line for line in done.output.splitlines() if not re.search(r" - [A-Z]+ - ", line)]
    assert len(told) == 1, done.output
    assert told[0].startswith("Error: ")
    assert [word for word in words if word not in told[0]] == [], told[0]
    assert not out.exists()


# -- usage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--clone-multiplier", "0"], "clone-multiplier"),
        (["--clone-multiplier", "-1"], "clone-multiplier"),
        (["--clone-multiplier", "nan"], "clone-multiplier"),
        (["--clone-multiplier", "inf"], "clone-multiplier"),
        (["--std-angle", "-1"], "std-angle"),
        (["--std-angle", "nan"], "std-angle"),
        (["--std-scale", "-0.1"], "std-scale"),
        (["--std-scale", "inf"], "std-scale"),
        (["--y-scale", "0"], "y-scale"),
        (["--y-scale", "-1"], "y-scale"),
        (["--y-scale", "nan"], "y-scale"),
        (["--y-scale", "1.0001", "--y-scale", "1.0002"], "1.000"),
        (["--y-scale", "0.90001"], "0.900"),
        (["--seed", "-1"], "seed"),
        (["--seed", "one"], "seed"),
        (["--random-stream", "other"], "random-stream"),
        (["--container", "tar"], "container"),
        (["--release-ext", "obj"], "release-ext"),
        (["--release-ext", ".swc"], "release-ext"),
        (["--max-drop-ratio", "1.5"], "max-drop-ratio"),
        (["--max-drop-ratio", "nan"], "max-drop-ratio"),
        (["--cells", "c"], "--atlas"),
        (["--cells", "c", "--atlas", "a"], "--out-cells"),
        (["--out-cells", "o"], "--cells"),
        (["--clone-multiplyer", "2"], "clone-multiplyer"),
        (["left over"], "left over"),
    ],
)
def test_usage(original: SmallDataset, tmp_path: Path, more: list[str], told: str) -> None:
    done = original.run(tmp_path / "out", *more)
    assert done.exit_code == ExitCode.USAGE, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["--dataset", "--recipe", "--out-dir"])
def test_needed_options(original: SmallDataset, tmp_path: Path, name: str) -> None:
    done = original.run(tmp_path / "out", but=(name,))
    assert done.exit_code == ExitCode.USAGE
    assert f"'{name}'" in done.output


def test_cells_need_rules(original: SmallDataset, tmp_path: Path) -> None:
    done = original.run(tmp_path / "out", but=("--placement-rules",), cells=True)
    assert done.exit_code == ExitCode.USAGE
    assert "--placement-rules" in done.output


def test_the_same_scale_twice_is_one(original: SmallDataset, tmp_path: Path) -> None:
    done = original.run(tmp_path / "out", "--y-scale", "0.9", "--no-release")
    assert done.exit_code == ExitCode.DONE, done.output


# -- paths -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option",
    [
        *("--dataset", "--recipe", "--placement-rules", "--transform-rules", "--annotations"),
        *("--cells", "--atlas"),
    ],
)
@pytest.mark.parametrize("of_other_kind", [False, True])
def test_a_path_that_is_not_there(
    data: SmallDataset, tmp_path: Path, option: str, of_other_kind: bool
) -> None:
    wrong = tmp_path / "wrong"
    if of_other_kind and option in ("--annotations", "--atlas"):
        wrong.write_text("")
    elif of_other_kind:
        wrong.mkdir()
    check_refused(data, tmp_path / "out", [str(wrong)], option, wrong, cells=True)


def test_a_missing_database(data: SmallDataset, tmp_path: Path) -> None:
    (data.folder / "neurondb.xml").unlink()
    check_refused(data, tmp_path / "out", ["dataset.csv", "line 2", "neurondb.xml"])


def test_the_output_cannot_be_written(data: SmallDataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = data.run(tmp_path / "file" / "out")
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert "Traceback" not in done.output
    assert str(tmp_path / "file") in done.output


@pytest.mark.parametrize("what", ["dataset.csv", "repaired", "annotations"])
def test_inputs_among_the_outputs(data: SmallDataset, tmp_path: Path, what: str) -> None:
    """They would be removed with the outputs of another plan."""
    folder = data.folder / "clone"
    folder.mkdir()
    more: list[str | Path] = []
    if what == "dataset.csv":
        data.edit("dataset.csv", "repaired/", "../repaired/")
        data.edit("dataset.csv", "neurondb.xml", "../neurondb.xml")
        shutil.move(data.dataset, folder)
        more = ["--dataset", folder / what]
    elif what == "repaired":
        shutil.move(data.folder / what, folder)
        data.edit("dataset.csv", "repaired/", "clone/repaired/")
    else:
        shutil.move(data.folder / what, folder)
        more = ["--annotations", folder / what]
    before = results(data.folder)
    done = data.run(data.folder, *more, "--overwrite")
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert f"lies in '{folder}'" in done.output
    assert results(data.folder) == before


# -- the data set ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        *("morph_name", "mtype", "has_axon", "has_basal", "has_apical"),
        *("repair_release_morph_path_h5", "repair_morph_db_path_h5"),
    ],
)
def test_a_missing_column(data: SmallDataset, tmp_path: Path, column: str) -> None:
    data.edit("dataset.csv", column, "another")
    check_refused(data, tmp_path / "out", ["dataset.csv", f"'{column}'", "line 1"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("True", "perhaps", ["line 2", "has_axon", "'perhaps'"]),
        ("A,repaired/A.h5,", "A,", ["line 2", "6 value(s) for 7 columns"]),
        ("repaired", 'repa"ired', ["line 2"]),
        (".h5", ".txt", ["line 3", "neurondb.xml", "does not exist"]),
        ("repaired/", "elsewhere/", ["no row that can be used", "line 2", "elsewhere/A.h5"]),
    ],
)
def test_a_bad_table(
    data: SmallDataset, tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    if new == ".txt":  # the first row that can be used tells of the database
        data.edit("dataset.csv", "B.asc,L1_DAC,True,True,True,neuron", "B.asc,L1_DAC,1,1,1,no")
        words = ["line 3", "nodb.xml", "does not exist"]
    if '"' in new:
        old, new = "A,repaired", '"A"x,repaired'
    data.edit("dataset.csv", old, new)
    check_refused(data, tmp_path / "out", ["dataset.csv", *words])


def test_no_utf8(data: SmallDataset, tmp_path: Path) -> None:
    data.dataset.write_bytes(data.dataset.read_bytes() + b"\xff\xfe")
    check_refused(data, tmp_path / "out", ["dataset.csv", "UTF-8"])


# -- XML ---------------------------------------------------------------------------------------

XML = ["neurondb.xml", "recipe.xml", "placement_rules.xml", "transform_rules.xml"]
XML.append("annotations/A.xml")


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", []),
        (b"no xml", ["line 1"]),
        (b"<a>\n<b>\n</a>", ["line 3"]),
        (b"<wrong/>", []),
        (b"\xff\xfe\x00", []),
        (b'<?xml version="1.0" encoding="klingon"?>\n<a/>', []),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', []),
        (b"<a>" * 100_000, []),
    ],
    ids=["empty", "text", "unclosed", "root", "bytes", "encoding", "entity", "deep"],
)
def test_malformed_xml(
    data: SmallDataset, tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    (data.folder / name).write_bytes(content)
    check_refused(data, tmp_path / "out", [Path(name).name, *words])


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("recipe.xml", "NeuronTypes", "Neurons", ["'NeuronTypes'"]),
        ("recipe.xml", 'totalNeurons="40"', 'totalNeurons="many"', ["line 2", "'many'"]),
        ("recipe.xml", 'totalNeurons="40"', 'totalNeurons="nan"', ["line 2", "'nan'"]),
        ("recipe.xml", 'totalNeurons="40"', 'totalNeurons="1e99"', ["line 2", "'totalNeurons'"]),
        ("recipe.xml", 'id="2" percentage="50"', 'id="2" percentage="x"', ["line 4", "Layer '2'"]),
        ("recipe.xml", 'percentage="60"', "", ["line 4", "L2_TPC:A", "'percentage'"]),
        ("recipe.xml", 'percentage="40"', 'percentage="-1"', ["line 5", "L2_XX", "-1"]),
        ("recipe.xml", 'totalNeurons="40"', 'totalNeurons="1000000000000"', ["clones"]),
        ("placement_rules.xml", 'id="L1_axon_hard_limit"', 'id="L1_hard_limit"', ["line 4"]),
        ("placement_rules.xml", "L1_DAC|L2_TPC:A", "L1_DAC|L1_DAC", ["line 7", "L1_DAC"]),
        (
            "placement_rules.xml",
            "</placement_rules>",
            "<global_rule_set/></placement_rules>",
            [
                "line 11",
            ],
        ),
        ("placement_rules.xml", '"axon"', '"soma"', ["line 4", "'L1_axon_hard_limit'", "soma"]),
        ("placement_rules.xml", 'y_min_fraction="0.0"', 'y_min_fraction="low"', ["line 8", "low"]),
        ("placement_rules.xml", 'y_min_fraction="0.0"', "", ["'dendrites'", "y_min_fraction"]),
        ("transform_rules.xml", 'to="L2_XX"', 'to="PC"', ["line 3", "substitute", "'PC'"]),
        ("transform_rules.xml", 'to="L2_XX"', 'to="L7_XX"', ["line 3", "substitute", "'L7_XX'"]),
        ("transform_rules.xml", 'to="L2_XX"', "", ["line 3", "substitute", "'to'"]),
        ("transform_rules.xml", 'src_layer="1"', "", ["line 4", "mtype_copy_to_layer"]),
        ("transform_rules.xml", 'exclude name="', 'exclude names="', ["line 2", "exclude"]),
        ("transform_rules.xml", 'dst_layer="2"', 'dst_layer="2 3"', ["line 4", "'2 3'"]),
        ("annotations/A.xml", "L1_hard_limit", "dendrites", ["line 3", "'dendrites'"]),
        ("annotations/A.xml", "-70.0", "low", ["line 3", "'L1_hard_limit'", "y_min", "low"]),
        ("annotations/A.xml", "-70.0", "inf", ["line 3", "y_min"]),
        ("annotations/A.xml", 'rule="dendrites"', "", ["line 2", "'rule'"]),
        ("neurondb.xml", "<name>A</name>", "<name>../A</name>", ["line 1", "../A"]),
        ("neurondb.xml", "<name>A</name>", "", ["line 1", "name"]),
        ("neurondb.xml", "<layer>2</layer>", "", ["line 3", "layer"]),
        ("neurondb.xml", "false", "perhaps", ["line 5", "use_axon", "perhaps"]),
    ],
)
def test_a_wrong_entry(
    data: SmallDataset, tmp_path: Path, name: str, old: str, new: str, words: list[str]
) -> None:
    data.edit(name, old, new)
    check_refused(data, tmp_path / "out", [Path(name).name, *words])


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["dend-A_axon-B", "A_-_Scale_x1.000_y0.900_z1.000", "A_-_Clone_0", "C_-_Clone_1"]
)
def test_names_that_collide(data: SmallDataset, tmp_path: Path, name: str) -> None:
    data.add(name, made_up(9), "L2_TPC:A", "2")
    check_refused(data, tmp_path / "out", ["dataset.csv", f"'{name}'", "rename"])


def test_a_name_that_grows_too_long(data: SmallDataset, tmp_path: Path) -> None:
    """That of a graft has two of them."""
    for seed, name in ((9, "q" * 110), (10, "r" * 110)):
        data.add(name, made_up(seed))
    words = ["dataset.csv", "'dend-qqq", "239 bytes", "rename"]
    check_refused(data, tmp_path / "out", words)


def test_a_name_that_collides_with_nothing(data: SmallDataset, tmp_path: Path) -> None:
    data.add("A-Clone_0", made_up(9), "L2_TPC:A", "2")
    done = data.run(tmp_path / "out", "--no-release")
    assert done.exit_code == ExitCode.DONE, done.output


@pytest.mark.parametrize("name", ["../A", "/A", "a/b", "..", "A\\nB", ""])
def test_names_that_are_no_names_of_files(data: SmallDataset, tmp_path: Path, name: str) -> None:
    with data.dataset.open("a") as table:
        table.write(f'"{name}",repaired/A.h5,L1_DAC,True,True,True,neurondb.xml\n')
    done = data.run(tmp_path / "out", "--no-release")
    assert done.exit_code in (ExitCode.TOO_MANY_FAILURES, ExitCode.DONE), done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inputs", "out"]
    if done.exit_code == ExitCode.TOO_MANY_FAILURES:
        assert "its name" in (tmp_path / "out" / "failures.csv").read_text()


# -- cells -------------------------------------------------------------------------------------


def spoil_cells(data: SmallDataset) -> None:
    (data.folder / "cells.h5").write_bytes(b"no cells")


def take_layer_away(data: SmallDataset) -> None:
    (data.folder / "atlas" / "[PH]2.nrrd").unlink()


def take_bound_away(data: SmallDataset) -> None:
    data.edit("annotations/A.xml", ' y_max="60.0"', "")


def spoil_height(data: SmallDataset) -> None:
    (data.folder / "atlas" / "[PH]y.nrrd").write_bytes(b"no nrrd")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (spoil_cells, ["cells.h5"]),
        (take_layer_away, ["[PH]2.nrrd", "'dendrites'", "placement_rules.xml", "line 8"]),
        (spoil_height, ["[PH]y.nrrd"]),
        (take_bound_away, ["A.xml", "'dendrites'", "'y_max'", "L1_DAC"]),
    ],
)
def test_cells_are_checked_before_clones_are_made(
    data: SmallDataset, tmp_path: Path, change: Change, words: list[str]
) -> None:
    change(data)
    check_refused(data, tmp_path / "out", words, cells=True)


def test_foreign_cells_are_left_alone(data: SmallDataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(data.folder / "cells.h5", out / "nodes.h5")
    done = data.run(out, cells=True)
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert "nodes.h5 exists" in done.output
    assert [path.name for path in out.iterdir()] == ["nodes.h5"]


# -- on the screen -----------------------------------------------------------------------------


def test_one_line_from_several_ranks(data: SmallDataset, tmp_path: Path) -> None:
    """Whatever the number of ranks, and with all that libraries print."""
    data.edit("recipe.xml", 'totalNeurons="40"', 'totalNeurons="many"')
    words = data.arguments(tmp_path / "out", "--nb-processes", "2", "--log-level", "error")
    done = run_command(["-m", "region_grower_hpc", *words])
    assert done.returncode == ExitCode.INVALID_INPUT
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_morphology_that_crashes_its_library(data: SmallDataset, tmp_path: Path) -> None:
    """It is tried in a process of its own, and the run says so."""
    from tests.hostile_files import write_deep_asc

    shutil.copy(data.path("C"), data.folder / "repaired" / "deep.asc")
    write_deep_asc(data.folder / "repaired" / "deep.asc")
    data.add_row("deep", "repaired/deep.asc")
    done = data.run(tmp_path / "out", "--no-release")
    assert done.exit_code in (ExitCode.INVALID_INPUT, ExitCode.TOO_MANY_FAILURES), done.output
    assert "Traceback" not in done.output
    if done.exit_code == ExitCode.INVALID_INPUT:
        assert "deep.asc" in done.output
    else:
        assert "deep.asc" in (tmp_path / "out" / "failures.csv").read_text()


def test_a_morphology_of_another_format(data: SmallDataset, tmp_path: Path) -> None:
    """A file of cells, or a container, in place of one morphology: the row fails."""
    shutil.copy(data.folder / "cells.h5", data.folder / "repaired" / "cells.h5")
    data.add_row("cells", "repaired/cells.h5")
    morphology.write(made_up(3), data.folder / "repaired" / "right.h5")
    data.add_row("right", "repaired/right.h5")
    done = data.run(tmp_path / "out", "--no-release")
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES, done.output
    assert "row,cells," in (tmp_path / "out" / "failures.csv").read_text()
    assert (tmp_path / "out" / "clone" / "right_-_Clone_0.h5").is_file()
