"""Models are made anew, whatever a former build has left."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props.data_file import write_data
from region_grower_hpc.errors import ExitCode
from tests.conn_props.made_statistics import made_statistics


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_data(tmp_path / "data.h5", made_statistics())
    return tmp_path / "data.h5"


def build(data: Path, *options: str) -> int:
    words = ["conn-props", "build", "--nb-processes", "0", "--data", str(data)]
    words += ["--out", str(data.with_name("model.json")), *options]
    return CliRunner().invoke(main, words).exit_code


def test_other_data_and_settings_follow_a_build_that_failed(data: Path) -> None:
    empty = made_statistics()
    empty.n_syn.mean = np.full(empty.shape, np.nan)
    write_data(data, empty)
    assert build(data) == ExitCode.INVALID_INPUT
    write_data(data, made_statistics())
    assert build(data, "--distr-types", '{"real": "constant"}') == ExitCode.DONE
    assert build(data) == ExitCode.DONE
    model = json.loads(data.with_name("model.json").read_text(encoding="utf-8"))
    kinds = {
        entry["type"] for row in model["prop_stats"]["real"].values() for entry in row.values()
    }
    assert kinds == {"normal"}
