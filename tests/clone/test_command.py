"""The command by its options: what changes the clones, what does not, and runs after runs."""

from __future__ import annotations

import csv
import json
import logging
import math
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import morphio
import numpy as np
import pytest

from region_grower_hpc.clone.annotation import read_annotation
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import SOMA_ROW, MorphologyArrays
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.testing import differences, results, run_command
from tests.clone.made_neurons import neuron, stick
from tests.clone.small_dataset import SmallDataset, made_up, make_small_dataset

#: Of the recipe, in the order of `MORPHOLOGIES`' types.
N_CELLS = 40
CELLS = {("L1_DAC", "1"): 20, ("L2_TPC:A", "2"): 12, ("L2_XX", "2"): 8}
Failure = tuple[str, str, str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallDataset:
    return make_small_dataset(tmp_path_factory.mktemp("command") / "inputs", N_CELLS)


@pytest.fixture(scope="module")
def whole(data: SmallDataset) -> Path:
    """A run of all steps with all defaults."""
    return run(data, data.folder.parent / "whole")


@pytest.fixture
def spoilt(data: SmallDataset, tmp_path: Path) -> SmallDataset:
    """Inputs to change."""
    return data.copy(tmp_path / "inputs")


def run(
    data: SmallDataset,
    out: Path,
    *more: str | Path,
    code: int = ExitCode.DONE,
    but: tuple[str, ...] = (),
) -> Path:
    done = data.run(out, *more, but=but)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return out


def clones(out: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in out.glob("clone/*_-_Clone_*.h5")}


def counts(out: Path) -> Counter[tuple[str, str]]:
    rows = read_neurondb(out / "clone" / "neuronDB.xml")
    return Counter((row.full_type, row.layer) for row in rows if "_-_Clone_" in row.name)


def failures(out: Path) -> list[Failure]:
    with (out / "failures.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["kind", "name", "reason"]
    return [(kind, name, reason) for kind, name, reason in rows]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the command tells, from INFO on."""
    caplog.set_level(logging.INFO, logger="region_grower_hpc")
    return caplog


Log = pytest.LogCaptureFixture


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


# -- streams -----------------------------------------------------------------------------------


def test_the_order_of_the_table_changes_nothing(
    spoilt: SmallDataset, whole: Path, tmp_path: Path
) -> None:
    header, *lines = spoilt.dataset.read_text().splitlines()
    spoilt.dataset.write_text("\n".join([header, *reversed(lines), ""]))
    assert differences(results(whole), results(run(spoilt, tmp_path / "out"))) == []


@pytest.mark.parametrize("stream", ["independent", "sequential"])
def test_a_clone_is_the_same_with_other_multipliers_and_rows(
    data: SmallDataset, spoilt: SmallDataset, tmp_path: Path, stream: str
) -> None:
    more = ("--random-stream", stream, "--no-release")
    few = clones(run(data, tmp_path / "few", *more))
    many = clones(run(data, tmp_path / "many", *more, "--clone-multiplier", "3.5"))
    assert len(many) > len(few)
    assert {name: many[name] for name in few} == few
    lines = spoilt.dataset.read_text().splitlines()
    spoilt.dataset.write_text("\n".join(line for line in lines if not line.startswith("B,")))
    fewer = clones(run(spoilt, tmp_path / "fewer", *more))
    shared = fewer.keys() & many.keys()
    assert len(shared) > 20
    assert {name: fewer[name] for name in shared} == {name: many[name] for name in shared}


@pytest.mark.mpi
@pytest.mark.parametrize(
    "more",
    [[], ["--random-stream", "sequential", "--container", "merged", "--exact-counts"]],
    ids=["independent", "sequential"],
)
def test_two_ranks_write_the_same(data: SmallDataset, tmp_path: Path, more: list[str]) -> None:
    alone = run(data, tmp_path / "alone", *more)
    words = data.arguments(tmp_path / "two", *more, "--nb-processes", "2")
    done = run_command(["-m", "region_grower_hpc", *words])
    assert done.returncode == ExitCode.DONE, done.stderr
    assert differences(results(alone), results(tmp_path / "two")) == []


def test_the_seed_is_of_independent_streams(
    data: SmallDataset, whole: Path, tmp_path: Path
) -> None:
    others = clones(run(data, tmp_path / "seed", "--seed", "5", "--no-release"))
    assert others.keys() == clones(whole).keys()
    assert not set(others.values()) & set(clones(whole).values())
    sequential = ("--random-stream", "sequential", "--no-release")
    one = clones(run(data, tmp_path / "one", *sequential))
    assert clones(run(data, tmp_path / "other", *sequential, "--seed", "5")) == one
    assert not set(one.values()) & set(clones(whole).values())


def test_no_spread_gives_the_parents_back(data: SmallDataset, tmp_path: Path) -> None:
    out = run(data, tmp_path / "out", "--std-angle", "0", "--std-scale", "0", "--no-release")
    made = list(out.glob("clone/*_-_Clone_*.h5"))
    assert len(made) > 20
    for path in made:
        parent = path.stem.partition("_-_Clone_")[0]
        ours = morphology.read(path).points
        theirs = morphology.read(out / "scaling" / f"{parent}.h5").points
        np.testing.assert_array_equal(ours, theirs)
    # With nothing moved every extent is what it was.
    annotation = read_annotation(out / "clone" / "annotations" / "B_-_Clone_0.xml")
    changes = [float(entry["y_change"]) for entry in annotation.values()]
    assert changes == pytest.approx([1, 1], abs=1e-6)


def test_only_angles_or_only_lengths(data: SmallDataset, tmp_path: Path) -> None:
    turned = run(data, tmp_path / "turned", "--std-scale", "0", "--no-release")
    stretched = run(data, tmp_path / "stretched", "--std-angle", "0", "--no-release")
    name = "A_-_Clone_0.h5"
    parent = morphio.Morphology(turned / "scaling" / "A.h5")
    lengths: list[Any] = []
    directions: list[Any] = []
    for out, changes in ((turned, lengths), (stretched, directions)):
        clone = morphio.Morphology(out / "clone" / name)
        for section, own in zip(clone.iter(), parent.iter(), strict=True):
            ours, theirs = (np.diff(each.points, axis=0) for each in (section, own))
            ratios = np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
            cosines = (ours * theirs).sum(axis=1) / (
                np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
            )
            changes.append(ratios if out == turned else cosines)
    np.testing.assert_allclose(np.concatenate(lengths), 1, atol=1e-4)
    np.testing.assert_allclose(np.concatenate(directions), 1, atol=1e-4)


# -- counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("multiplier", ["1", "0.3", "4.9"])
def test_exact_counts(data: SmallDataset, tmp_path: Path, multiplier: str, log: Log) -> None:
    words = ("--clone-multiplier", multiplier, "--exact-counts", "--no-release")
    run(data, tmp_path, *words)
    asked = {key: math.ceil(float(multiplier) * count) for key, count in CELLS.items()}
    assert counts(tmp_path) == asked
    assert "more than the recipe asks for" not in log.text


def test_exact_counts_fall_to_the_first_candidates(data: SmallDataset, tmp_path: Path) -> None:
    out = run(data, tmp_path, "--exact-counts", "--no-release")
    rows = read_neurondb(out / "clone" / "neuronDB.xml")
    made = Counter(
        row.name.partition("_-_Clone_")[0]
        for row in rows
        if row.full_type == "L2_XX" and "_-_Clone_" in row.name
    )
    candidates = [
        row.name
        for row in read_neurondb(out / "transform_rules" / "neuronDB.xml")
        if row.full_type == "L2_XX"
    ]
    assert [made[name] for name in candidates] == [1] * 8 + [0] * (len(candidates) - 8)


def test_what_is_more_than_the_recipe_asks_for_is_told(
    data: SmallDataset, tmp_path: Path, log: Log
) -> None:
    run(data, tmp_path, "--no-release")
    found = counts(tmp_path)
    assert found["L1_DAC", "1"] == 23  # of 23 candidates for 20 cells
    assert "L1_DAC in layer 1 23 for 20 (23 candidates)" in log.text
    over = sum((found - Counter(CELLS)).values())
    assert f"{over} of {found.total()} clones are more than the recipe asks for" in log.text


def test_types_of_one_side_alone_are_told(spoilt: SmallDataset, tmp_path: Path, log: Log) -> None:
    spoilt.edit("recipe.xml", "L2_XX", "L2_YY")
    run(spoilt, tmp_path / "out", "--no-release")
    (in_recipe,) = [one for one in log.records if "L2_YY in layer 2" in one.message]
    assert in_recipe.levelname == "WARNING"
    (in_database,) = [one for one in log.records if "does not name" in one.message]
    assert in_database.levelname == "INFO"
    assert "L2_XX in layer 2" in in_database.message
    assert set(counts(tmp_path / "out")) == {("L1_DAC", "1"), ("L2_TPC:A", "2")}


# -- steps left out ----------------------------------------------------------------------------


def test_without_placement_rules(data: SmallDataset, whole: Path, tmp_path: Path) -> None:
    out = run(data, tmp_path, but=("--placement-rules",))
    assert clones(out) == clones(whole)
    annotated = {path.stem for path in out.glob("clone/annotations/*.xml")}
    parents = {path.stem for path in out.glob("clone/*.h5")} - clones(out).keys()
    assert annotated == parents
    assert json.loads((out / "clone/annotations/clone_annotations.json").read_text()).keys() == (
        parents
    )
    # No rule: a graft has nothing but its limits.
    graft = read_annotation(out / "grafting" / "annotations" / "dend-A_axon-B.xml")
    assert list(graft) == ["L1_axon_hard_limit", "L1_hard_limit"]


def test_without_transform_rules(data: SmallDataset, tmp_path: Path) -> None:
    out = run(data, tmp_path, "--no-release", but=("--transform-rules",))
    assert not (out / "transform_rules").exists()
    assert not (out / "release").exists()
    before = read_neurondb(out / "scaling" / "neuronDB.xml")
    assert read_neurondb(out / "clone" / "neuronDB.xml")[: len(before)] == before


def test_copies_without_substitutes(spoilt: SmallDataset, tmp_path: Path) -> None:
    spoilt.edit("transform_rules.xml", '<substitute from="L1_DAC" to="L2_XX"/>', "")
    out = run(spoilt, tmp_path / "out", "--no-release")
    rows = read_neurondb(out / "transform_rules" / "neuronDB.xml")
    assert [(row.full_type, row.layer) for row in rows if row.name == "A"] == [
        *(("L1_DAC", "1"), ("L1_DAC", "2")),
    ]


def test_some_formats_of_the_release(data: SmallDataset, whole: Path, tmp_path: Path) -> None:
    out = run(data, tmp_path, "--release-ext", "swc", "--release-ext", "asc")
    assert {path.name for path in (out / "release").iterdir()} == {"swc", "asc"}
    theirs = {name: data for name, data in results(whole).items() if "release/h5" not in name}
    assert differences(theirs, results(out)) == []


def test_a_substitute_of_two_layers(spoilt: SmallDataset, tmp_path: Path) -> None:
    spoilt.edit("transform_rules.xml", "L2_XX", "L23_XX")
    out = run(spoilt, tmp_path / "out", "--no-release")
    rows = read_neurondb(out / "transform_rules" / "neuronDB.xml")
    assert [row.layer for row in rows if (row.name, row.full_type) == ("A", "L23_XX")] == ["2", "3"]


# -- crossing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "has",
    [("True", "False", "False"), ("False", "True", "True"), ("False", "False", "False")],
    ids=["donors only", "recipients only", "nobody"],
)
def test_a_type_that_cannot_be_crossed(
    spoilt: SmallDataset, tmp_path: Path, has: tuple[str, str, str], log: Log
) -> None:
    header, *lines = spoilt.dataset.read_text().splitlines()
    fields = [line.split(",") for line in lines]
    rows = [",".join([*own[:3], *has, own[6]]) for own in fields]
    spoilt.dataset.write_text("\n".join([header, *rows, ""]))
    run(spoilt, tmp_path / "out", "--no-release", "--cross-mtype", "L9_NONE")
    names = {row.name for row in read_neurondb(tmp_path / "out" / "grafting" / "neuronDB.xml")}
    assert not [name for name in names if name.startswith("dend-")]
    assert log.text.count("L9_NONE") == 1
    assert ("grafts of L1_DAC" in log.text) == (has == ("False",) * 3)


def test_flags_play_no_part_in_crossing(spoilt: SmallDataset, tmp_path: Path) -> None:
    """E may not be used whole, but gives its axon and its dendrites."""
    more = ("--cross-mtype", "L2_TPC:A", "--no-release")
    out = run(spoilt, tmp_path / "out", *more)
    names = {path.stem for path in out.glob("grafting/*.h5")}
    assert {"dend-C_axon-E", "dend-E_axon-C"} <= names
    assert "E" not in names


def test_a_graft_stands_in_each_layer_of_its_recipient(
    spoilt: SmallDataset, tmp_path: Path
) -> None:
    row = "<morphology><name>A</name><mtype>L1_DAC</mtype><msubtype/><layer>4</layer></morphology>"
    spoilt.edit("neurondb.xml", "</listing>", f"{row}</listing>")
    out = run(spoilt, tmp_path / "out", "--no-release")
    rows = read_neurondb(out / "grafting" / "neuronDB.xml")
    layers = {
        name: [row.layer for row in rows if row.name == name]
        for name in ("A", "dend-A_axon-B", "dend-B_axon-A")
    }
    assert layers == {"A": ["1", "4"], "dend-A_axon-B": ["1", "4"], "dend-B_axon-A": ["1"]}


def test_failed_grafts(spoilt: SmallDataset, whole: Path, tmp_path: Path) -> None:
    """A donor without dendrites does not tell D, which has no axon, where to put it."""
    spoilt.add("G", neuron(stick(2, [0, 0, 0], [0, -9, 0])), has=(True, False, False))
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    ((kind, name, reason),) = failures(out)
    assert (kind, name) == ("graft", "dend-D_axon-G")
    assert "dendrite" in reason
    names = {row.name for row in read_neurondb(out / "clone" / "neuronDB.xml")}
    assert {"dend-A_axon-G", "dend-B_axon-G"} <= names
    assert not [name for name in names if name.startswith("dend-D_axon-G")]
    # What does not depend on it is as it was.
    assert {name: data for name, data in clones(out).items() if name in clones(whole)} == (
        clones(whole)
    )
    assert data_of(out, "clone/A.h5") == data_of(whole, "clone/A.h5")


def data_of(out: Path, name: str) -> bytes:
    return (out / name).read_bytes()


# -- rows that fail ----------------------------------------------------------------------------


def spoil_rows(data: SmallDataset) -> dict[str, str]:
    """Add a bad row of each kind; name -> a word of the reason."""
    repaired = data.folder / "repaired"
    good = repaired / "A.h5"
    shutil.copy(good, repaired / "with space.h5")
    shutil.copy(good, repaired / "extension.txt")
    (repaired / "damaged.h5").write_bytes(good.read_bytes()[:3000])
    (repaired / "text.swc").write_text("1 1 0 0 zero 1 -1\n")
    with h5py.File(repaired / "nan.h5", "w") as file, h5py.File(good) as given:
        for name in given:
            given.copy(name, file)
        file["points"][-1, 1] = np.nan
    for name, file in (
        ("absent", "repaired/absent.h5"),
        ("with space", "repaired/with space.h5"),
        ("extension", "repaired/extension.txt"),
        ("damaged", "repaired/damaged.h5"),
        ("text", "repaired/text.swc"),
        ("nan", "repaired/nan.h5"),
    ):
        if " " in name:
            with data.dataset.open("a") as table:
                table.write(f"{name},{file},L1_DAC,True,True,True,neurondb.xml\n")
        else:
            data.add_row(name, file)
    with data.dataset.open("a") as table:
        table.write("A,repaired/A.h5,L1_DAC,True,True,True,neurondb.xml\n")
    return {
        "absent": "does not exist",
        "with space": "space",
        "extension": "extension",
        "damaged": "damaged.h5",
        "text": "text.swc",
        "nan": "not finite",
        "A": "line 2",
    }


def test_failed_rows(spoilt: SmallDataset, whole: Path, tmp_path: Path) -> None:
    expected = spoil_rows(spoilt)
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    found = failures(out)
    assert [(kind, name) for kind, name, _ in found] == [("row", name) for name in expected]
    assert [name for _, name, reason in found if expected[name] not in reason] == []
    assert differences(results(whole), results(out)) == ["failures.csv"]
    # Again: nothing changes, and the failures still count; or not, if that is allowed.
    before = snapshot(out)
    run(spoilt, out, code=ExitCode.TOO_MANY_FAILURES)
    run(spoilt, out, "--max-failed-ratio", "0.2")
    assert snapshot(out) == before


def test_some_failures_may_be_allowed(spoilt: SmallDataset, tmp_path: Path) -> None:
    spoilt.add_row("absent", "repaired/absent.h5")
    n_tasks = len(list(run(spoilt, tmp_path / "all", code=4).glob("scaling/*.h5"))) + len(
        clones(tmp_path / "all")
    )
    enough, too_few = 1.01 / n_tasks, 0.99 / n_tasks
    run(spoilt, tmp_path / "one", "--max-failed-ratio", str(enough))
    run(spoilt, tmp_path / "two", "--max-failed-ratio", str(too_few), code=4)


def test_a_format_that_cannot_hold_a_morphology(
    spoilt: SmallDataset, whole: Path, tmp_path: Path
) -> None:
    """A root of a type of its own is for .h5 and .swc."""
    spoilt.add("G", neuron(stick(3, [0, 0, 0], [0, 9, 0]), stick(7, [1, 0, 0], [4, -9, 0])))
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    names = {row.name for row in read_neurondb(out / "clone" / "neuronDB.xml")}
    unheld = {name for name in names if name.startswith(("G", "dend-G"))}
    assert any("_-_Clone_" in name for name in unheld)
    found = failures(out)
    of_release = {name for kind, name, _ in found if kind == "release"}
    assert of_release == {f"{name}.asc" for name in unheld}
    assert all("type 7" in reason for kind, _, reason in found if kind == "release")
    for extension, absent in (("asc", unheld), ("h5", set[str]()), ("swc", set[str]())):
        written = {path.stem for path in out.glob(f"release/{extension}/*.{extension}")}
        assert written == names - absent
    before = snapshot(out)
    run(spoilt, out, code=ExitCode.TOO_MANY_FAILURES)
    assert snapshot(out) == before


# -- strange morphologies ----------------------------------------------------------------------


def test_a_flat_neuron_has_no_change(spoilt: SmallDataset, tmp_path: Path) -> None:
    """No extent along y, and no part that could leave its plane."""
    spoilt.add("flat", neuron(stick(3, [0, 5, 0], [9, 5, 0]), stick(2, [0, 5, 2], [7, 5, 4])))
    out = run(spoilt, tmp_path / "out", "--exact-counts", "--clone-multiplier", "5")
    for step in ("scaling", "clone"):
        paths = list((out / step / "annotations").glob("flat*.xml"))
        assert paths
        for path in paths:
            for entry in read_annotation(path).values():
                assert "y_change" not in entry
    for path in out.rglob("annotations/*.xml"):
        assert not {"inf", "nan"} & set(path.read_text().lower().replace('"', " ").split())


def test_a_neuron_of_points_that_coincide(spoilt: SmallDataset, tmp_path: Path) -> None:
    same = [[(3, -1, [[1, 2, 3]] * 3), (3, 0, [[1, 2, 3]] * 2), (3, 0, [[1, 2, 3]] * 4)]]
    spoilt.add("same", neuron(*same), has=(False, False, False))
    out = run(spoilt, tmp_path / "out", "--no-release")
    paths = list(out.glob("clone/same*Clone*.h5"))
    assert paths
    for path in paths:
        assert np.isfinite(morphology.read(path).points).all()


def test_a_soma_alone(spoilt: SmallDataset, tmp_path: Path) -> None:
    soma = np.array([[3, 0, 0, 1], [0, 3, 0, 1], [-3, 0, 0, 1], [0, -3, 0, 1]], np.float32)
    spoilt.add(
        "soma", MorphologyArrays(soma, np.array([SOMA_ROW], np.int32)), has=(False, False, False)
    )
    out = run(spoilt, tmp_path / "out", "--random-stream", "sequential")
    assert (out / "clone" / "soma_-_Clone_0.h5").is_file()
    assert read_annotation(out / "clone" / "annotations" / "soma_-_Clone_0.xml") == {}


@pytest.mark.parametrize("but", [(), ("--placement-rules",)], ids=["rules", "no rules"])
def test_a_spread_beyond_all_numbers(
    data: SmallDataset, whole: Path, tmp_path: Path, but: tuple[str, ...]
) -> None:
    """Clones of infinite size are listed and not written; all else is."""
    more = ("--std-scale", "1e38", "--exact-counts", "--clone-multiplier", "0.2")
    out = run(data, tmp_path, *more, code=ExitCode.TOO_MANY_FAILURES, but=but)
    found = failures(out)
    assert {kind for kind, _, _ in found} == {"morphology"}
    failed = {name for _, name, _ in found}
    names = {row.name for row in read_neurondb(out / "clone" / "neuronDB.xml")}
    assert failed
    assert not failed & names
    assert {path.stem for path in out.rglob("*.h5")} == names | {
        path.stem for path in (whole / "scaling").glob("*.h5")
    }
    for path in out.rglob("*.h5"):
        assert np.isfinite(morphology.read(path).points).all()


# -- containers --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["shards", "merged"])
def test_containers_hold_what_files_hold(
    data: SmallDataset, whole: Path, tmp_path: Path, kind: str
) -> None:
    out = run(data, tmp_path, "--container", kind)
    folder = out / "clone"
    container = folder / {"shards": "morphologies.h5", "merged": "merged.h5"}[kind]
    expected = {container.name, "annotations", "neuronDB.xml", "neuronDB.dat"}
    assert {path.name for path in folder.iterdir()} == expected | {"shards"} & {kind}
    theirs = {path.stem: path for path in (whole / "clone").glob("*.h5")}
    with h5py.File(container) as file:
        assert set(file) == set(theirs)
        for name, path in theirs.items():
            with h5py.File(path) as single:
                assert set(file[name]) == set(single)
                for member in ("points", "structure", *({"perimeters"} & set(single))):
                    np.testing.assert_array_equal(file[name][member], single[member])
    collection = morphio.Collection(container)
    loaded = collection.load("F_-_Clone_0")
    np.testing.assert_array_equal(loaded.points, morphio.Morphology(theirs["F_-_Clone_0"]).points)
    of_files, ours = results(whole), results(out)
    morphologies = {
        name for name in (*of_files, *ours) if name.startswith("clone/") and ".h5" in name
    }
    assert set(differences(of_files, ours)) == morphologies


# -- again -------------------------------------------------------------------------------------


def test_the_same_command_changes_nothing(data: SmallDataset, whole: Path, log: Log) -> None:
    before = snapshot(whole)
    run(data, whole)
    assert "complete already" in log.text
    assert snapshot(whole) == before


def test_inputs_may_lie_elsewhere(spoilt: SmallDataset, whole: Path) -> None:
    before = snapshot(whole)
    run(spoilt, whole)
    assert snapshot(whole) == before


@pytest.mark.parametrize(
    ("container", "lost"),
    [
        ("files", "grafting/A.h5"),
        ("files", "grafting/neuronDB.dat"),
        ("files", "scaling/annotations/C_-_Scale_x1.000_y0.900_z1.000.xml"),
        ("files", "transform_rules/neuronDB.xml"),
        ("files", "clone/F_-_Clone_0.h5"),
        ("files", "clone/annotations/A_-_Clone_0.xml"),
        ("files", "clone/annotations/clone_annotations.json"),
        ("files", "release/swc/D_-_Clone_0.swc"),
        ("files", "release/asc/neurondb.xml"),
        ("files", "failures.csv"),
        ("files", "release/h5"),
        ("files", "clone"),
        ("shards", "clone/morphologies.h5"),
        ("shards", "clone/shards/00000.h5"),
        ("merged", "clone/merged.h5"),
    ],
)
def test_what_is_lost_is_made_again(
    data: SmallDataset, container: str, lost: str, log: Log
) -> None:
    out = data.folder.parent / f"lost-{container}"
    run(data, out, "--container", container)  # of former cases, if they were right
    before = results(out)
    gone = out / lost
    assert gone.exists()
    if gone.is_dir():
        shutil.rmtree(gone)
    else:
        gone.unlink()
    run(data, out, "--container", container)
    (told,) = [one.message for one in log.records if "is missing" in one.message]
    assert f"but {gone}" in told
    assert differences(before, results(out)) == []


@pytest.mark.parametrize("line", ["x", '"unclosed', "a,b,c,d"])
def test_a_damaged_list_of_failures(
    data: SmallDataset, whole: Path, tmp_path: Path, line: str
) -> None:
    """It is a report; what it lacks is not worth an error."""
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    with (out / "failures.csv").open("a") as file:
        file.write(f"{line}\n")
    run(data, out)


def change_recipe(data: SmallDataset) -> tuple[str, ...]:
    data.edit("recipe.xml", 'totalNeurons="40"', 'totalNeurons="60"')
    return ()


def change_morphology(data: SmallDataset) -> tuple[str, ...]:
    morphology.write(made_up(77), data.path("C"))
    return ()


def change_annotation(data: SmallDataset) -> tuple[str, ...]:
    data.edit("annotations/A.xml", "-60.0", "-61.0")
    return ()


def add_annotation(data: SmallDataset) -> tuple[str, ...]:
    (data.folder / "annotations" / "B.xml").write_text('<annotations morphology="B"/>')
    return ()


@pytest.mark.parametrize(
    "change",
    [
        *(change_recipe, change_morphology, change_annotation, add_annotation),
        lambda _: ("--seed", "1"),
        lambda _: ("--std-angle", "11"),
        lambda _: ("--y-scale", "1.2"),
        lambda _: ("--exact-counts",),
        lambda _: ("--container", "merged"),
        lambda _: ("--no-release",),
        lambda _: ("--cross-mtype", "L2_TPC:A"),
    ],
)
def test_another_plan_is_refused(
    spoilt: SmallDataset, whole: Path, change: Callable[[SmallDataset], tuple[str, ...]]
) -> None:
    more, before = change(spoilt), snapshot(whole)
    done = spoilt.run(whole, *more)
    assert done.exit_code == ExitCode.FOREIGN_PLAN, done.output
    assert "--overwrite" in done.output
    assert snapshot(whole) == before


def test_overwrite_removes_what_another_plan_wrote(data: SmallDataset, tmp_path: Path) -> None:
    out = run(data, tmp_path / "out")
    (out / "notes.txt").write_text("of the user")
    words = ("--no-release", "--exact-counts", "--clone-multiplier", "0.5", "--container", "merged")
    run(data, out, *words, "--overwrite")
    expected = results(run(data, tmp_path / "fresh", *words))
    assert differences({**expected, "notes.txt": b"of the user"}, results(out)) == []


@pytest.mark.parametrize("what", ["clone/strange.h5", "failures.csv", "release/readme"])
def test_folders_of_others_stay(data: SmallDataset, tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    path.parent.mkdir(exist_ok=True)
    path.write_text("kind,name,reason\n")
    before = snapshot(tmp_path)
    done = data.run(tmp_path)
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert path.parts[len(tmp_path.parts)] in done.output
    assert snapshot(tmp_path) == before


def test_a_run_that_ran_out_of_time_continues(
    data: SmallDataset, whole: Path, tmp_path: Path
) -> None:
    done = data.run(tmp_path, "--time-limit", "0.000001")
    assert done.exit_code == ExitCode.STOPPED_EARLY, done.output
    assert not (tmp_path / "failures.csv").exists()
    run(data, tmp_path, "--resume")
    assert differences(results(whole), results(tmp_path)) == []


def test_a_dry_run_writes_no_output(data: SmallDataset, tmp_path: Path) -> None:
    done = data.run(tmp_path / "out", "--dry-run")
    assert done.exit_code == ExitCode.DONE, done.output
    assert results(tmp_path) == {}


def test_one_morphology_can_be_made_again(data: SmallDataset, whole: Path) -> None:
    from click.testing import CliRunner

    from region_grower_hpc.cli import main

    words = ["rerun", str(whole), "--gid", "3", "--json", "--here", "--log-level", "warning"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == ExitCode.DONE, done.output
    (told,) = json.loads(done.stdout)
    assert told["same"]
    assert len(told["comparisons"]) > 1


# -- what a user sees --------------------------------------------------------------------------


def test_nothing_but_the_log_is_told(data: SmallDataset, tmp_path: Path) -> None:
    """Not the warnings of MorphIO, of each zero diameter for one."""
    (tmp_path / "zero.swc").write_text(
        "1 1 0 0 0 5 -1\n2 3 0 5 0 0 1\n3 3 0 9 0 0 2\n4 3 0 12 0 0 3\n"
    )
    data = data.copy(tmp_path / "inputs")
    shutil.move(tmp_path / "zero.swc", data.folder / "repaired" / "zero.swc")
    data.add_row("zero", "repaired/zero.swc", has=(False, True, False))
    words = data.arguments(tmp_path / "out", "--log-level", "error")
    done = run_command(["-m", "region_grower_hpc", *words])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_rule_without_score_is_told_once(data: SmallDataset, tmp_path: Path, log: Log) -> None:
    run(data, tmp_path, "--no-release")
    told = [one.message for one in log.records if "prefer_unscaled" in one.message]
    assert len(told) == 1
    assert "placement_rules.xml" in told[0]
    assert "'ScaleBias'" in told[0]


def test_an_excluded_name_leaves_what_is_made_of_it(
    data: SmallDataset, tmp_path: Path, log: Log
) -> None:
    data = data.copy(tmp_path / "inputs")
    rules = data.folder / "transform_rules.xml"
    scaled = "B_-_Scale_x1.000_y1.100_z1.000"
    rules.write_text(rules.read_text().replace(f'"{scaled}"', '"B"'))
    run(data, tmp_path, "--no-release")
    (told,) = [one.message for one in log.records if "is excluded" in one.message]
    assert f"dend-A_axon-{scaled}" in told
    assert scaled in told


def test_nothing_is_made_of_an_excluded_scaled_copy(
    data: SmallDataset, tmp_path: Path, log: Log
) -> None:
    run(data, tmp_path, "--no-release")
    assert not [one for one in log.records if "is excluded" in one.message]


# -- cells -------------------------------------------------------------------------------------


def test_cells_get_clones(data: SmallDataset, whole: Path, tmp_path: Path) -> None:
    import voxcell

    done = data.run(tmp_path, cells=True)
    assert done.exit_code == ExitCode.DONE, done.output
    own = ["nodes.failures.csv", "nodes.h5"]
    assert differences(results(whole), results(tmp_path)) == own
    cells = voxcell.CellCollection.load_sonata(tmp_path / "nodes.h5").as_dataframe()
    rows = read_neurondb(tmp_path / "clone" / "neuronDB.xml")
    offered = {(row.name, row.layer, row.full_type) for row in rows}
    assert {
        (cell.morphology, str(cell.layer), cell.mtype) for cell in cells.itertuples()
    } <= offered
    before = snapshot(tmp_path)
    assert data.run(tmp_path, cells=True).exit_code == ExitCode.DONE
    assert snapshot(tmp_path) == before
    (tmp_path / "nodes.h5").unlink()
    assert data.run(tmp_path, cells=True).exit_code == ExitCode.DONE
    assert {
        name: data for name, (data, _) in snapshot(tmp_path).items() if ".rghpc" not in name
    } == {name: data for name, (data, _) in before.items() if ".rghpc" not in name}


def test_cells_of_a_finished_run(data: SmallDataset, tmp_path: Path) -> None:
    """Clones are made once, whether cells get them at once or later."""
    run(data, tmp_path)
    before = results(tmp_path)
    assert data.run(tmp_path, cells=True).exit_code == ExitCode.DONE
    after = results(tmp_path)
    assert differences(before, after) == ["nodes.failures.csv", "nodes.h5"]


def test_cells_without_a_clone_are_listed(spoilt: SmallDataset, tmp_path: Path) -> None:
    from tests.clone.small_dataset import write_cells

    (spoilt.folder / "cells.h5").unlink()
    write_cells(spoilt.folder / "cells.h5", [("L1_DAC", "1"), ("L9_NONE", "1")], 6)
    spoilt.add_row("absent", "repaired/absent.h5")
    out = tmp_path / "out"
    done = spoilt.run(out, cells=True)
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES, done.output
    assert [(kind, name) for kind, name, _ in failures(out)] == [
        *(("row", "absent"), ("cell", "1"), ("cell", "3"), ("cell", "5")),
    ]
    before = snapshot(out)
    assert spoilt.run(out, cells=True).exit_code == ExitCode.TOO_MANY_FAILURES
    assert snapshot(out) == before
    # They are forgotten with the plan that they are of.
    run(spoilt, out, "--seed", "1", "--overwrite", code=ExitCode.TOO_MANY_FAILURES)
    assert [(kind, name) for kind, name, _ in failures(out)] == [("row", "absent")]
