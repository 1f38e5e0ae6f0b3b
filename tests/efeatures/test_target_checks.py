from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.efeatures.target_checks import structure_problems, target_problems
from region_grower_hpc.efeatures.targets import Target, targets_of

RIGHT = {"efeature": "AP_amplitude", "protocol": "IDrest", "amplitude": 150, "tolerance": 20}

ANY_NUMBER = st.floats() | st.integers() | st.integers(min_value=10**300, max_value=10**400)
LEAF = st.none() | st.booleans() | ANY_NUMBER | st.text(max_size=6)
JSON_VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from([*RIGHT, "efel_settings", "efeature_name", "location"])
ENTRY = st.dictionaries(KEYS, JSON_VALUE, max_size=7).map(lambda one: {**RIGHT, **one})
GROUP = st.dictionaries(
    st.sampled_from(["amplitudes", "tolerances", "efeatures", "location"]),
    JSON_VALUE | st.lists(ANY_NUMBER, max_size=3) | st.lists(st.text(max_size=4), max_size=3),
    max_size=4,
)


def test_right_targets_have_no_problem() -> None:
    entries: list[dict[str, Any]] = [
        RIGHT,
        {**RIGHT, "amplitude": -0.5, "efeature_name": "B", "location": "soma", "other": []},
        {**RIGHT, "efel_settings": {"stim_start": 10, "stim_end": 20.5, "Threshold": -10}},
    ]
    assert target_problems(entries, "t.json") == []
    assert target_problems([], "t.json") == []


def test_all_problems_are_told_with_file_target_key_and_value() -> None:
    document = [
        {},
        RIGHT,
        {**RIGHT, "amplitude": True, "tolerance": "20"},
        {**RIGHT, "amplitude": math.nan, "tolerance": math.inf},
        {**RIGHT, "amplitude": 10**400},
        "text",
        {**RIGHT, "protocol": "", "efeature_name": 3},
        {**RIGHT, "efel_settings": [], "location": {}},
        {**RIGHT, "efel_settings": {"stim_start": None, "stim_end": math.nan}},
    ]
    found = target_problems(document, "t.json")
    wanted = [
        (0, "efeature is missing"),
        (0, "protocol is missing"),
        (0, "amplitude is missing"),
        (0, "tolerance is missing"),
        (2, "amplitude True:"),
        (2, "tolerance '20':"),
        (3, "amplitude nan:"),
        (3, "tolerance inf:"),
        (4, "amplitude 1"),
        (5, "must be an object, not 'text'"),
        (6, "protocol '':"),
        (6, "efeature_name 3:"),
        (7, "location {}:"),
        (7, "efel_settings []:"),
        (8, "efel_settings: stim_start None:"),
        (8, "efel_settings: stim_end nan:"),
    ]
    assert len(found) == len(wanted)
    for line, (index, text) in zip(found, wanted, strict=True):
        assert line.startswith(f"t.json: target {index}: {text}")


def test_names_that_efel_does_not_know_are_told_with_near_ones() -> None:
    document = [
        {**RIGHT, "efeature": "AP_amplitud"},
        {**RIGHT, "efel_settings": {"threshold": -10}},
        {**RIGHT, "efel_settings": {"Threshold": "high"}},
    ]
    found = target_problems(document, "t.json")
    assert [line.split(":")[:2] for line in found] == [
        ["t.json", f" target {index}"] for index in range(3)
    ]
    assert "AP_amplitud" in found[0]
    assert "do you mean AP_amplitude" in found[0]
    assert "Threshold" in found[1]
    assert "Threshold" in found[2]
    assert "high" in found[2]


def test_legacy_targets_are_told_by_their_protocol() -> None:
    document = {
        "IDrest": {"amplitudes": [1, 2], "tolerances": [1, 2, 3], "efeatures": ["AP_amplitude"]},
        "IV": {"amplitudes": 3, "efeatures": {"AP_height": {"stim_end": "x"}, "Unknown": {}}},
        "Step": None,
        "": {"amplitudes": [], "tolerances": [1], "efeatures": 3},
    }
    found = target_problems(document, "t.json")
    assert [line.removeprefix("t.json: protocol ").split(":")[:2] for line in found] == [
        ["'IDrest'", " tolerances [1, 2, 3]"],
        ["'IV'", " tolerances is missing"],
        ["'IV'", " amplitudes 3"],
        ["'IV'", " efeatures 'AP_height'"],
        ["'Step'", " must be {amplitudes, tolerances, efeatures}, not None"],
        ["''", " give the name of a protocol of the metadata"],
        ["''", " efeatures 3"],
        ["'IV'", found[-1].split(":")[2]],
    ]
    assert "Unknown" in found[-1]


@pytest.mark.parametrize("document", [None, 3, "text", math.nan, True])
def test_other_documents_are_no_targets(document: Any) -> None:
    (line,) = target_problems(document, "t.json")
    assert line.startswith("t.json: must be a list of targets, not ")


def test_targets_of_python_are_checked_too() -> None:
    assert target_problems([Target("AP_amplitude", "IV", 1, 2)], "t") == []
    found = target_problems([Target("Unknown", "", True, 2)], "t")
    assert len(found) == 3


@settings(max_examples=150, deadline=None)
@given(JSON_VALUE | st.lists(ENTRY, max_size=3) | st.dictionaries(st.text(max_size=3), GROUP))
def test_any_document_is_told_or_read(document: Any) -> None:
    problems = target_problems(document, "t.json")
    assert all(line.startswith("t.json: ") and "\n" not in line for line in problems)
    assert all(len(line) < 400 for line in problems)
    if not structure_problems(document, "t.json"):
        for target in targets_of(document):
            assert math.isfinite(target.amplitude)
            assert math.isfinite(target.tolerance)
            assert target.efeature_name.encode()
