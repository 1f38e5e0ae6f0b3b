"""Cloning from Python, with the names of morphology-workflows."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc import clone
from region_grower_hpc.clone import (
    Category,
    CloneMorphologies,
    CollectAnnotations,
    CollectRepaired,
    MakeCloneRelease,
    get_candidates_from_neurondb,
)
from region_grower_hpc.clone.annotating import limits
from region_grower_hpc.clone.annotation import read_annotation
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.errors import ExitCode, InvalidInputError, RegionGrowerHpcError
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.testing import differences, results
from tests.clone.small_dataset import MORPHOLOGIES, SmallDataset, make_small_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallDataset:
    return make_small_dataset(tmp_path_factory.mktemp("api") / "inputs")


@pytest.fixture(scope="module")
def whole(data: SmallDataset) -> Path:
    """What the command writes."""
    out = data.folder.parent / "whole"
    done = data.run(out)
    assert done.exit_code == ExitCode.DONE, done.output
    return out


def parameters(data: SmallDataset, out: Path, **more: Any) -> dict[str, Any]:
    """Those of the small dataset's command."""
    return {
        "dataset_df": data.dataset,
        "result_path": out,
        "cross_mtypes": ["L1_DAC"],
        "placement_rules_path": data.folder / "placement_rules.xml",
        "y_scales": [0.9, 1.1],
        "transform_rules_path": data.folder / "transform_rules.xml",
        "builder_recipe_path": data.folder / "recipe.xml",
        "annotation_path": data.folder / "annotations",
        **more,
    }


def without_release(out: Path) -> dict[str, bytes]:
    return {name: data for name, data in results(out).items() if not name.startswith("release/")}


# -- names -------------------------------------------------------------------------------------


def test_parameters_have_the_names_and_defaults_of_the_peer() -> None:
    found = inspect.signature(CloneMorphologies).parameters
    defaults = {
        "cross_mtypes": (
            *("L2_IPC", "L4_UPC", "L4_SSC", "L5_UPC", "L6_UPC", "L6_BPC", "L6_HPC"),
            *("L3_TPC:B", "L5_TPC:A", "L5_TPC:B", "L5_TPC:C", "L6_TPC:A", "L6_TPC:C"),
        ),
        "placement_rules_path": "placement_rules.xml",
        "axon_limit_name": "L1_axon_hard_limit",
        "dendrite_limit_name": "L1_hard_limit",
        "y_scales": (0.95, 0.975, 1.025, 1.05),
        "transform_rules_path": "transform_rules.xml",
        "builder_recipe_path": "builder_recipe.xml",
        "clone_multiplier": 1,
        "std_angle": 10.0,
        "std_scale": 0.2,
        "parallel_factory_type": "multiprocessing",
        "morph_path_col": "repair_morph_db_path_h5",
    }
    assert {name: found[name].default for name in defaults} == defaults
    of_release = inspect.signature(MakeCloneRelease).parameters
    assert of_release["clone_path"].default == "clone_release"
    assert of_release["make_release"].default is True
    of_repaired = inspect.signature(CollectRepaired).parameters
    assert of_repaired["morph_path_col"].default == "repair_release_morph_path_h5"
    assert inspect.signature(CollectAnnotations).parameters["annotation_path"].default is None
    assert Category._fields == ("mtype", "layer")
    with pytest.raises(AttributeError):
        clone.absent  # noqa: B018


# -- candidates --------------------------------------------------------------------------------


def test_candidates(whole: Path) -> None:
    database = whole / "transform_rules" / "neuronDB.xml"
    found = get_candidates_from_neurondb(database)
    rows = read_neurondb(database)
    expected: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        expected.setdefault((row.full_type, row.layer), []).append(row.name)
    assert found == expected
    assert found[Category("L2_TPC:A", "2")][0] == "C"
    assert get_candidates_from_neurondb(str(database.with_suffix(".dat"))) == expected
    assert get_candidates_from_neurondb(rows) == expected
    assert get_candidates_from_neurondb([]) == {}


# -- collecting --------------------------------------------------------------------------------


def test_repaired(data: SmallDataset, tmp_path: Path) -> None:
    data = data.copy(tmp_path / "inputs")
    data.add_row("absent", "repaired/absent.h5")
    table = CollectRepaired(data.dataset).run()
    assert list(table.index) == [*(name for name, *_ in MORPHOLOGIES), "absent"]
    assert table.index.name == "morph_name"
    assert table["is_valid"].tolist() == [True] * len(MORPHOLOGIES) + [False]
    assert table.loc["A", "morph_path"] == str(data.path("A"))
    assert table["has_axon"].tolist() == [name not in ("D", "absent") for name in table.index]
    assert "does not exist" in table.loc["absent", "comment"]
    with pytest.raises(InvalidInputError, match="another"):
        CollectRepaired(data.dataset, "another")


def test_annotations(data: SmallDataset, tmp_path: Path) -> None:
    data = data.copy(tmp_path / "inputs")
    data.path("C").write_bytes(b"no morphology")
    repaired = CollectRepaired(data.dataset).run()
    out = tmp_path / "annotations"
    table = CollectAnnotations(repaired, data.folder / "annotations", out).run()
    assert {path.stem for path in out.iterdir()} == set(repaired.index) - {"C"}
    given = read_annotation(data.folder / "annotations" / "A.xml")
    assert read_annotation(Path(table.loc["A", "annotation_path"])) == given
    own = limits(read_repaired(data.path("B")).arrays)
    assert read_annotation(Path(table.loc["B", "annotation_path"])) == own
    assert not table.loc["C", "is_valid"]
    assert "C.h5" in table.loc["C", "comment"]
    assert repaired["is_valid"].all()  # as it was given
    measured = CollectAnnotations(repaired, None, tmp_path / "all").run()
    assert read_annotation(Path(measured.loc["A", "annotation_path"])) != given


# -- cloning -----------------------------------------------------------------------------------


def test_in_this_process(data: SmallDataset, whole: Path, tmp_path: Path) -> None:
    task = CloneMorphologies(**parameters(data, tmp_path / "out"), parallel_factory_type="serial")
    assert task.run() == tmp_path / "out" / "clone"
    assert differences(without_release(whole), results(tmp_path / "out")) == []
    before = results(tmp_path)
    assert task.run() == tmp_path / "out" / "clone"
    assert results(tmp_path) == before


@pytest.mark.mpi
def test_in_two_ranks(data: SmallDataset, whole: Path, tmp_path: Path) -> None:
    task = CloneMorphologies(**parameters(data, tmp_path / "out"), nb_processes=2)
    assert task.run() == tmp_path / "out" / "clone"
    assert differences(without_release(whole), results(tmp_path / "out")) == []
    provenance = (tmp_path / "out" / ".rghpc" / "provenance.json").read_text()
    assert '"ranks": 2' in provenance


def test_rules_are_optional(
    data: SmallDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of the peer's defaults need not be there; one that is named must."""
    monkeypatch.chdir(tmp_path)
    rules = ("placement_rules_path", "transform_rules_path")
    few = {
        name: value
        for name, value in parameters(data, tmp_path / "out").items()
        if name not in rules
    }
    CloneMorphologies(**few, parallel_factory_type="serial").run()
    done = data.run(
        tmp_path / "command", "--no-release", but=("--placement-rules", "--transform-rules")
    )
    assert done.exit_code == ExitCode.DONE
    assert differences(results(tmp_path / "command"), results(tmp_path / "out")) == []
    for name in rules:
        absent: dict[str, Any] = {name: tmp_path / "absent.xml"}
        with pytest.raises(RegionGrowerHpcError) as caught:
            CloneMorphologies(**few, **absent, parallel_factory_type="serial").run()
        assert caught.value.exit_code == ExitCode.INVALID_INPUT


def test_all_parameters_reach_the_command(data: SmallDataset, tmp_path: Path) -> None:
    more = {
        "clone_multiplier": 2.5,
        "std_angle": 3.0,
        "std_scale": 0.0,
        "seed": 4,
        "random_stream": "sequential",
        "container": "merged",
        "exact_counts": True,
    }
    CloneMorphologies(
        **parameters(data, tmp_path / "out", **more), parallel_factory_type="serial"
    ).run()
    words = [
        *("--clone-multiplier", "2.5", "--std-angle", "3", "--std-scale", "0", "--seed", "4"),
        *("--random-stream", "sequential", "--container", "merged", "--exact-counts"),
    ]
    assert data.run(tmp_path / "command", *words, "--no-release").exit_code == ExitCode.DONE
    assert differences(results(tmp_path / "command"), results(tmp_path / "out")) == []
    # What two ranks are told is the same run.
    assert data.run(tmp_path / "out", *words, "--no-release").exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    "wrong",
    [
        *({"clone_multiplier": value} for value in (0, -1, float("nan"), float("inf"))),
        *({"std_angle": -1}, {"std_scale": float("nan")}, {"parallel_factory_type": "threads"}),
        *({"axon_limit_name": "limit"}, {"dendrite_limit_name": "limit"}),
        *({"y_scales": [1.0001, 1.0002]}, {"y_scales": [0.0]}, {"y_scales": [float("nan")]}),
        *({"seed": -1}, {"random_stream": "other"}, {"container": "tar"}),
    ],
    ids=str,
)
def test_values_out_of_range(data: SmallDataset, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        CloneMorphologies(**parameters(data, tmp_path / "out", **wrong))
    assert not (tmp_path / "out").exists()


@pytest.mark.mpi
@pytest.mark.parametrize("how", [{"parallel_factory_type": "serial"}, {"nb_processes": 2}])
def test_failures_are_raised(data: SmallDataset, tmp_path: Path, how: dict[str, Any]) -> None:
    data = data.copy(tmp_path / "inputs")
    data.add_row("absent", "repaired/absent.h5")
    with pytest.raises(RegionGrowerHpcError) as caught:
        CloneMorphologies(**parameters(data, tmp_path / "out", **how)).run()
    assert caught.value.exit_code == ExitCode.TOO_MANY_FAILURES
    allowed = CloneMorphologies(**parameters(data, tmp_path / "out", **how), max_failed_ratio=0.1)
    assert (allowed.run() / "neuronDB.xml").is_file()


# -- release -----------------------------------------------------------------------------------


@pytest.mark.parametrize("container", ["files", "shards", "merged"])
def test_the_release_alone(data: SmallDataset, whole: Path, tmp_path: Path, container: str) -> None:
    task = CloneMorphologies(
        **parameters(data, tmp_path / "out", container=container), parallel_factory_type="serial"
    )
    task.run()
    assert MakeCloneRelease(tmp_path / "out", tmp_path / "release").run() == {}
    assert differences(results(whole / "release"), results(tmp_path / "release")) == []


@pytest.mark.parametrize("none", [{"make_release": False}, {"clone_path": None}])
def test_no_release(
    whole: Path, tmp_path: Path, none: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert MakeCloneRelease(whole, **none).run() == {}
    assert list(tmp_path.iterdir()) == []


def spoil_database(folder: Path) -> None:
    (folder / "clone" / "neuronDB.xml").unlink()


def spoil_morphology(folder: Path) -> None:
    (folder / "clone" / "A.h5").unlink()


@pytest.mark.parametrize(
    ("spoil", "named"), [(spoil_database, "neuronDB.xml"), (spoil_morphology, "A.h5")]
)
def test_a_folder_that_cannot_be_released(
    whole: Path, tmp_path: Path, spoil: Callable[[Path], None], named: str
) -> None:
    shutil.copytree(whole / "clone", tmp_path / "out" / "clone")
    spoil(tmp_path / "out")
    with pytest.raises(InvalidInputError, match=named):
        MakeCloneRelease(tmp_path / "out", tmp_path / "release").run()
    with pytest.raises(InvalidInputError, match="obj"):
        MakeCloneRelease(whole, extensions=["obj"])
