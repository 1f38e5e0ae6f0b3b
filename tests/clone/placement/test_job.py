"""Cells that go in, and cells that come out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import voxcell
from numpy.typing import NDArray

from region_grower_hpc.clone.failures import CELL, read_failures, write_failures
from region_grower_hpc.clone.placement.blocks import Blocks
from region_grower_hpc.clone.placement.job import PlacementJob
from region_grower_hpc.clone.placement.rank_state import RankState
from region_grower_hpc.engine.inspection.rerun import rerun_tasks
from region_grower_hpc.engine.job import Failure, StoredResult
from region_grower_hpc.engine.state import StateFolder
from region_grower_hpc.engine.state_dir import state_dir_of_file
from region_grower_hpc.errors import (
    ExitCode,
    ForeignPlanError,
    InvalidInputError,
    TooManyFailuresError,
)
from region_grower_hpc.testing import run_command
from tests.clone.placement.small_circuit import (
    SmallCircuit,
    choices,
    left_out,
    placed,
)


def turned(angle_rad: float) -> NDArray[np.float64]:
    """About z."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def test_cells_with_a_clone_are_written(circuit: SmallCircuit, tmp_path: Path) -> None:
    """In their order, with all they had; the others are listed."""

    def more(cells: voxcell.CellCollection) -> None:
        cells.properties["@dynamics:threshold"] = np.arange(60.0)
        cells.properties["region"] = "O0"
        cells.orientations = np.array([turned(0.1 * number) for number in range(60)])

    circuit.edit_cells(more)
    out = tmp_path / "out"
    finished = circuit.run(out)
    assert finished.exit_code == ExitCode.DONE, finished.output
    before = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5")
    after = voxcell.CellCollection.load_sonata(out / "nodes.h5")
    kept = after.properties["number"].to_numpy()
    assert 0 < len(kept) < 60
    assert list(kept) == sorted(kept)
    assert sorted([*kept, *left_out(out)]) == list(range(60))
    assert after.population_name == "column"
    np.testing.assert_array_equal(after.positions, before.positions[kept])
    np.testing.assert_allclose(after.orientations, before.orientations[kept], atol=1e-14)
    for name in ("mtype", "layer", "region", "@dynamics:threshold"):
        expected = before.properties[name].to_numpy()[kept]
        assert list(after.properties[name]) == list(expected), name
    mtypes = after.properties["mtype"].astype(str)
    clones = after.properties["morphology"].astype(str)
    assert all(clone.startswith(mtype) for clone, mtype in zip(clones, mtypes, strict=True))
    with h5py.File(out / "nodes.h5") as file:
        assert h5py.check_string_dtype(
            file["nodes/column/0/@library/morphology"].dtype
        ) or h5py.check_string_dtype(file["nodes/column/0/morphology"].dtype)


@pytest.mark.parametrize("stream", ["independent", "sequential"])
def test_a_choice_depends_on_seed_and_cell_alone(
    circuit: SmallCircuit, tmp_path: Path, stream: str
) -> None:
    """Not on the other cells: their place decides theirs."""
    first = circuit.run(tmp_path / "first", random_stream=stream, seed=3)
    assert first.exit_code == ExitCode.DONE, first.output

    def fewer(cells: voxcell.CellCollection) -> None:
        cells.properties = cells.properties.iloc[:40]
        cells.positions = cells.positions[:40]

    circuit.edit_cells(fewer)
    second = circuit.run(tmp_path / "second", random_stream=stream, seed=3)
    assert second.exit_code == ExitCode.DONE, second.output
    other = circuit.run(tmp_path / "other", random_stream=stream, seed=4)
    assert other.exit_code == ExitCode.DONE, other.output
    expected = {cell: clone for cell, clone in placed(tmp_path / "first").items() if cell < 40}
    assert placed(tmp_path / "second") == expected
    assert placed(tmp_path / "other") != expected


@pytest.mark.parametrize(
    ("ratio", "code"), [(0.0, ExitCode.TOO_MANY_FAILURES), (1.0, ExitCode.DONE)]
)
def test_max_drop_ratio_is_of_each_mtype(
    circuit: SmallCircuit, tmp_path: Path, ratio: float, code: ExitCode
) -> None:
    """A second look at the complete run judges the same."""
    for _ in range(2):
        finished = circuit.run(tmp_path, max_drop_ratio=ratio)
        assert finished.exit_code == code
    n_of = {"AAC": [0, 0], "PC": [0, 0]}
    cells = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5")
    dropped = left_out(tmp_path)
    for cell, mtype in enumerate(cells.properties["mtype"]):
        n_of[mtype][1] += 1
        n_of[mtype][0] += cell in dropped
    largest = max(few / many for few, many in n_of.values())
    assert circuit.run(tmp_path, max_drop_ratio=largest).exit_code == ExitCode.DONE
    refused = circuit.run(tmp_path, max_drop_ratio=largest - 0.001)
    assert refused.exit_code == ExitCode.TOO_MANY_FAILURES
    worst = max(n_of, key=lambda mtype: n_of[mtype][0] / n_of[mtype][1])
    assert "{}: {} of {}".format(worst, *n_of[worst]) in refused.output


def test_reasons(circuit: SmallCircuit, tmp_path: Path) -> None:
    """Of cells that cannot be placed; each fails alone."""

    def move(cells: voxcell.CellCollection) -> None:
        cells.positions[0] = (5000.0, 10.0, 10.0)
        cells.positions[1] = (np.nan, 10.0, 10.0)
        cells.positions[2] = (50.0, 1190.0, 10.0)
        cells.positions[3] = (50.0, 1110.0, 10.0)
        cells.properties = cells.properties.astype({"mtype": object, "layer": object})
        cells.properties.loc[2:3, "mtype"] = ["AAC", "AAC"]
        cells.properties.loc[2:3, "layer"] = "1"
        cells.properties.loc[4, "mtype"] = "UNKNOWN"
        cells.properties.loc[5, "layer"] = "7"

    circuit.edit_cells(move)
    circuit.edit_voxels("[PH]y", lambda voxels: voxels[1, 29].fill(np.nan))
    circuit.edit_voxels("[PH]2", lambda voxels: voxels[1, 27].fill(np.nan))
    finished = circuit.run(tmp_path)
    assert finished.exit_code == ExitCode.DONE, finished.output
    reasons = left_out(tmp_path)
    assert reasons[0] == "the cell lies outside the atlas"
    assert reasons[1] == "the cell's position is not finite"
    assert reasons[2] == "[PH]y.nrrd has no value at the cell"
    assert reasons[3] == "[PH]2.nrrd has no values at the cell"
    assert reasons[4] == "the database has no clone of layer " + _layer(circuit, 4, "UNKNOWN")
    assert reasons[5] == "the database has no clone of layer " + _layer(circuit, 5)
    rest = [reason for cell, reason in reasons.items() if cell > 5]
    assert all("has a score above 0 at the cell" in reason for reason in rest)


def _layer(circuit: SmallCircuit, cell: int, mtype: str = "") -> str:
    row = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5").properties.iloc[cell]
    return f"{row['layer']}, mtype {mtype or row['mtype']}"


def test_a_layer_that_no_rule_of_the_cell_names_may_have_no_bounds(
    circuit: SmallCircuit, tmp_path: Path
) -> None:
    """Rules of all name layer 1 only, those of AAC layer 2 too."""
    before = circuit.run(tmp_path / "before")
    assert before.exit_code == ExitCode.DONE, before.output
    circuit.edit_voxels("[PH]2", lambda voxels: voxels.fill(np.nan))
    after = circuit.run(tmp_path / "after")
    assert after.exit_code == ExitCode.DONE, after.output
    whole, left = placed(tmp_path / "before"), placed(tmp_path / "after")
    assert left == {cell: clone for cell, clone in whole.items() if clone.startswith("PC")}
    assert left


def test_missing_annotations(circuit: SmallCircuit, tmp_path: Path) -> None:
    """A clone without one is no candidate, one with an empty one suits every cell."""
    circuit.annotate({f"PC_clone_{number}": {} for number in (2, 5)})
    finished = circuit.run(tmp_path)
    assert finished.exit_code == ExitCode.DONE, finished.output
    assert set(placed(tmp_path).values()) == {"PC_clone_2", "PC_clone_5"}
    reasons = set(left_out(tmp_path).values())
    assert reasons == {
        f"none of the 8 clones of layer {layer}, mtype AAC has an annotation" for layer in "123"
    }


def test_integer_layers_are_texts(circuit: SmallCircuit, tmp_path: Path) -> None:
    circuit.run(tmp_path / "text")

    def numbered(cells: voxcell.CellCollection) -> None:
        cells.properties["layer"] = cells.properties["layer"].astype(int)

    circuit.edit_cells(numbered)
    finished = circuit.run(tmp_path / "integer")
    assert finished.exit_code == ExitCode.DONE, finished.output
    assert placed(tmp_path / "integer") == placed(tmp_path / "text")
    cells = voxcell.CellCollection.load_sonata(tmp_path / "integer" / "nodes.h5")
    assert cells.properties["layer"].dtype.kind == "i"


def test_etypes_of_an_extended_database(circuit: SmallCircuit, tmp_path: Path) -> None:
    """They count where database and cells have them."""
    rows = [
        (f"PC_clone_{number}", layer, "PC", "bAC" if number < 4 else "cAC", "model")
        for layer in "123"
        for number in range(8)
    ]
    circuit.offer(rows)
    without = circuit.run(tmp_path / "without")
    assert without.exit_code == ExitCode.DONE, without.output
    assert len(set(placed(tmp_path / "without").values())) > 4

    def electric(cells: voxcell.CellCollection) -> None:
        cells.properties["etype"] = np.where(np.arange(60) % 2, "bAC", "cAC")

    circuit.edit_cells(electric)
    finished = circuit.run(tmp_path / "with")
    assert finished.exit_code == ExitCode.DONE, finished.output
    for cell, clone in placed(tmp_path / "with").items():
        assert (int(clone[-1]) < 4) == bool(cell % 2)
    reasons = left_out(tmp_path / "with").values()
    assert "the database has no clone of layer 1, mtype AAC, etype bAC" in reasons


def test_without_replacement(
    circuit: SmallCircuit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two cells share a clone only if there are not enough that suit."""
    names = [f"PC_clone_{number}" for number in range(40)]
    circuit.offer([(name, layer, "PC") for layer in "12" for name in names])
    circuit.annotate({name: {} for name in names})
    several = circuit.run(tmp_path / "several")
    assert len(set(placed(tmp_path / "several").values())) < len(placed(tmp_path / "several"))
    assert several.exit_code == ExitCode.DONE, several.output
    own = circuit.run(tmp_path / "own", without_replacement=True)
    assert own.exit_code == ExitCode.DONE, own.output
    assert "share theirs" not in caplog.text
    layer_of = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5").properties["layer"]
    found = placed(tmp_path / "own")
    assert found.keys() == placed(tmp_path / "several").keys()
    pairs = [(layer_of[cell], clone) for cell, clone in found.items()]
    assert len(set(pairs)) == len(pairs)


def test_without_replacement_over_all_groups_that_offer_a_clone(
    circuit: SmallCircuit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Layers 1 and 2 share their clones, AAC and PC of layer 2 too; AAC of layer 3 has its own."""
    names = [f"clone_{number}" for number in range(60)]
    own = [f"own_{number}" for number in range(60)]
    offered = [("1", "PC"), ("2", "PC"), ("2", "AAC")]
    circuit.offer(
        [(name, layer, mtype) for layer, mtype in offered for name in names]
        + [(name, "3", "AAC") for name in own]
    )
    circuit.annotate({name: {} for name in names + own})
    finished = circuit.run(tmp_path / "alone", without_replacement=True)
    assert finished.exit_code == ExitCode.DONE, finished.output
    assert "share theirs" not in caplog.text
    found = placed(tmp_path / "alone")
    assert len(found) > 30
    assert len(set(found.values())) == len(found)
    cells = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5").properties
    keys = {(cells["layer"][cell], cells["mtype"][cell]) for cell in found}
    assert keys == {*offered, ("3", "AAC")}
    _, plan, _ = choices(circuit.settings(tmp_path, without_replacement=True))
    assert plan.n_tasks == 2
    assert list(plan.cost_group_names) == ["1/AAC", "1/PC and 2 more", "3/AAC", "3/PC"]


@pytest.mark.mpi
def test_without_replacement_whatever_the_number_of_ranks(
    circuit: SmallCircuit, tmp_path: Path
) -> None:
    names = [f"clone_{number}" for number in range(20)]
    circuit.offer(
        [
            (name, layer, mtype)
            for layer in "123"
            for mtype in ("PC", "AAC")
            for name in names[int(layer) :]
        ]
    )
    circuit.annotate({name: {} for name in names})
    for n_ranks in (1, 3):
        out = tmp_path / str(n_ranks)
        finished = run_command(
            ["-m", "tests.clone.placement.run_placement"]
            + circuit.arguments(out, without_replacement=True)
            + (["--nb-processes", "3"] if n_ranks > 1 else [])
        )
        assert finished.returncode == 0, finished.stderr
    assert placed(tmp_path / "1") == placed(tmp_path / "3")
    assert (tmp_path / "1" / "nodes.h5").read_bytes() == (tmp_path / "3" / "nodes.h5").read_bytes()


def test_without_replacement_tells_that_clones_are_too_few(
    circuit: SmallCircuit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    circuit.offer([(f"PC_clone_{number}", "1", "PC") for number in range(3)])
    circuit.annotate({f"PC_clone_{number}": {} for number in range(3)})
    finished = circuit.run(tmp_path, without_replacement=True)
    assert finished.exit_code == ExitCode.DONE, finished.output
    found = list(placed(tmp_path).values())
    assert set(found) == {"PC_clone_0", "PC_clone_1", "PC_clone_2"}
    n_several = sum(found.count(name) > 1 for name in set(found))
    assert f"{len(found) - 3} cells share theirs; {n_several} clones" in caplog.text


def test_one_block_of_a_group_is_as_several(
    circuit: SmallCircuit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_cell(results: list[StoredResult], state: RankState) -> dict[int, int]:
        return {
            int(cell): int(position)
            for result in results
            for cell, position in zip(
                state.blocks.cells(result.task), result.arrays["positions"], strict=True
            )
        }

    whole, plan, state = choices(circuit.settings(tmp_path))
    monkeypatch.setattr("region_grower_hpc.clone.placement.planning.BLOCK_CELLS", 4)
    parts, finer, finer_state = choices(circuit.settings(tmp_path))
    assert finer.n_tasks > plan.n_tasks
    assert by_cell(parts, finer_state) == by_cell(whole, state)


@pytest.mark.parametrize("own", [True, False])
def test_orientations_of_the_atlas(circuit: SmallCircuit, tmp_path: Path, own: bool) -> None:
    """Cells that have none get those of the atlas; where it has none either, the cell fails."""
    shape = (2, 30, 2, 4)
    field = np.zeros(shape, dtype=np.float32)
    field[..., 0] = field[..., 3] = np.sqrt(0.5)  # w, x, y, z: a quarter turn about z
    field[0, 0] = 0.0
    voxcell.OrientationField(field, (40.0,) * 3).save_nrrd(
        str(circuit.folder / "atlas" / "orientation.nrrd")
    )

    def change(cells: voxcell.CellCollection) -> None:
        cells.positions[0] = (10.0, 10.0, 10.0)
        if own:
            cells.orientations = np.array([turned(0.5)] * 60)

    circuit.edit_cells(change)
    finished = circuit.run(tmp_path)
    assert finished.exit_code == ExitCode.DONE, finished.output
    cells = voxcell.CellCollection.load_sonata(tmp_path / "nodes.h5")
    expected = turned(0.5 if own else np.pi / 2)
    np.testing.assert_allclose(cells.orientations, [expected] * len(cells), atol=1e-7)
    no_orientation = left_out(tmp_path).get(0) == "orientation.nrrd has no orientation at the cell"
    assert no_orientation == (not own)


def test_identity_where_nothing_tells_an_orientation(
    circuit: SmallCircuit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    circuit.run(tmp_path)
    assert "they are the identity" in caplog.text
    cells = voxcell.CellCollection.load_sonata(tmp_path / "nodes.h5")
    np.testing.assert_array_equal(cells.orientations, [np.identity(3)] * len(cells))


@pytest.mark.parametrize("suffix", [".h5", ".mvd3"])
def test_no_cell_gets_a_clone(circuit: SmallCircuit, tmp_path: Path, suffix: str) -> None:
    circuit.annotate({})
    out_cells = tmp_path / f"nodes{suffix}"
    for _ in range(2):
        finished = circuit.run(tmp_path, out_cells=out_cells)
        assert finished.exit_code == ExitCode.DONE, finished.output
    assert len(left_out(tmp_path)) == 60
    refused = circuit.run(tmp_path, out_cells=out_cells, max_drop_ratio=0.9)
    assert refused.exit_code == ExitCode.TOO_MANY_FAILURES, refused.output


def test_mvd3(circuit: SmallCircuit, tmp_path: Path) -> None:
    circuit.run(tmp_path / "sonata")
    cells = voxcell.CellCollection.load_sonata(circuit.folder / "cells.h5")
    cells.save_mvd3(circuit.folder / "cells.mvd3")
    changes = {
        "cells": circuit.folder / "cells.mvd3",
        "out_cells": tmp_path / "mvd3" / "nodes.mvd3",
    }
    finished = circuit.run(tmp_path / "mvd3", **changes)
    assert finished.exit_code == ExitCode.DONE, finished.output
    found = voxcell.CellCollection.load_mvd3(changes["out_cells"]).properties
    pairs = dict(zip(found["number"], found["morphology"].astype(str), strict=True))
    assert pairs == placed(tmp_path / "sonata")


def test_a_former_morphology_is_replaced(circuit: SmallCircuit, tmp_path: Path) -> None:
    circuit.run(tmp_path / "first")

    def old(cells: voxcell.CellCollection) -> None:
        cells.properties["morphology"] = "old"

    circuit.edit_cells(old)
    circuit.run(tmp_path / "second")
    assert placed(tmp_path / "second") == placed(tmp_path / "first")


def test_block_that_failed(circuit: SmallCircuit, tmp_path: Path) -> None:
    """Its cells are listed with what happened to it, and the run has failed whatever is dropped."""
    results, plan, _ = choices(circuit.settings(tmp_path))
    job = PlacementJob(circuit.settings(tmp_path))
    failure = Failure(results[0].task, "crash", "", "died of SIGSEGV")
    rows = np.array([result.row for result in results], dtype=plan.row_dtype)
    job.gather(plan, rows, [failure], results[1:])
    reasons = left_out(tmp_path)
    died = [cell for cell, reason in reasons.items() if reason == "died of SIGSEGV"]
    assert len(died) == len(results[0].arrays["positions"])
    assert not set(died) & set(placed(tmp_path))
    assert len(placed(tmp_path)) + len(reasons) == 60
    assert job.verdict(plan.n_tasks, {}, None) is None
    assert isinstance(job.verdict(plan.n_tasks, {"crash": 1}, None), TooManyFailuresError)
    assert job.verdict(plan.n_tasks, {"crash": 1}, 0.5) is None


def test_rows_of_other_kinds_stay_in_the_failures(circuit: SmallCircuit, tmp_path: Path) -> None:
    path = tmp_path / "failures.csv"
    write_failures(path, None, [("graft", "a", "b")])
    circuit.run(tmp_path)
    rows = read_failures(path)
    assert rows[0] == ("graft", "a", "b")
    assert {kind for kind, _, _ in rows[1:]} == {CELL}
    assert len(rows) == 61 - len(placed(tmp_path))
    assert read_failures(tmp_path / "nodes.failures.csv") == rows[1:]


def test_several_sets_of_cells_with_one_list_of_failures(
    circuit: SmallCircuit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each has its own list; the common one tells of the last."""
    common = {"failures_csv": tmp_path / "failures.csv"}
    circuit.run(tmp_path / "first", **common)
    first = left_out(tmp_path / "first")

    def fewer(cells: voxcell.CellCollection) -> None:
        cells.properties = cells.properties.iloc[:40]
        cells.positions = cells.positions[:40]

    whole = circuit.folder / "whole.h5"
    shutil.copy(circuit.folder / "cells.h5", whole)
    circuit.edit_cells(fewer)
    circuit.run(tmp_path / "second", **common)
    second = left_out(tmp_path / "second")
    assert set(second) < set(first)
    assert {int(name) for _, name, _ in read_failures(common["failures_csv"])} == set(second)

    before = (tmp_path / "first" / "nodes.h5").stat().st_mtime_ns
    caplog.clear()
    refused = circuit.run(tmp_path / "first", cells=whole, max_drop_ratio=0.0, **common)
    assert refused.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "first/nodes.failures.csv" in refused.output
    assert "is missing" not in caplog.text
    assert (tmp_path / "first" / "nodes.h5").stat().st_mtime_ns == before
    job = PlacementJob(circuit.settings(tmp_path / "first", cells=whole, **common))
    state = StateFolder(state_dir_of_file(tmp_path / "first" / "nodes.h5"))
    repeats = rerun_tasks(job, state, job.plan().tasks.tolist(), here=True)
    assert "cells left out" in {one.what for repeat in repeats for one in repeat.verdicts}
    assert not any(one.difference for repeat in repeats for one in repeat.verdicts)


def test_decimal_ratios_are_exact(circuit: SmallCircuit, tmp_path: Path) -> None:
    """0.29 * 100 is below 29 in floating point."""

    def hundred(cells: voxcell.CellCollection) -> None:
        cells.positions = np.tile([[30.0, 600.0, 30.0]], (100, 1))
        cells.positions[:29] = 5000.0
        cells.properties = pd.DataFrame({"layer": ["2"] * 100, "mtype": ["PC"] * 100})

    circuit.edit_cells(hundred)
    circuit.annotate({"PC_clone_0": {}})
    finished = circuit.run(tmp_path, max_drop_ratio=0.29)
    assert finished.exit_code == ExitCode.DONE, finished.output
    refused = circuit.run(tmp_path, max_drop_ratio=0.289)
    assert refused.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "PC: 29 of 100" in refused.output


@pytest.mark.parametrize("name", ["nodes.h5", "nodes.failures.csv"])
def test_lost_outputs_are_made_again(circuit: SmallCircuit, tmp_path: Path, name: str) -> None:
    circuit.run(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.*") if path.is_file()}
    (tmp_path / name).unlink()
    again = circuit.run(tmp_path)
    assert again.exit_code == ExitCode.DONE, again.output
    after = {path.name: path.read_bytes() for path in tmp_path.glob("*.*") if path.is_file()}
    assert after == before


def test_another_plan_is_refused_and_replaced(circuit: SmallCircuit, tmp_path: Path) -> None:
    circuit.run(tmp_path)
    before = placed(tmp_path)
    refused = circuit.run(tmp_path, seed=1)
    assert refused.exit_code == ExitCode.FOREIGN_PLAN
    assert placed(tmp_path) == before
    replaced = circuit.run(tmp_path, "--overwrite", seed=1)
    assert replaced.exit_code == ExitCode.DONE, replaced.output
    assert placed(tmp_path) != before


def test_rerun_finds_the_same(
    circuit: SmallCircuit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it sees what was changed since."""
    monkeypatch.setattr("region_grower_hpc.clone.placement.planning.BLOCK_CELLS", 4)
    circuit.run(tmp_path)
    settings = circuit.settings(tmp_path)
    job = PlacementJob.from_settings(settings.to_json(), settings.out_cells)
    assert job == PlacementJob(settings)
    state = StateFolder(state_dir_of_file(settings.out_cells))
    tasks = job.plan().tasks.tolist()
    repeats = rerun_tasks(job, state, tasks[:3], here=True)
    verdicts = [verdict for repeat in repeats for verdict in repeat.verdicts]
    assert {verdict.what for verdict in verdicts} >= {"clones", "cells left out"}
    assert not any(verdict.difference for verdict in verdicts)
    cells = voxcell.CellCollection.load_sonata(settings.out_cells)
    cells.properties["morphology"] = "another"
    cells.save_sonata(settings.out_cells)
    [repeat] = rerun_tasks(job, state, tasks[-1:], here=True)
    assert any(verdict.difference for verdict in repeat.verdicts)


def test_rerun_of_a_cell_does_its_block(circuit: SmallCircuit, tmp_path: Path) -> None:
    """A cell that is in none is told, as is one that is not in the file."""

    def move(cells: voxcell.CellCollection) -> None:
        cells.positions[5] = 5000.0

    circuit.edit_cells(move)
    circuit.run(tmp_path)
    settings = circuit.settings(tmp_path)
    job = PlacementJob(settings)
    plan, state = job.plan(), StateFolder(state_dir_of_file(settings.out_cells))
    blocks = Blocks.from_arrays(plan.shared)
    for task in plan.tasks.tolist():
        for cell in blocks.cells(task).tolist():
            assert job.task_of(plan, cell) == task
    last = int(blocks.cells(int(plan.tasks[-1]))[-1])
    assert last not in plan.tasks
    (repeat,) = rerun_tasks(job, state, [last, int(plan.tasks[-1])], here=True)
    assert repeat.task == plan.tasks[-1]
    with pytest.raises(InvalidInputError, match=r"gid 5 .*: the cell lies outside the atlas"):
        rerun_tasks(job, state, [5], here=True)
    for unknown in (60, -1):
        with pytest.raises(
            InvalidInputError, match=f"no gid {unknown}; .*cells.h5' has .* 0 to 59"
        ):
            rerun_tasks(job, state, [unknown], here=True)


@pytest.mark.parametrize("below", ["", "deep/"])
def test_rerun_of_moved_cells(circuit: SmallCircuit, tmp_path: Path, below: str) -> None:
    """What cloning has made moves along; where only the cells were moved, it is where it was."""
    out = tmp_path / "out"
    (out / "clone").mkdir(parents=True)
    made = {}
    for key, name in (("database", "neuronDB.dat"), ("annotations", "clone_annotations.json")):
        made[key] = (circuit.folder / name).rename(out / "clone" / name)
    changes = {**made, "failures_csv": out / "failures.csv", "out_cells": out / below / "nodes.h5"}
    finished = circuit.run(out, **changes)
    assert finished.exit_code == ExitCode.DONE, finished.output
    settings = circuit.settings(out, **changes)
    task = str(PlacementJob(settings).plan().tasks[-1])
    alone = tmp_path / "alone"
    alone.mkdir()
    for path in (settings.out_cells, settings.left_out_csv):
        shutil.copy(path, alone)
    shutil.copytree(state_dir_of_file(settings.out_cells), alone / "nodes.h5.rghpc")
    same = settings.moved(alone / "nodes.h5")
    assert same == replace(settings, out_cells=alone / "nodes.h5")

    out.rename(tmp_path / "out2")
    now = settings.moved(tmp_path / "out2" / below / "nodes.h5")
    assert now.database == tmp_path / "out2" / "clone" / "neuronDB.dat"
    assert now.failures_csv == tmp_path / "out2" / "failures.csv"
    job = PlacementJob.from_settings(settings.to_json(), now.out_cells)
    assert job == PlacementJob(now)
    state = StateFolder(state_dir_of_file(now.out_cells))
    (repeat,) = rerun_tasks(job, state, [int(task)], here=True)
    assert repeat.verdicts
    assert not any(verdict.difference for verdict in repeat.verdicts)


def test_changed_cells_are_named(circuit: SmallCircuit, tmp_path: Path) -> None:
    """Also where other cells make other tasks."""
    circuit.run(tmp_path)
    settings = circuit.settings(tmp_path)
    state = StateFolder(state_dir_of_file(settings.out_cells))
    task = int(PlacementJob(settings).plan().tasks[0])

    def move(cells: voxcell.CellCollection) -> None:
        cells.positions[task] = 5000.0

    circuit.edit_cells(move)
    refused = circuit.run(tmp_path)
    assert refused.exit_code == ExitCode.FOREIGN_PLAN
    assert "the content of --cells" in refused.output
    for gid in (task, task + 1, 1000):
        with pytest.raises(ForeignPlanError, match="differ in the content of --cells"):
            rerun_tasks(PlacementJob(settings), state, [gid], here=True)
