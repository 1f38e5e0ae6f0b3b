from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.documents import create_feature_protocol_files
from region_grower_hpc.efeatures.grouping import group_efeatures
from region_grower_hpc.efeatures.targets import Target
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.made_cells import give_values, made_cell, made_recording

TARGETS = [
    Target("A", "IDrest", 150, 20),
    Target("B", "IDrest", 150, 6, {"stim_start": 1.0}, "own"),
    Target("A", "IDrest", 400, 20),
]


@pytest.fixture
def cells() -> list[Cell]:
    recordings = [
        made_recording(0.15, files=["i1", "v1"], hypamp=-0.1),
        made_recording(0.16, files=["f2"], hypamp=-0.2),
    ]
    cells = [made_cell("a", recordings, 0.1), made_cell("b", [])]
    give_values(cells, TARGETS, {"Threshold": -20.0}, lambda one, _: 100 * one.amp)
    return cells


def documents(cells: list[Cell], **options: Any) -> tuple[dict[str, Any], ...]:
    protocols = group_efeatures(cells, TARGETS, efel_settings={"Threshold": -20.0})
    return create_feature_protocol_files(cells, protocols, write_files=False, **options)


def test_features_have_their_keys_in_order(cells: list[Cell]) -> None:
    features, stimuli, _ = documents(cells)
    assert list(features) == list(stimuli) == ["IDrest_150"]
    assert list(features["IDrest_150"]) == ["soma"]
    first, second = features["IDrest_150"]["soma"]
    assert list(first) == ["feature", "val", "n", "efel_settings", "efeature_name"]
    assert first["val"] == pytest.approx([15.5, 0.5])
    assert (first["feature"], first["n"], first["efeature_name"]) == ("A", 2, "A")
    assert second == {
        "feature": "B",
        "val": [15.0, 0.001],
        "n": 1,
        "efel_settings": {"Threshold": -20.0, "stim_start": 1.0},
        "efeature_name": "own",
    }
    assert list(stimuli["IDrest_150"]) == ["holding", "step"]


def test_files_and_deviation_of_one_value_follow_the_options(cells: list[Cell]) -> None:
    features, _, _ = documents(cells, save_files_used=True, default_std_value=0.5)
    first, second = features["IDrest_150"]["soma"]
    assert list(first)[-1] == "files"
    assert first["files"] == ["i1", "v1", "f2"]
    assert second["files"] == ["i1", "v1"]
    assert second["val"] == [15.0, 0.5]


def test_features_with_too_few_values_are_told(
    cells: list[Cell], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        features, stimuli, _ = documents(cells, threshold_nvalue_save=2)
    assert [one["efeature_name"] for one in features["IDrest_150"]["soma"]] == ["A"]
    assert [record.getMessage() for record in caplog.records] == [
        "IDrest_150: not written for fewer than 2 values: own (1)",
        "IDrest_400: not written, no feature has 2 values or more",
    ]
    caplog.clear()
    features, stimuli, _ = documents(cells, threshold_nvalue_save=3, quiet=True)
    assert features == stimuli == {}
    assert not caplog.records


def test_without_values_nothing_is_written(cells: list[Cell]) -> None:
    features, stimuli, _ = documents(cells, threshold_nvalue_save=0)
    assert list(features) == list(stimuli) == ["IDrest_150"]


def test_currents_are_means_over_cells(cells: list[Cell]) -> None:
    cells.append(made_cell("c", [made_recording(0.1, hypamp=-0.35)] * 2, 0.3))
    _, _, currents = documents(cells)
    assert list(currents) == [
        *("holding_current", "threshold_current"),
        *("all_holding_current", "all_threshold_current"),
    ]
    assert currents["all_holding_current"] == {
        "a": pytest.approx(-0.15),
        "b": None,
        "c": pytest.approx(-0.35),
    }
    assert currents["all_threshold_current"] == {"a": 0.1, "c": 0.3}
    assert currents["holding_current"] == pytest.approx([-0.25, 0.1])
    assert currents["threshold_current"] == pytest.approx([0.2, 0.1])


def test_currents_without_any_are_null(cells: list[Cell]) -> None:
    (_, _, currents) = create_feature_protocol_files([cells[1]], [], write_files=False)
    assert currents == {
        "holding_current": [None, None],
        "threshold_current": [None, None],
        "all_holding_current": {"b": None},
        "all_threshold_current": {},
    }
    _, _, currents = create_feature_protocol_files(
        [cells[0]], [], write_files=False, default_std_value=0.2
    )
    assert currents["threshold_current"] == [0.1, 0.2]


def test_files_hold_what_is_returned(cells: list[Cell], tmp_path: Path) -> None:
    protocols = group_efeatures(cells, TARGETS)
    folder = tmp_path / "new" / "folder"
    features, stimuli, currents = create_feature_protocol_files(cells, protocols, folder)
    written = {path.name: json.loads(path.read_text()) for path in folder.iterdir()}
    assert written == {
        "features.json": features,
        "protocols.json": stimuli,
        "currents.json": currents,
        "holding_threshold_currents.json": currents,
    }
    with pytest.raises(InvalidInputError, match="output_directory"):
        create_feature_protocol_files(cells, protocols)
