"""Cells that are called as our outputs are: each has a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.output_names import STATE_SUFFIX, is_output_name
from region_grower_hpc.engine.state_dir import state_dir_of_file
from region_grower_hpc.errors import ExitCode
from tests.efeatures.small_recordings import make_small_recordings

TAKEN = ("features.json", "Failures.CSV", "recordings.h5", "nodes.h5", "cells.pkl", "figures")


@pytest.mark.parametrize("name", [*TAKEN, "a.rghpc", "currents.json", "efeatures.h5"])
def test_the_name_gets_a_digest(name: str) -> None:
    part = file_part(name)
    assert part.startswith(f"{name}_")
    assert not is_output_name(part)
    assert not is_output_name(name + "s")


def test_the_engine_names_its_folders_so() -> None:
    assert state_dir_of_file(Path("x")).name == f"x{STATE_SUFFIX}"


def test_cells_with_names_of_outputs(tmp_path: Path) -> None:
    data = make_small_recordings(tmp_path / "inputs")
    one: Any = next(iter(data.metadata.values()))
    data.write(dict.fromkeys(TAKEN, one))
    out = tmp_path / "out"
    done = data.run(out, "--extract-per-cell", "--pickle-cells")
    assert done.exit_code == ExitCode.DONE, done.output
    of_all = json.loads((out / "features.json").read_text())
    for name in TAKEN:
        of_cell = json.loads((out / file_part(name) / "features.json").read_text())
        assert of_cell.keys() == of_all.keys()
    # Every output that the command documents is known as such.
    folders = {file_part(name) for name in TAKEN}
    left = {path.name for path in out.iterdir()} - folders
    assert [name for name in left if not is_output_name(name)] == []
