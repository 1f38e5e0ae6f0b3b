from __future__ import annotations

import logging
import math
from typing import Any

import pytest

from region_grower_hpc.efeatures.auto_targets import (
    PRESET_TARGETS,
    AutoTarget,
    auto_target_problems,
    auto_targets_of,
    select,
)
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.made_cells import made_cell, made_recording

WISH: dict[str, Any] = {"protocols": ["IDrest"], "amplitudes": [150], "efeatures": ["AP_amplitude"]}


def _cells() -> list[Any]:
    # Rheobase 0.1 nA: amplitudes of 150, 155, 200 and, of another protocol, 200 %.
    first = [made_recording(0.15), made_recording(0.2), made_recording(0.2, protocol="IDthresh")]
    return [
        made_cell("a", first, 0.1),
        made_cell("b", [made_recording(0.31)], 0.2),
        made_cell("c", [made_recording(0.15)]),
    ]


def test_first_pairs_with_enough_recordings_are_taken() -> None:
    wish = AutoTarget(
        ["Absent", "IDrest", "IDthresh"], [300, 200, 150], ["A", "B"],
        min_recordings_per_amplitude=1, preferred_number_protocols=2, tolerance=10,
    )  # fmt: skip
    found = select([wish], _cells())
    assert [(one.efeature, one.stimulus_name, one.tolerance) for one in found] == [
        ("A", "IDrest_200", 10),
        ("B", "IDrest_200", 10),
        ("A", "IDrest_150", 10),
        ("B", "IDrest_150", 10),
    ]
    assert select([wish], _cells()) == found  # no memory


def test_recordings_of_all_cells_count_together_and_strictly_inside() -> None:
    both = AutoTarget(["IDrest"], [150], ["A"], min_recordings_per_amplitude=2, tolerance=5.001)
    assert [one.stimulus_name for one in select([both], _cells())] == ["IDrest_150"]
    narrow = AutoTarget(["IDrest"], [150], ["A"], min_recordings_per_amplitude=2, tolerance=5)
    assert select([narrow], _cells()) == []


def test_without_rheobase_there_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    cells = [made_cell("c", [made_recording(0.15)])]
    with caplog.at_level(logging.WARNING):
        assert select(PRESET_TARGETS, cells) == []
    assert "no cell has a rheobase" in caplog.text


def test_preset_is_that_of_the_definition() -> None:
    assert [len(one.protocols) for one in PRESET_TARGETS] == [9, 11, 2]
    assert [len(one.efeatures) for one in PRESET_TARGETS] == [19, 10, 11]
    assert [one.preferred_number_protocols for one in PRESET_TARGETS] == [2, 1, 1]
    assert [one.tolerance for one in PRESET_TARGETS] == [25, 25, 10]
    assert auto_target_problems([vars(one) for one in PRESET_TARGETS], "preset") == []


def test_objects_and_dictionaries_are_taken() -> None:
    assert auto_targets_of([WISH, AutoTarget(**WISH)]) == [AutoTarget(**WISH)] * 2
    with pytest.raises(InvalidInputError, match="auto_targets: target 0: amplitudes is missing"):
        auto_targets_of([{"protocols": ["A"], "efeatures": ["B"]}])


def test_all_problems_are_told() -> None:
    document = [
        3,
        {"protocols": "IDrest", "amplitudes": [], "efeatures": [1]},
        {**WISH, "efeatures": ["AP_amplitud"], "tolerence": 3},
        {**WISH, "min_recordings_per_amplitude": 1.5, "preferred_number_protocols": -1},
        {**WISH, "tolerance": math.nan, "amplitudes": [True]},
    ]
    found = auto_target_problems(document, "w.json")
    assert [line.split(":")[1:3] for line in found] == [
        [" target 0", " must be an object, not 3"],
        [" target 1", " protocols 'IDrest'"],
        [" target 1", " efeatures [1]"],
        [" target 1", " amplitudes []"],
        [" target 2", " 'tolerence' is no key of an automatic target; do you mean tolerance?"],
        [" target 3", " min_recordings_per_amplitude 1.5"],
        [" target 3", " preferred_number_protocols -1"],
        [" target 4", " amplitudes [True]"],
        [" target 4", " tolerance nan"],
        [" target 2", found[-1].split(":")[2]],
    ]
    assert "do you mean AP_amplitude" in found[-1]
    assert auto_target_problems({}, "w.json") == [
        "w.json: must be a list of automatic targets, not {}"
    ]
