from __future__ import annotations

import copy
from typing import Any

import pytest

from region_grower_hpc.efeatures.legacy_config import translate_legacy_config
from region_grower_hpc.errors import InvalidInputError

CONFIG: dict[str, Any] = {
    "path": "data",
    "cells": {
        "c1": {
            "experiments": {
                "IDrest": {
                    "location": "soma",
                    "files": [{"i_file": "i.ibw", "v_file": "v.ibw", "i_unit": "A"}],
                },
                "IV": {"files": [{"filepath": "iv.abf"}, {"filepath": "sub/iv2.abf"}]},
                "Empty": {"files": []},
            }
        }
    },
    "features": {"IDrest": ["AP_amplitude", "spikerate_tau"], "IV": {"voltage_base": {}}},
    "options": {
        "target": ["all", 150, "noinput", 200.0],
        "tolerance": [5, 20, 1, 30],
        "onoff": {"IDrest": (700, 2700)},
        "strict_stiminterval": {"IDrest": False, "base": True},
        "expthreshold": ["IDrest"],
        "spike_threshold": 2,
    },
}


def test_configuration_becomes_keywords() -> None:
    given = copy.deepcopy(CONFIG)
    found = translate_legacy_config(given)
    assert given == CONFIG
    assert list(found) == [
        *("files_metadata", "targets", "protocols_rheobase"),
        *("rheobase_strategy", "rheobase_settings"),
    ]
    assert found["files_metadata"] == {
        "c1": {
            "IDrest": [
                {
                    "i_file": "data/i.ibw",
                    "v_file": "data/v.ibw",
                    "i_unit": "A",
                    "ton": 700,
                    "toff": 2700,
                }
            ],
            "IV": [{"filepath": "data/iv.abf"}, {"filepath": "data/sub/iv2.abf"}],
        }
    }
    strict = {"IDrest": False, "IV": True}
    assert found["targets"] == [
        {
            "efeature": efeature,
            "protocol": protocol,
            "amplitude": amplitude,
            "tolerance": tolerance,
            "efel_settings": {"strict_stiminterval": strict[protocol]},
        }
        for efeature, protocol in (("AP_amplitude", "IDrest"), ("voltage_base", "IV"))
        for amplitude, tolerance in ((150, 20), (0, 10), (200.0, 30))
    ]
    assert found["protocols_rheobase"] == ["IDrest"]
    assert found["rheobase_strategy"] == "absolute"
    assert found["rheobase_settings"] == {"spike_threshold": 2}


def test_without_options_that_may_be_absent() -> None:
    config = copy.deepcopy(CONFIG)
    for key in ("onoff", "strict_stiminterval", "spike_threshold"):
        del config["options"][key]
    del config["path"]
    found = translate_legacy_config(config)
    assert found["files_metadata"]["c1"]["IDrest"][0] == {
        "i_file": "i.ibw",
        "v_file": "v.ibw",
        "i_unit": "A",
    }
    assert all(target["efel_settings"] == {} for target in found["targets"])
    assert found["rheobase_settings"] == {}


@pytest.mark.parametrize("key", ["cells", "features", "options"])
def test_missing_parts_are_named(key: str) -> None:
    config = {name: value for name, value in CONFIG.items() if name != key}
    with pytest.raises(InvalidInputError, match=key):
        translate_legacy_config(config)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("options", "onoff"), 3, "options: onoff must be an object"),
        (("options", "onoff", "IDrest"), 3, "options/onoff: IDrest must be a list"),
        (("features", "IV"), 3, "features: IV must be a list"),
        (("options", "strict_stiminterval"), True, "strict_stiminterval must be an object"),
        (("options", "expthreshold"), None, "options: expthreshold must be a list"),
        (("cells", "c1"), [], "cells/c1: experiments must be an object"),
        (("cells", "c1", "experiments", "IV"), {}, "experiments/IV: files must be a list"),
        (("cells", "c1", "experiments", "IV", "files"), [3], "IV/files: filepath must be a text"),
    ],
)
def test_parts_of_other_shapes_are_named(path: tuple[str, ...], value: Any, message: str) -> None:
    config = copy.deepcopy(CONFIG)
    part = config
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(InvalidInputError, match=message):
        translate_legacy_config(config)
