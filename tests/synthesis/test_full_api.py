"""The class from Python, with everything that a run can do."""

from __future__ import annotations

import csv
import logging
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import voxcell

from region_grower_hpc.cli import main
from region_grower_hpc.engine import local_ranks
from region_grower_hpc.errors import ExitCode, InvalidInputError, RegionGrowerHpcError
from region_grower_hpc.synthesis import SynthesizeMorphologies
from region_grower_hpc.synthesis.debug_data import NEW_COLUMNS
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.testing import differences, results
from tests.synthesis.full_column import add_axons, add_constraints
from tests.synthesis.small_column import SmallColumn, make_small_column


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    column = make_small_column(
        tmp_path_factory.mktemp("column") / "inputs", ("L1_DAC", "L1_DAC", "L2_TPC:A")
    )
    add_constraints(column)
    add_axons(column)
    return column


def keywords(column: SmallColumn, out: Path, **more: Any) -> dict[str, Any]:
    return {
        "input_cells": column.cells,
        "tmd_parameters": column.parameters,
        "tmd_distributions": column.distributions,
        "atlas": str(column.atlas),
        "region_structure": column.region_structure,
        "out_cells": out / "nodes.h5",
        "out_apical": out / "apical.yaml",
        "out_morph_dir": out / "morphologies",
        "out_morph_ext": ["asc", "h5"],
        "out_apical_nrn_sections": out / "nrn.yaml",
        "out_debug_data": out / "debug.pkl",
        "morph_axon": column.folder / "axons.tsv",
        "base_morph_dir": column.folder / "donors",
        "max_drop_ratio": 0.5,
        "rotational_jitter_std": 5.0,
        "scaling_jitter_std": 0.1,
        "nb_processes": 0,
        **more,
    }


def test_cells_without_donor_are_left_out(column: SmallColumn, tmp_path: Path) -> None:
    synthesis = SynthesizeMorphologies(**keywords(column, tmp_path))
    assert synthesis.task_ids.tolist() == [0, 2]
    assert synthesis.cells_data["axon_name"].tolist() == ["one", "one"]
    assert synthesis.cells_data["axon_scale"].tolist() == [1.0, 1.2]


def test_missing_donors_are_what_is_left_out(column: SmallColumn, tmp_path: Path) -> None:
    """All of them: files without a cell, and all columns."""
    own = column.copy(tmp_path / "inputs")
    add_axons(own, [f"{gid} N/A 1" for gid in range(3)])
    synthesis = SynthesizeMorphologies(**keywords(own, tmp_path / "out", max_drop_ratio=1))
    assert synthesis.task_ids.tolist() == []
    result = synthesis.synthesize()
    assert (len(result), result.columns[-5:].tolist()) == (0, list(NEW_COLUMNS))
    by_hand = SynthesizeMorphologies(**keywords(own, tmp_path / "hand", max_drop_ratio=1))
    by_hand.finalize(by_hand.compute())
    assert differences(results(tmp_path / "out"), results(tmp_path / "hand")) == []


def plain(values: Any) -> list[Any]:
    """Points as lists, to compare."""
    return [
        None if points is None else [np.asarray(point).tolist() for point in points]
        for points in values
    ]


def check_same_results(found: Any, expected: Any) -> None:
    assert list(found.columns) == list(expected.columns)
    assert found.index.tolist() == expected.index.tolist()
    assert found.index.name == expected.index.name == "index"
    assert plain(found["apical_points"]) == plain(expected["apical_points"])
    for name in ("seed", "name", "apical_sections", "apical_NRN_sections", "debug_infos"):
        assert found[name].tolist() == expected[name].tolist()


@pytest.mark.mpi
def test_compute_and_synthesize_agree(column: SmallColumn, tmp_path: Path) -> None:
    """In one process by hand, in one by the engine, and in two ranks."""
    by_hand = SynthesizeMorphologies(**keywords(column, tmp_path / "hand"))
    computed = by_hand.compute()
    by_hand.finalize(computed)
    assert computed["debug_infos"].map(bool).all()
    assert [len(points) for points in computed["apical_points"]] == [0, 1]
    for ranks in (0, 2):
        out = tmp_path / str(ranks)
        table = SynthesizeMorphologies(**keywords(column, out, nb_processes=ranks)).synthesize()
        check_same_results(table, computed)
        assert differences(results(out), results(tmp_path / "hand")) == []
        check_same_results(pickle.loads((out / "debug.pkl").read_bytes()), computed)


def test_without_debug_data_the_other_files_tell(column: SmallColumn, tmp_path: Path) -> None:
    inputs = keywords(column, tmp_path / "out", out_debug_data=None)
    result = SynthesizeMorphologies(**inputs).synthesize()
    computed = SynthesizeMorphologies(**keywords(column, tmp_path / "hand")).compute()
    for name in ("name", "apical_NRN_sections"):
        assert result[name].tolist() == computed[name].tolist()
    assert plain(result["apical_points"]) == plain(computed["apical_points"])
    assert result["apical_sections"].tolist() == result["debug_infos"].tolist() == [None, None]


# -- cells that fail -------------------------------------------------------------------------------


@pytest.fixture
def simple(column: SmallColumn, tmp_path: Path) -> SmallColumn:
    """A copy whose cells get no axons."""
    return column.copy(tmp_path / "inputs")


def without_axons(column: SmallColumn, out: Path, **more: Any) -> dict[str, Any]:
    return keywords(column, out, **{"morph_axon": None, "base_morph_dir": None, **more})


def failures(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["gid"], row["mtype"], row["kind"], row["error"], row["message"])
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("debug_data", ["debug.pkl", None])
def test_a_failed_cell_is_none_everywhere(
    simple: SmallColumn, tmp_path: Path, debug_data: str | None
) -> None:
    simple.move_cell(1, (5000.0, 0.0, 0.0))
    found = {}
    for out in (tmp_path / "engine", tmp_path / "hand"):
        debug = None if debug_data is None else out / debug_data
        inputs = without_axons(simple, out, max_failed_ratio=0.5, out_debug_data=debug)
        synthesis = SynthesizeMorphologies(**inputs)
        if out.name == "engine":
            found[out.name] = synthesis.synthesize()
        else:
            found[out.name] = synthesis.compute()
            synthesis.finalize(found[out.name])
        for name in NEW_COLUMNS:
            assert found[out.name].loc[1, name] is None
    assert found["engine"]["name"].tolist() == found["hand"]["name"].tolist()
    assert differences(results(tmp_path / "engine"), results(tmp_path / "hand")) == []
    ((gid, mtype, kind, _, message),) = failures(tmp_path / "hand" / "nodes.failures.csv")
    assert (gid, mtype, kind) == ("1", "L1_DAC", "input")
    assert "is outside the volume" in message


def test_an_unforeseen_exception_fails_one_cell(
    column: SmallColumn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    grow = SynthesisJob.grow

    def broken(job: SynthesisJob, state: Any, gid: int) -> Any:
        if gid == 1:
            raise ZeroDivisionError("by\nzero")
        return grow(job, state, gid)

    monkeypatch.setattr(SynthesisJob, "grow", broken)
    inputs = without_axons(column, tmp_path, out_failures=tmp_path / "failed.csv")
    synthesis = SynthesizeMorphologies(**inputs)
    with caplog.at_level(logging.ERROR):
        result = synthesis.compute()
    assert [name is None for name in result["name"]] == [False, True, False]
    assert "Traceback" in caplog.text
    synthesis.finalize(result)
    expected = ("1", "L1_DAC", "internal", "ZeroDivisionError", "by zero")
    assert failures(tmp_path / "failed.csv") == [expected]
    assert len(voxcell.CellCollection.load_sonata(tmp_path / "nodes.h5").properties) == 2


def test_a_cell_whose_name_the_user_took_is_told_of(column: SmallColumn, tmp_path: Path) -> None:
    synthesis = SynthesizeMorphologies(**without_axons(column, tmp_path))
    result = synthesis.compute()
    synthesis.finalize(result.drop(index=2))
    ((gid, _, kind, _, message),) = failures(tmp_path / "nodes.failures.csv")
    assert (gid, kind, message) == ("2", "internal", "has no name in the result")


# -- an empty population ---------------------------------------------------------------------------


@pytest.fixture
def empty(simple: SmallColumn) -> SmallColumn:
    def clear(cells: voxcell.CellCollection) -> None:
        cells.properties = cells.properties.iloc[:0]
        cells.positions = cells.positions[:0]

    simple.edit_cells(clear)
    return simple


def test_an_empty_population_has_all_columns(empty: SmallColumn, tmp_path: Path) -> None:
    synthesis = SynthesizeMorphologies(**without_axons(empty, tmp_path / "engine"))
    result = synthesis.synthesize()
    assert (len(result), result.columns[-5:].tolist()) == (0, list(NEW_COLUMNS))
    by_hand = SynthesizeMorphologies(**without_axons(empty, tmp_path / "hand"))
    by_hand.finalize(by_hand.compute())
    assert differences(results(tmp_path / "engine"), results(tmp_path / "hand")) == []


def test_empty_results_make_their_folder(empty: SmallColumn, tmp_path: Path) -> None:
    result = SynthesizeMorphologies(**without_axons(empty, tmp_path / "out")).export_empty_results()
    assert result.columns[-5:].tolist() == list(NEW_COLUMNS)
    assert voxcell.CellCollection.load_sonata(tmp_path / "out" / "nodes.h5").size() == 0


# -- changes from Python ---------------------------------------------------------------------------


def test_depths_given_later_count(column: SmallColumn, tmp_path: Path) -> None:
    """By hand and by the engine, as if the constructor had got them."""
    outputs = {}
    for name in ("given", "hand", "engine"):
        depths = {"min_depth": 700, "max_depth": 800} if name == "given" else {}
        synthesis = SynthesizeMorphologies(**without_axons(column, tmp_path / name, **depths))
        if name != "given":
            synthesis.assign_atlas_data(min_depth=700, max_depth=800)
        if name == "engine":
            synthesis.synthesize()
        else:
            synthesis.finalize(synthesis.compute())
        outputs[name] = results(tmp_path / name)
    assert differences(outputs["given"], outputs["hand"]) == []
    assert differences(outputs["given"], outputs["engine"]) == []
    SynthesizeMorphologies(**without_axons(column, tmp_path / "plain")).synthesize()
    assert differences(outputs["given"], results(tmp_path / "plain")) != []


def test_entries_changed_in_place_count(simple: SmallColumn, tmp_path: Path) -> None:
    inputs = without_axons(simple, tmp_path / "changed", overwrite=True)
    synthesis = SynthesizeMorphologies(**inputs)
    before = SynthesizeMorphologies(**without_axons(simple, tmp_path / "before")).compute()
    entry = synthesis.tmd_parameters["O0"]["L1_DAC"]
    entry["basal_dendrite"]["randomness"] = 0.01
    synthesis.compute()
    old, new = results(tmp_path / "before"), results(tmp_path / "changed")
    names = [f"morphologies/{name}.h5" for name in before["name"]]
    assert [old[name] == new[name] for name in names] == [False, False, True]
    del entry["basal_dendrite"]["step_size"]
    with pytest.raises(InvalidInputError, match=r"L1_DAC/basal_dendrite.*step_size"):
        synthesis.compute()


# -- what compute refuses --------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{"container": "shards"}, {"container_path": "one.h5"}])
def test_compute_refuses_containers(
    column: SmallColumn, tmp_path: Path, more: dict[str, Any]
) -> None:
    synthesis = SynthesizeMorphologies(**keywords(column, tmp_path, **more))
    with pytest.raises(InvalidInputError, match=r"no container .*use synthesize\(\)"):
        synthesis.compute()


def test_compute_refuses_to_be_one_of_several_ranks(
    column: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesis = SynthesizeMorphologies(**keywords(column, tmp_path))
    monkeypatch.setenv("PMI_SIZE", "3")
    monkeypatch.setenv("PMI_RANK", "1")
    with pytest.raises(InvalidInputError, match=r"3 ranks .*use synthesize\(\)"):
        synthesis.compute()


def test_compute_refuses_a_folder_with_files(column: SmallColumn, tmp_path: Path) -> None:
    (tmp_path / "morphologies").mkdir()
    (tmp_path / "morphologies" / "foreign").touch()
    inputs = without_axons(column, tmp_path)
    with pytest.raises(InvalidInputError, match=r"Non-empty morphology output folder '.*logies'"):
        SynthesizeMorphologies(**inputs).compute()
    assert len(SynthesizeMorphologies(**inputs, overwrite=True).compute()) == 3
    assert (tmp_path / "morphologies" / "foreign").exists()


# -- ranks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected", "message"),
    [
        (137, ExitCode.INTERNAL, "code 137, .*the same call continues"),
        (4, ExitCode.TOO_MANY_FAILURES, "the command ended with exit code 4"),
        (75, ExitCode.STOPPED_EARLY, "the command ended with exit code 75"),
    ],
)
def test_the_code_of_the_launcher(
    column: SmallColumn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    expected: ExitCode,
    message: str,
) -> None:
    program = tmp_path / "mpiexec"
    program.write_text(f"#!{sys.executable}\nraise SystemExit({code})\n")
    program.chmod(0o755)
    monkeypatch.setattr("region_grower_hpc.engine.launcher.find_mpiexec", lambda: str(program))
    monkeypatch.setattr("region_grower_hpc.engine.launcher.has_mpi", lambda: True)
    monkeypatch.setattr(local_ranks, "has_mpi", lambda: True)
    synthesis = SynthesizeMorphologies(**keywords(column, tmp_path / "out", nb_processes=2))
    with pytest.raises(RegionGrowerHpcError, match=message) as raised:
        synthesis.synthesize()
    assert raised.value.exit_code == expected


@pytest.mark.mpi
def test_variables_of_options_do_not_reach_the_ranks(
    column: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RGHPC_GIDS", "0")
    monkeypatch.setenv("RGHPC_CONTAINER", "merged")
    inputs = without_axons(column, tmp_path, nb_processes=2)
    result = SynthesizeMorphologies(**inputs).synthesize()
    assert all((tmp_path / "morphologies" / f"{name}.h5").exists() for name in result["name"])


def test_settings_as_words_and_back(column: SmallColumn, tmp_path: Path) -> None:
    """What the class gives its ranks is what it was given."""
    synthesis = SynthesizeMorphologies(
        **keywords(column, tmp_path, min_depth=30.5, seed=7, min_hard_scale=0.3)
    )
    command = main.get_command(None, "synthesize-morphologies")  # type: ignore[arg-type]
    assert command is not None
    words = synthesis.settings.to_arguments()
    context = command.make_context("synthesize-morphologies", words)
    assert SynthesisSettings.from_options(context.params) == synthesis.settings
    values = synthesis.settings.to_json()
    assert SynthesisSettings.from_json(values) == synthesis.settings
