"""Grouping of what bluepyefe measured gives bluepyefe's documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.auto_targets import PRESET_TARGETS, auto_targets_of, select
from region_grower_hpc.efeatures.documents import create_feature_protocol_files
from region_grower_hpc.efeatures.grouping import group_efeatures
from region_grower_hpc.efeatures.rheobase import compute_rheobase
from region_grower_hpc.efeatures.settings import EFEL_SETTINGS
from region_grower_hpc.efeatures.targets import Target, targets_of
from tests.efeatures.made_cells import (
    case_named,
    differences,
    expected_document,
    measured_cells,
)

pytestmark = pytest.mark.shared

MODES = [
    *(("rel", mode) for mode in ("mean", "median", "min", "max")),
    *((case, "mean") for case in ("ecodes", "classes", "formats", "no_timing")),
]


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    return shared_data / "efeatures"


def _targets(data: Path, case: dict[str, Any]) -> list[Target]:
    return targets_of(json.loads((data / case["targets"]).read_text()))


@pytest.mark.parametrize("is_compat", [False, True])
@pytest.mark.parametrize(("name", "mode"), MODES)
def test_documents_are_those_of_bluepyefe(
    data: Path, name: str, mode: str, is_compat: bool
) -> None:
    case = case_named(data, name)
    keywords = case["python_keywords"]
    targets = _targets(data, case)
    cells = measured_cells(data, case, targets, EFEL_SETTINGS, is_compat)
    is_absolute = keywords.get("absolute_amplitude", False)
    if not is_absolute:
        compute_rheobase(cells, keywords["protocols_rheobase"], compat=is_compat)
    protocols = group_efeatures(
        cells,
        targets,
        absolute_amplitude=is_absolute,
        protocol_mode=mode,
        efel_settings=EFEL_SETTINGS,
        compat=is_compat,
    )
    features, stimuli, currents = create_feature_protocol_files(cells, protocols, write_files=False)
    assert not differences(currents, expected_document(data, case, "currents.json"))
    assert not differences(features, expected_document(data, case, "features.json"))
    assert not differences(stimuli, expected_document(data, case, f"protocols_{mode}.json"))


@pytest.mark.parametrize("name", ["auto_preset", "auto_file"])
def test_automatic_targets_are_those_of_bluepyefe(data: Path, name: str) -> None:
    rel = case_named(data, "rel")
    cells = measured_cells(data, rel, _targets(data, rel), EFEL_SETTINGS, compat=False)
    compute_rheobase(cells, ["IDrest", "IDthresh"])
    case = case_named(data, name)
    if case["auto_targets"]:
        wanted = auto_targets_of(json.loads((data / case["auto_targets"]).read_text()))
    else:
        wanted = list(PRESET_TARGETS)
    keys = list(dict.fromkeys(target.stimulus_name for target in select(wanted, cells)))
    assert keys == list(expected_document(data, case, "features.json"))


@pytest.mark.parametrize("name", ["flush", "majority", "per_cell"])
def test_rheobases_are_those_of_bluepyefe(data: Path, name: str) -> None:
    rel = case_named(data, "rel")
    case = case_named(data, name)
    expected = expected_document(data, case, "currents.json")["all_threshold_current"]
    cells = [
        cell
        for cell in measured_cells(data, rel, _targets(data, rel), EFEL_SETTINGS, compat=True)
        if cell.name in expected
    ]
    keywords = case["python_keywords"]
    compute_rheobase(
        cells,
        keywords["protocols_rheobase"],
        keywords.get("rheobase_strategy", "absolute"),
        keywords["rheobase_settings"],
        compat=True,
    )
    assert not differences({cell.name: cell.rheobase for cell in cells}, expected)
