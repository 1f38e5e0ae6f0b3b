"""Cells that cannot be grown: rows of failures.csv, and no harm to the others."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import voxcell
import yaml

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.synthesis.outputs import FAILURE_COLUMNS
from region_grower_hpc.testing import results, run_command
from tests.synthesis.small_column import REGION, SmallColumn, make_small_column

MTYPE = "L1_DAC"
BAD = 1
GOOD = [0, 2, 3]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    """Four cells, all of which can be grown."""
    return make_small_column(tmp_path_factory.mktemp("original") / "inputs")


@pytest.fixture(scope="module")
def expected(original: SmallColumn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Morphology files of the run without a bad cell."""
    out = tmp_path_factory.mktemp("expected") / "out"
    assert original.run(out).exit_code == ExitCode.DONE
    return morphologies(out)


@pytest.fixture
def column(original: SmallColumn, tmp_path: Path) -> SmallColumn:
    return original.copy(tmp_path / "inputs")


def morphologies(out: Path) -> dict[str, bytes]:
    return results(out / "morphologies")


def failures(out: Path) -> list[dict[str, str]]:
    with (out / "nodes.failures.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == FAILURE_COLUMNS
        return list(reader)


def row(message: str, kind: str = "input", gid: int = BAD, error: str = "") -> dict[str, str]:
    columns = (str(gid), MTYPE, "mc0;1", kind, error, message)
    return dict(zip(FAILURE_COLUMNS, columns, strict=True))


def check_only_the_bad_cell_is_missing(
    column: SmallColumn, out: Path, expected: dict[str, bytes]
) -> None:
    """The other cells are what they are without it, in every output."""
    cells = voxcell.CellCollection.load_sonata(out / "nodes.h5")
    names = list(cells.properties["morphology"])
    assert list(cells.properties.index) == [0, 1, 2]
    before = voxcell.CellCollection.load_sonata(column.cells)
    np.testing.assert_array_equal(cells.positions, before.positions[GOOD])
    assert morphologies(out) == {f"{name}.h5": expected[f"{name}.h5"] for name in names}
    assert list(yaml.safe_load((out / "apical.yaml").read_text())) == sorted(names)


NOWHERE = (5000.0, 0.0, 0.0)
NAN = (np.nan, 0.0, 0.0)


@pytest.mark.parametrize(
    ("position", "message"),
    [
        (NOWHERE, "gid 1: position (5000, 0, 0) is outside the volume of [PH]y.nrrd"),
        (NAN, "gid 1: position (nan, 0, 0) in the cells file is not finite"),
        ((0.0, np.inf, 0.0), "gid 1: position (0, inf, 0) in the cells file is not finite"),
    ],
)
def test_a_cell_without_place(
    column: SmallColumn,
    tmp_path: Path,
    expected: dict[str, bytes],
    position: Any,
    message: str,
) -> None:
    column.move_cell(BAD, position)
    out = tmp_path / "out"
    done = column.run(out)
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "1 of 4 cells failed" in done.output
    assert "--max-failed-ratio" in done.output
    assert failures(out) == [row(message)]
    check_only_the_bad_cell_is_missing(column, out, expected)


def test_no_orientation_where_it_is_needed(
    column: SmallColumn, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    column.blank_voxel("orientation", BAD)
    out = tmp_path / "out"
    assert column.run(out).exit_code == ExitCode.TOO_MANY_FAILURES
    (failure,) = failures(out)
    place = failure["message"].removeprefix("gid 1: NaN in orientation.nrrd at the cell's position")
    assert failure == row(f"gid 1: NaN in orientation.nrrd at the cell's position{place}")
    check_only_the_bad_cell_is_missing(column, out, expected)


def test_no_orientation_where_it_is_not_needed(column: SmallColumn, tmp_path: Path) -> None:
    column.edit_json(
        column.parameters, lambda content: content[REGION][MTYPE].pop("context_constraints")
    )
    assert column.run(tmp_path / "upright").exit_code == ExitCode.DONE
    column.blank_voxel("orientation", BAD)
    assert column.run(tmp_path / "out").exit_code == ExitCode.DONE
    assert failures(tmp_path / "out") == []
    assert morphologies(tmp_path / "out") == morphologies(tmp_path / "upright")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "[PH]y",
            "gid 1: Nan in some PH values: depth, from [PH]y.nrrd and the [PH] file of the first "
            "layer",
        ),
        (
            "[PH]1",
            "gid 1: Nan in some PH values: depth, from [PH]y.nrrd and the [PH] file of the first "
            "layer",
        ),
    ],
)
def test_no_depth(
    column: SmallColumn, tmp_path: Path, expected: dict[str, bytes], name: str, message: str
) -> None:
    column.blank_voxel(name, BAD)
    out = tmp_path / "out"
    assert column.run(out).exit_code == ExitCode.TOO_MANY_FAILURES
    assert failures(out) == [row(message)]
    check_only_the_bad_cell_is_missing(column, out, expected)


def test_no_thickness_of_a_layer_that_is_not_needed(
    column: SmallColumn, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    column.blank_voxel("[PH]6", BAD)
    assert column.run(tmp_path / "out").exit_code == ExitCode.DONE
    assert morphologies(tmp_path / "out") == expected


def test_a_layer_without_thickness_is_a_growth_failure(
    column: SmallColumn, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    position = voxcell.CellCollection.load_sonata(column.cells).positions[BAD]

    def flatten(volume: voxcell.VoxelData) -> None:
        at = tuple(volume.positions_to_indices(position))
        volume.raw[at] = volume.raw[at][1]

    column.edit_voxels("[PH]1", flatten)
    out = tmp_path / "out"
    assert column.run(out).exit_code == ExitCode.DONE, "growth failures only drop the cell"
    assert failures(out) == [row("Layer 1 has no/negative thickness", kind="growth")]
    check_only_the_bad_cell_is_missing(column, out, expected)
    strict = column.run(out, "--max-failed-ratio", "0")
    assert strict.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "--max-failed-ratio is 0" in strict.output


def test_failures_within_the_ratio_are_success(column: SmallColumn, tmp_path: Path) -> None:
    column.move_cell(BAD, NOWHERE)
    out = tmp_path / "out"
    assert column.run(out, "--max-failed-ratio", "0.25").exit_code == ExitCode.DONE
    assert column.run(out, "--max-failed-ratio", "0.2").exit_code == ExitCode.TOO_MANY_FAILURES


@pytest.mark.parametrize("container", ["files", "merged", "shards"])
def test_all_cells_fail(column: SmallColumn, tmp_path: Path, container: str) -> None:
    for gid in range(4):
        column.move_cell(gid, NOWHERE)
    out = tmp_path / "out"
    done = column.run(out, "--container", container, "--max-failed-ratio", "1")
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "Error: no cell succeeded" in done.output
    assert "Traceback" not in done.output
    assert [failure["gid"] for failure in failures(out)] == ["0", "1", "2", "3"]
    assert voxcell.CellCollection.load_sonata(out / "nodes.h5").properties.empty


@pytest.mark.parametrize("container", ["files", "merged", "shards"])
def test_an_empty_population(column: SmallColumn, tmp_path: Path, container: str) -> None:
    def remove_all(cells: voxcell.CellCollection) -> None:
        cells.properties = cells.properties.iloc[:0]
        cells.positions = cells.positions[:0]

    column.edit_cells(remove_all)
    out = tmp_path / "out"
    done = column.run(out, "--container", container)
    assert done.exit_code == ExitCode.DONE, done.output
    assert sorted(results(out)) == ["nodes.failures.csv", "nodes.h5"]
    assert failures(out) == []


@pytest.mark.mpi
def test_ranks_tell_the_same(column: SmallColumn, tmp_path: Path) -> None:
    column.move_cell(BAD, NOWHERE)
    column.run(tmp_path / "one")
    command = ["-m", "region_grower_hpc", *column.arguments(tmp_path / "two")]
    finished = run_command(command, n_ranks=2)
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES
    assert finished.stderr.count("Error: 1 of 4 cells failed") == 1
    assert results(tmp_path / "two") == results(tmp_path / "one")
