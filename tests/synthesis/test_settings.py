"""Where the values of options come from, and which of them are part of a plan's identity."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.engine.state import PlanRecord
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.synthesis.job import SynthesisJob
from tests.synthesis.small_column import SmallColumn, make_small_column


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("original") / "inputs", ["L1_DAC"])


@pytest.fixture
def column(original: SmallColumn, tmp_path: Path) -> SmallColumn:
    return original.copy(tmp_path / "inputs")


# -- files, environment, command line ----------------------------------------------------------


def values(out: Path) -> dict[str, Any]:
    """Value and origin of each option, as provenance.json tells."""
    provenance = json.loads((out / "nodes.h5.rghpc" / "provenance.json").read_text())
    options: dict[str, Any] = provenance["sessions"][-1]["options"]
    return options


SETTINGS = {
    "settings.toml": "seed = 5\nmax-depth = 4000\n[synthesize-morphologies]\nmin_depth = 30.0\n",
    "settings.yaml": "seed: 5\nmax-depth: 4000\nsynthesize-morphologies:\n  min_depth: 30.0\n",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_below_the_environment_and_the_command_line(
    column: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings, out = tmp_path / name, tmp_path / "out"
    settings.write_text(SETTINGS[name])
    monkeypatch.setenv("RGHPC_MAX_DEPTH", "3000")
    monkeypatch.setenv("RGHPC_MIN_DEPTH", "20")
    done = column.run(out, "--settings", settings, "--min-depth", "10")
    assert done.exit_code == ExitCode.DONE, done.output
    found = values(out)
    assert found["seed"] == {"value": 5, "from": "settings file"}
    assert found["max_depth"] == {"value": 3000.0, "from": "environment"}
    assert found["min_depth"] == {"value": 10.0, "from": "commandline"}
    assert found["min_hard_scale"] == {"value": 0.2, "from": "default"}
    plan = json.loads((out / "nodes.h5.rghpc" / "plan.json").read_text())
    assert plan["options"]["seed"] == 5
    assert plan["options"]["min_depth_um"] == 10.0
    assert plan["options"]["max_depth_um"] == 3000.0


def test_the_table_of_the_command_is_above_the_plain_values(
    column: SmallColumn, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        "seed = 1\n[synthesize-morphologies]\nseed = 2\n[generate-parameters]\nregion = 'O'\n"
    )
    assert column.run(tmp_path / "out", "--settings", settings).exit_code == ExitCode.DONE
    assert values(tmp_path / "out")["seed"]["value"] == 2


def test_the_seed_may_come_from_the_environment(
    column: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert column.run(tmp_path / "plain", "--seed", "7").exit_code == ExitCode.DONE
    monkeypatch.setenv("RGHPC_SEED", "7")
    assert column.run(tmp_path / "out").exit_code == ExitCode.DONE
    assert values(tmp_path / "out")["seed"] == {"value": 7, "from": "environment"}
    files = [sorted((tmp_path / out / "morphologies").iterdir()) for out in ("plain", "out")]
    assert files[0][0].name == files[1][0].name
    assert files[0][0].read_bytes() == files[1][0].read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", "sed = 5", ["a.toml", "no option sed", "do you mean seed?"]),
        ("a.yaml", "max-dept: 5", ["a.yaml", "no option max-dept", "do you mean max-depth?"]),
        ("a.toml", "seed = \n", ["a.toml", "not valid", "line 1"]),
        ("a.yaml", "seed: [", ["a.yaml", "not valid", "line 1"]),
        ("a.yaml", "- seed", ["a.yaml", "names and values of options"]),
    ],
)
def test_wrong_settings_are_refused(
    column: SmallColumn, tmp_path: Path, name: str, content: str, words: list[str]
) -> None:
    (tmp_path / name).write_text(content)
    done = column.run(tmp_path / "out", "--settings", tmp_path / name)
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert done.output.startswith("Error: ")
    assert [word for word in words if word not in done.output] == [], done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_missing_settings_are_refused(column: SmallColumn, tmp_path: Path) -> None:
    done = column.run(tmp_path / "out", "--settings", "nowhere.toml")
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "cannot read settings nowhere.toml" in done.output


# -- the identity of a plan --------------------------------------------------------------------


def digest(column: SmallColumn, **changes: Any) -> str:
    job = SynthesisJob(column.settings(column.folder / "out", **changes))
    return PlanRecord.of(job.name, job.plan()).digest


CHANGES: dict[str, Any] = {
    "seed": 1,
    "min_depth_um": 26.0,
    "max_depth_um": 4999.0,
    "min_hard_scale": 0.3,
    "out_morph_ext": ("h5", "swc"),
    "container": "merged",
    "max_files_per_dir": 256,
    "skip_write": True,
    "synthesize_axons": True,
    "out_apical": None,
    "container_path": Path("container.h5"),
    "out_cells": Path("cells.mvd3"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_results_changes_the_digest(original: SmallColumn, name: str) -> None:
    assert digest(original, **{name: CHANGES[name]}) != digest(original)


INPUTS: dict[str, Callable[[SmallColumn], None]] = {
    "cells": lambda column: column.move_cell(0, (1.0, 2000.0, 1.0)),
    "parameters": lambda column: column.edit_json(
        column.parameters, lambda content: content["O0"]["L1_DAC"].update(origin=[0, 0, 1])
    ),
    "distributions": lambda column: column.edit_json(
        column.distributions, lambda content: content["O0"].pop("L4_UPC")
    ),
    "region_structure": lambda column: column.edit_structure(
        lambda content: content["O0"]["thicknesses"].update({1: 166})
    ),
    "hierarchy": lambda column: column.edit_json(
        column.atlas / "hierarchy.json", lambda content: content.update(name="other")
    ),
    **{
        name: lambda column, name=name: column.edit_voxels(  # type: ignore[misc]
            name, lambda volume: np.ndarray.__iadd__(volume.raw, 0.5)
        )
        for name in ("orientation", "[PH]y", "[PH]1", "[PH]6")
    },
}


@pytest.mark.parametrize("name", INPUTS)
def test_the_content_of_an_input_changes_the_digest(
    original: SmallColumn, column: SmallColumn, name: str
) -> None:
    INPUTS[name](column)
    assert digest(column) != digest(original)


def test_paths_do_not_change_the_digest(original: SmallColumn, column: SmallColumn) -> None:
    elsewhere = {
        "out_cells": Path("elsewhere.h5"),
        "out_morph_dir": Path("elsewhere"),
        "out_apical": Path("elsewhere.yaml"),
        "out_failures": Path("elsewhere.csv"),
    }
    assert digest(column, **elsewhere) == digest(original)
    containers = (Path("one.h5"), Path("two.h5"))
    assert digest(column, container_path=containers[0]) == digest(
        original, container_path=containers[1]
    )


def test_what_has_no_effect_does_not_change_the_digest(original: SmallColumn) -> None:
    formats = {"out_morph_ext": ("swc",)}
    assert digest(original, skip_write=True, **formats) == digest(original, skip_write=True)
    assert digest(original, container="merged", **formats) == digest(original, container="merged")
    assert digest(original, out_morph_ext=("h5", "swc")) == digest(
        original, out_morph_ext=("swc", "h5")
    )


def test_how_a_run_is_done_does_not_change_the_digest(column: SmallColumn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert column.run(out).exit_code == ExitCode.DONE
    before = (out / "nodes.h5.rghpc" / "plan.json").read_text()
    other = [
        *("--log-level", "debug", "--chunksize", "3", "--dispatch", "node"),
        *("--hide-progress-bar", "--max-failed-ratio", "0.5", "--task-timeout", "100"),
        *("--fsync-interval", "1", "--with-mpi", "--dask-config", "{}"),
    ]
    if find_spec("neurots") is not None:
        other += ["--grower", "neurots"]
    assert column.run(out, *other).exit_code == ExitCode.DONE
    assert (out / "nodes.h5.rghpc" / "plan.json").read_text() == before
