"""Warnings are told once, and stay short for a thousand cells."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import h5py
import numpy as np
import pytest

from region_grower_hpc import efeatures
from region_grower_hpc.errors import ExitCode
from tests.efeatures.made_cells import made_cell, made_recording
from tests.efeatures.small_recordings import TARGETS, SmallRecordings, make_small_recordings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallRecordings:
    return make_small_recordings(tmp_path_factory.mktemp("warnings") / "inputs")


def test_a_thousand_cells_without_a_rheobase(caplog: pytest.LogCaptureFixture) -> None:
    cells = [
        made_cell(f"c{number}", [made_recording(0.0, 1, files=[f"f{number}"])])
        for number in range(1000)
    ]
    with caplog.at_level(logging.WARNING):
        efeatures.compute_rheobase(cells, ["IDrest"], quiet=True)
        assert caplog.messages == []
        efeatures.compute_rheobase(cells, ["IDrest"])
    spikes, without = caplog.messages
    assert "f19 and 980 more" in spikes
    assert "1000 cells: c0, c1, " in without
    assert without.endswith("c19 and 980 more")
    assert cells[0].rheobase is None


def test_tolerances_without_width(caplog: pytest.LogCaptureFixture) -> None:
    cell = made_cell("a", [made_recording(0.15)], 0.1)
    targets = [{**TARGETS[0], "tolerance": tolerance} for tolerance in (0, 0, -1, 5)]
    with caplog.at_level(logging.WARNING):
        efeatures.group_efeatures([cell], targets, quiet=True)
        assert caplog.messages == []
        efeatures.group_efeatures([cell], targets)
    (message,) = [one for one in caplog.messages if "tolerance" in one]
    assert message.endswith("IDrest_150 (0), IDrest_150 (-1)")


def test_each_once_in_a_run(
    data: SmallRecordings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = ("--rheobase-settings", '{"spike_threshold": 1000}', "--plot")
    with caplog.at_level(logging.WARNING):
        done = data.run(tmp_path / "out", *options, auto=True)
    assert done.exit_code == ExitCode.DONE, done.output
    told = [one for one in caplog.messages if "no rheobase" in one or "has a rheobase" in one]
    assert len(told) == 2, told


def test_cells_without_recordings_stay(data: SmallRecordings, tmp_path: Path) -> None:
    copied = data.copy(tmp_path / "inputs")
    metadata = copied.metadata
    copied.write({"none": {}, **metadata, "empty": {"IDrest": []}})
    names = ["none", *metadata, "empty"]
    out = tmp_path / "out"
    assert copied.run(out, "--extract-per-cell").exit_code == ExitCode.DONE
    currents = json.loads((out / "currents.json").read_text())
    assert list(currents["all_holding_current"]) == names
    assert currents["all_holding_current"]["empty"] is None
    assert json.loads((out / "none" / "features.json").read_text()) == {}
    with h5py.File(out / "nodes.h5") as file:
        group = file["nodes/recorded_cells/0"]
        assert [name.decode() for name in group["name"]] == names
        assert np.isnan(group["dynamics_params/holding_current"][0])
    document = copied.metadata
    for protocols in document.values():
        for entries in protocols.values():
            for entry in entries:
                entry["filepath"] = str(copied.folder / entry["filepath"])
    *_, of_python = efeatures.extract_efeatures(tmp_path / "py", document, TARGETS)
    assert of_python == currents
