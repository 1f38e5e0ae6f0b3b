"""What the user gets wrong: the message names file, place and way out, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import voxcell

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command
from tests.synthesis.small_column import REGION, SmallColumn, make_small_column

MTYPE = "L1_DAC"
PLACE = f"{REGION}/{MTYPE}"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("original") / "inputs", [MTYPE])


@pytest.fixture
def column(original: SmallColumn, tmp_path: Path) -> SmallColumn:
    """Inputs to spoil."""
    return original.copy(tmp_path / "inputs")


def check_refused(column: SmallColumn, out: Path, words: list[str], *more: str | Path) -> None:
    """The run ends with 3, one line that holds all words, and no file."""
    before = contents(out)
    done = column.run(out, *more)
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    told = [line for line in done.output.splitlines() if " - INFO - " not in line]
    assert len(told) == 1, done.output
    assert told[0].startswith("Error: ")
    assert [word for word in words if word not in told[0]] == [], told[0]
    assert contents(out) == before


def contents(folder: Path) -> dict[str, bytes | None]:
    """All files and folders below a folder, which may not exist."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# -- the atlas ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("hierarchy.json", "brain_regions.nrrd", "orientation.nrrd"),
        *("[PH]y.nrrd", "[PH]1.nrrd", "[PH]6.nrrd"),
    ],
)
def test_an_atlas_file_is_missing(column: SmallColumn, tmp_path: Path, name: str) -> None:
    (column.atlas / name).unlink()
    check_refused(column, tmp_path / "out", [name, "does not exist", "add it"])


@pytest.mark.parametrize("name", ["orientation.nrrd", "[PH]y.nrrd", "[PH]3.nrrd"])
@pytest.mark.parametrize("content", ["truncated", "garbage", "empty"])
def test_an_atlas_file_is_damaged(
    column: SmallColumn, tmp_path: Path, name: str, content: str
) -> None:
    path = column.atlas / name
    data = path.read_bytes()
    damaged = {"truncated": data[: len(data) // 2], "garbage": bytes(1000), "empty": b""}
    path.write_bytes(damaged[content])
    check_refused(column, tmp_path / "out", [name, "no valid file", "replace it"])


def test_hierarchy_is_no_json(column: SmallColumn, tmp_path: Path) -> None:
    (column.atlas / "hierarchy.json").write_text('{"id": 1,')
    check_refused(column, tmp_path / "out", ["hierarchy.json", "replace it"])


@pytest.mark.parametrize("name", ["orientation", "[PH]y", "[PH]2"])
def test_a_volume_has_another_grid(column: SmallColumn, tmp_path: Path, name: str) -> None:
    def shorten(volume: voxcell.VoxelData) -> None:
        volume.raw = volume.raw[:-1]

    column.edit_voxels(name, shorten)
    check_refused(
        column, tmp_path / "out", [f"{name}.nrrd", "another grid than brain_regions.nrrd"]
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("[PH]1", 1),
        ("[PH]1", 3),
        ("[PH]y", 2),
    ],
)
def test_a_voxel_has_another_number_of_values(
    column: SmallColumn, tmp_path: Path, name: str, values: int
) -> None:
    def replace(volume: voxcell.VoxelData) -> None:
        volume.raw = np.ones((*volume.raw.shape[:3], *([values] if values > 1 else [])), "f4")

    column.edit_voxels(name, replace)
    check_refused(column, tmp_path / "out", [f"{name}.nrrd", f"{values} values a voxel"])


@pytest.mark.parametrize("shape", [(), (3,)])
def test_orientations_are_no_quaternions(
    column: SmallColumn, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    def replace(volume: voxcell.VoxelData) -> None:
        volume.raw = np.ones((*volume.raw.shape[:3], *shape), dtype=np.float32)

    column.edit_voxels("orientation", replace)
    check_refused(column, tmp_path / "out", ["orientation.nrrd", "(x, y, z, w)", "replace it"])


def test_the_atlas_is_an_address(column: SmallColumn, tmp_path: Path) -> None:
    words = ["https://example.org/atlas", "download the atlas"]
    check_refused(column, tmp_path / "out", words, "--atlas", "https://example.org/atlas")


def test_the_atlas_folder_is_missing(column: SmallColumn, tmp_path: Path) -> None:
    check_refused(column, tmp_path / "out", ["'nowhere'", "does not exist"], "--atlas", "nowhere")


# -- parameters and distributions --------------------------------------------------------------


@pytest.mark.parametrize("name", ["parameters", "distributions"])
def test_an_mtype_is_missing(column: SmallColumn, tmp_path: Path, name: str) -> None:
    def remove(content: Any) -> None:
        del content[REGION][MTYPE]

    path = getattr(column, name)
    column.edit_json(path, remove)
    words = [f"Missing {name} for mtype '{MTYPE}' in region '{REGION}'", str(path), "Add the entry"]
    check_refused(column, tmp_path / "out", words)


@pytest.mark.parametrize("name", ["parameters", "distributions"])
def test_json_is_malformed(column: SmallColumn, tmp_path: Path, name: str) -> None:
    path = getattr(column, name)
    path.write_text('{\n  "O0": {,}\n}')
    check_refused(column, tmp_path / "out", [f"{path}, line 2, column 10: not valid JSON"])


@pytest.mark.parametrize("name", ["parameters", "distributions"])
@pytest.mark.parametrize("content", ["[]", '{"O0": []}', '{"O0": {"L1_DAC": 1}}'])
def test_json_has_another_form(
    column: SmallColumn, tmp_path: Path, name: str, content: str
) -> None:
    path = getattr(column, name)
    path.write_text(content)
    check_refused(column, tmp_path / "out", [str(path), "must be an object"])


# Blanks at the end of a key only tell several wrong values of it apart.
PARAMETERS: dict[str, Any] = {
    "grow_types": "basal_dendrite",
    "grow_types ": ["basal_dendrit"],
    "grow_types  ": [],
    "diameter_params": {"models": ["simpler"]},
    "diameter_params/method": 1,
    "basal_dendrite": [],
    "basal_dendrite/randomness": "much",
    "basal_dendrite/orientation": "up",
    "basal_dendrite/orientation ": [],
    "basal_dendrite/orientation  ": [[0, 0, 0]],
    "basal_dendrite/orientation   ": [[0, "up", 0]],
    "basal_dendrite/orientation    ": {"values": None},
    "basal_dendrite/step_size": {},
    "basal_dendrite/step_size/norm": {"mean": 1},
    "basal_dendrite/step_size/norm/mean": None,
    "basal_dendrite/step_size/norm/mean ": float("nan"),
    "basal_dendrite/metric": "length",
    "basal_dendrite/tree_type": 1,
    "basal_dendrite/branching_method": "sideways",
    "basal_dendrite/growth_method ": "tmd_gradient",
    "basal_dendrite/growth_method": "quick",
    "context_constraints/basal_dendrite/hard_limit_max/layer": 1.5,
    "context_constraints/basal_dendrite/hard_limit_max/layer ": 7,
    "context_constraints/basal_dendrite/hard_limit_max/fraction": "half",
    "context_constraints/basal_dendrite/hard_limit_max/fraction ": float("inf"),
    "context_constraints/basal_dendrite/extent_to_target": {"layer": 1, "fraction": 0.5},
}

DISTRIBUTIONS: dict[str, Any] = {
    "soma/size/norm/mean": "big",
    "soma/size": {},
    "basal_dendrite/num_trees/data/bins": "one",
    "basal_dendrite/num_trees/data/bins ": [1, 2],
    "basal_dendrite/num_trees/data/weights": [0, 0, 0, 0, 0],
    "basal_dendrite/num_trees/data/weights ": [1, 1, float("nan"), 1, 1],
    "basal_dendrite/trunk": None,
    "basal_dendrite/trunk/azimuth": {"uniform": {"min": 0}},
    "basal_dendrite/persistence_diagram": {},
    "basal_dendrite/persistence_diagram  ": [],
    "basal_dendrite/persistence_diagram   ": [[[]]],
    "basal_dendrite/persistence_diagram    ": [[[float("nan"), 1, 1, 1, 1, 1]]],
    "basal_dendrite/persistence_diagram ": [[["a", 1, 1, 1, 1, 1]]],
    "basal_dendrite": {},
    "diameter": 3,
    "diameter/method": None,
}


def replace_value(content: Any, key: str, value: Any) -> None:
    """Set the value at a path of keys of the mtype's entry."""
    *parents, last = key.strip().split("/")
    entry = content[REGION][MTYPE]
    for name in parents:
        entry = entry[name]
    entry[last] = value


@pytest.mark.parametrize("key", PARAMETERS)
def test_a_parameter_has_a_wrong_value(column: SmallColumn, tmp_path: Path, key: str) -> None:
    column.edit_json(column.parameters, lambda c: replace_value(c, key, PARAMETERS[key]))
    first_key = key.split("/")[0].strip()
    check_refused(column, tmp_path / "out", [f"{column.parameters}: key '{PLACE}/{first_key}"])


@pytest.mark.parametrize("key", DISTRIBUTIONS)
def test_a_distribution_has_a_wrong_value(column: SmallColumn, tmp_path: Path, key: str) -> None:
    column.edit_json(column.distributions, lambda c: replace_value(c, key, DISTRIBUTIONS[key]))
    first_key = key.split("/")[0].strip()
    check_refused(column, tmp_path / "out", [f"{column.distributions}: key '{PLACE}/{first_key}"])


# -- region_structure.yaml ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("O0: [", ["line 1, column 6", "not valid YAML"]),
        ("", ["must be a mapping"]),
        ("- O0", ["must be a mapping"]),
        ("O0: 1", ["O0", "must be a mapping"]),
        ("O0: {}", ["O0", "'layers' is missing or empty"]),
        ("O0: {layers: []}", ["O0", "'layers' is missing or empty"]),
        ("O0: {layers: [1], thicknesses: [165]}", ["O0", "'thicknesses' must be a mapping"]),
        ("O0: {layers: [1], thicknesses: {1: thick}}", ["O0", "layer 1", "not a length"]),
        ("'@[': {layers: [1]}", ["@[", "regular expression"]),
        ("default: [1]", ["default", "must be a mapping"]),
    ],
)
def test_region_structure_is_wrong(
    column: SmallColumn, tmp_path: Path, content: str, words: list[str]
) -> None:
    column.region_structure.write_text(content)
    check_refused(column, tmp_path / "out", ["region_structure.yaml", *words])


@pytest.mark.parametrize(
    ("key", "entry", "words"),
    [
        ("directions", {"params": {"direction": [0, 1]}}, ["direction 1", "direction"]),
        (
            "directions",
            {"params": {"direction": [0, 1, 0], "mode": "askew"}},
            ["direction 1", "mode", "askew"],
        ),
        ("boundaries", {"path": "absent.obj", "params_section": {}}, ["boundary 1", "absent.obj"]),
        ("boundaries", {"path": "cells.h5", "params_section": {}}, ["cells.h5"]),
    ],
)
def test_a_growth_constraint_is_wrong(
    column: SmallColumn, tmp_path: Path, key: str, entry: dict[str, Any], words: list[str]
) -> None:
    def add(content: Any) -> None:
        content[REGION][key] = [{"neurite_types": ["basal_dendrite"], **entry}]

    column.edit_structure(add)
    check_refused(column, tmp_path / "out", words)


# -- cells -------------------------------------------------------------------------------------


def no_hdf5(path: Path) -> None:
    path.write_text("gid x y z\n")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def no_nodes(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.move("nodes", "knots")


def two_populations(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.copy("nodes/column", "nodes/other")


def no_region(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["nodes/column/0/region"]


def no_mtype(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["nodes/column/0/mtype"]


def another_length(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["nodes/column/0/x"]
        file["nodes/column/0/x"] = np.zeros(5)


def no_position(path: Path) -> None:
    with h5py.File(path, "a") as file:
        for axis in "xyz":
            del file[f"nodes/column/0/{axis}"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_hdf5, ["no HDF5 file", "give a SONATA node file"]),
        (truncated, ["no HDF5 file or is damaged"]),
        (no_nodes, ["'/nodes'", "is it a SONATA node file?"]),
        (two_populations, ["several populations", "column, other", "keep one"]),
        (no_region, ["'region' is missing", "add it"]),
        (no_mtype, ["'mtype' is missing", "add it"]),
        (another_length, ["'/nodes/column/0/x' has 5 value(s)"]),
        (no_position, ["position"]),
    ],
)
def test_the_cells_file_is_wrong(
    column: SmallColumn, tmp_path: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    spoil(column.cells)
    check_refused(column, tmp_path / "out", [f"'{column.cells}'", *words])


# -- paths -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option", ["--input-cells", "--tmd-parameters", "--tmd-distributions", "--region-structure"]
)
def test_an_input_file_is_missing(column: SmallColumn, tmp_path: Path, option: str) -> None:
    check_refused(column, tmp_path / "out", ["nowhere.x"], option, "nowhere.x")


@pytest.mark.parametrize("name", ["nodes.h5", "apical.yaml", "nodes.failures.csv", "merged.h5"])
def test_a_file_of_others_is_in_the_way(column: SmallColumn, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    words = [str(out / name), "use --overwrite"]
    more = ("--container", "merged", "--container-path", out / "merged.h5")
    check_refused(column, out, words, *more)
    assert column.run(out, *more, "--overwrite").exit_code == ExitCode.DONE
    assert (out / name).read_bytes() != b"mine"


def test_the_output_folder_holds_files_of_others(column: SmallColumn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    foreign = out / "morphologies" / "foreign.h5"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    check_refused(column, out, [str(foreign.parent), "use --overwrite"])
    assert column.run(out, "--overwrite").exit_code == ExitCode.DONE
    assert foreign.read_text() == "mine"
    assert len(list(foreign.parent.iterdir())) == 2


def test_skip_write_leaves_the_output_folder_to_others(column: SmallColumn, tmp_path: Path) -> None:
    foreign = tmp_path / "out" / "morphologies" / "foreign.h5"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    assert column.run(tmp_path / "out", "--skip-write").exit_code == ExitCode.DONE
    assert list(foreign.parent.iterdir()) == [foreign]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--out-cells", "nodes.h5"),
        ("--out-morph-dir", "morphologies"),
        ("--out-apical", "apical.yaml"),
        ("--out-failures", "failures.csv"),
        ("--container-path", "merged.h5"),
    ],
)
def test_an_output_cannot_be_written(
    column: SmallColumn, tmp_path: Path, option: str, value: str
) -> None:
    obstacle = tmp_path / "obstacle"
    obstacle.write_text("a file, not a folder")
    words = [option, str(obstacle), "is a file"]
    check_refused(column, tmp_path / "out", words, option, obstacle / "below" / value)
    assert obstacle.read_text() == "a file, not a folder"


def test_an_output_would_replace_an_input(column: SmallColumn, tmp_path: Path) -> None:
    before = column.cells.read_bytes()
    words = ["--out-cells", "--input-cells", "another"]
    check_refused(column, tmp_path / "out", words, "--out-cells", column.cells, "--overwrite")
    assert column.cells.read_bytes() == before


def test_two_outputs_have_one_path(column: SmallColumn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["--out-cells", "--out-apical", "another"]
    check_refused(column, out, words, "--out-apical", out / "nodes.h5")


# -- options -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--min-depth", "nan"], ["--min-depth", "nan"]),
        (["--max-depth", "nan"], ["--max-depth", "nan"]),
        (["--min-depth", "100", "--max-depth", "50"], ["--min-depth 100", "--max-depth 50"]),
        (["--min-hard-scale", "nan"], ["--min-hard-scale", "nan"]),
        (["--max-files-per-dir", "1"], ["--max-files-per-dir 1", "at least 256"]),
        (["--max-files-per-dir", "-1"], ["--max-files-per-dir -1", "at least 256"]),
    ],
)
def test_an_option_has_an_impossible_value(
    column: SmallColumn, tmp_path: Path, options: list[str], words: list[str]
) -> None:
    check_refused(column, tmp_path / "out", words, *options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out-morph-ext", "obj"], ["--out-morph-ext", "'obj'", "'swc', 'asc', 'h5'"]),
        (["--dask-config", "{rubbish"], ["--dask-config", "neither an existing file nor a JSON"]),
        (["--container", "zip"], ["--container", "'zip'"]),
        (["--seed", "nan"], ["--seed", "'nan'"]),
        (["--chunksize", "0"], ["--chunksize"]),
        (["--max-failed-ratio", "1.5"], ["--max-failed-ratio", "1.5"]),
        (["--grow-type", "axon"], ["No such option", "--grow-type"]),
    ],
)
def test_wrong_usage(
    column: SmallColumn, tmp_path: Path, options: list[str], words: list[str]
) -> None:
    done = column.run(tmp_path / "out", *options)
    assert done.exit_code == ExitCode.USAGE
    assert [word for word in words if word not in done.output] == [], done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_a_required_option_is_missing(tmp_path: Path) -> None:
    finished = run_command(["-m", "region_grower_hpc", "synthesize-morphologies"])
    assert finished.returncode == ExitCode.USAGE
    assert "Missing option '--input-cells'" in finished.stderr


# -- as a program ------------------------------------------------------------------------------


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 2])
def test_the_message_appears_once(column: SmallColumn, tmp_path: Path, n_ranks: int) -> None:
    shutil.rmtree(column.atlas)
    out = tmp_path / "out"
    finished = run_command(["-m", "region_grower_hpc", *column.arguments(out)], n_ranks)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert finished.stderr.count("Error: atlas folder") == 1
    assert "Traceback" not in finished.stderr
    assert not out.exists()
