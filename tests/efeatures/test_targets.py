from __future__ import annotations

import copy

import numpy as np
import pytest

from region_grower_hpc.efeatures.targets import Target, convert_legacy_targets, targets_of
from region_grower_hpc.errors import InvalidInputError

LEGACY = {
    "IDrest": {
        "amplitudes": [150, 200.0],
        "tolerances": [20],
        "efeatures": {"Spikecount": {"Threshold": -10.0}, "AP_amplitude": None},
        "location": "soma",
    },
    "IV": {"amplitudes": [-20, -40], "tolerances": [5, 7], "efeatures": ["sag_amplitude"]},
}


def test_legacy_targets_come_in_the_order_protocol_amplitude_feature() -> None:
    given = copy.deepcopy(LEGACY)
    found = convert_legacy_targets(given)
    assert given == LEGACY
    assert [list(one) for one in found] == [
        ["efeature", "protocol", "amplitude", "tolerance", "efel_settings"]
    ] * 6
    assert [tuple(one.values()) for one in found] == [
        ("Spikecount", "IDrest", 150, 20, {"Threshold": -10.0}),
        ("AP_amplitude", "IDrest", 150, 20, {}),
        ("Spikecount", "IDrest", 200.0, 20, {"Threshold": -10.0}),
        ("AP_amplitude", "IDrest", 200.0, 20, {}),
        ("sag_amplitude", "IV", -20, 5, {}),
        ("sag_amplitude", "IV", -40, 7, {}),
    ]
    found[0]["efel_settings"]["Threshold"] = 0
    assert given == LEGACY


def test_legacy_tolerances_must_fit() -> None:
    wrong = {"IV": {"amplitudes": [1, 2, 3], "tolerances": [1, 2], "efeatures": []}}
    with pytest.raises(InvalidInputError, match=r"'IV': tolerances \[1, 2\].*3 amplitudes"):
        convert_legacy_targets(wrong)


def test_targets_keep_the_spelling_of_amplitudes() -> None:
    entry = {"efeature": "AP_amplitude", "protocol": "IDrest", "tolerance": 10}
    amplitudes = [150, 150.0, 1.5e2, np.int64(150), np.float32(0.1), 1e22]
    found = targets_of([{**entry, "amplitude": one} for one in amplitudes])
    assert [one.amplitude_text for one in found] == [
        *("150", "150.0", "150.0", "150", "0.10000000149011612", "1e+22")
    ]
    assert found[0].stimulus_name == "IDrest_150"
    assert found[0].amplitude == found[1].amplitude


def test_targets_have_defaults_and_are_copies() -> None:
    entry = {"efeature": "A", "protocol": "P", "amplitude": 1, "tolerance": 2}
    settings = {"Threshold": -10.0}
    plain, named = targets_of(
        [entry, {**entry, "efeature_name": "B", "efel_settings": settings, "location": None}]
    )
    assert plain == Target("A", "P", 1, 2, {}, "A", "soma")
    assert (named.efeature_name, named.location) == ("B", "soma")
    settings["Threshold"] = 0.0
    assert named.efel_settings == {"Threshold": -10.0}
    assert targets_of([named.to_json(), named]) == [named, named]


def test_legacy_document_gives_targets() -> None:
    assert [one.stimulus_name for one in targets_of(LEGACY)] == [
        *("IDrest_150", "IDrest_150", "IDrest_200.0", "IDrest_200.0", "IV_-20", "IV_-40")
    ]


def test_wrong_targets_of_python_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="target 1: tolerance nan"):
        targets_of([Target("A", "P", 1, 1), Target("A", "P", 1, float("nan"))])
