from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.distribution_settings import checked_settings
from region_grower_hpc.errors import InvalidInputError

NAMES = ["u_syn", "g_step", "n_syn_per_conn"]


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("distr_types", "gama", r"'gama' is no type .*do you mean 'gamma'"),
        ("distr_types", 3, "3 is no type"),
        ("data_types", "integr", "'integr' is no type of numbers"),
        ("data_types", "str", "'str' is no type of numbers"),
        ("data_types", ",", "',' is no type of numbers"),
        ("data_types", 5, "5 is no type of numbers"),
        ("data_bounds", [1.0], "not two bounds"),
        ("data_bounds", [1, 2, 3], "not two bounds"),
        ("data_bounds", "12", "not two bounds"),
        ("data_bounds", 4.0, "not two bounds"),
        ("data_bounds", [2.0, 1.0], "the lower bound 2.0 is above the upper one, 1.0"),
        ("data_bounds", ["1", None], "'1' is no bound"),
        ("data_bounds", [float("nan"), None], "nan is no bound"),
        ("data_bounds", [float("inf"), None], "inf is no bound"),
        ("shared_within", 1, "1: give true or false"),
        ("shared_within", "yes", "'yes': give true or false"),
    ],
)
def test_wrong_values_name_setting_property_and_value(setting: str, value: Any, words: str) -> None:
    given: dict[str, Any] = {
        "distr_types": {},
        "data_types": {},
        "data_bounds": {},
        "shared_within": {},
    }
    given[setting] = {"u_syn": value}
    with pytest.raises(InvalidInputError, match=f"{setting}: u_syn: .*{words}"):
        checked_settings(NAMES, **given)
    # of what is not in the data nothing is asked
    given[setting] = {"other": value}
    assert [row.property for row in checked_settings(NAMES, **given)[1]] == ["other"]


@pytest.mark.parametrize("setting", ["distr_types", "data_types", "data_bounds", "shared_within"])
def test_settings_are_objects(setting: str) -> None:
    given: dict[str, Any] = {
        "distr_types": {},
        "data_types": {},
        "data_bounds": {},
        "shared_within": {},
    }
    given[setting] = "gamma"
    with pytest.raises(InvalidInputError, match=f"{setting} is 'gamma'"):
        checked_settings(NAMES, **given)


def test_values_that_are_given() -> None:
    settings, rows = checked_settings(
        NAMES,
        {"u_syn": "gamma", "g_step": None},
        {"u_syn": "int", "g_step": np.float32, "n_syn_per_conn": None},
        {"u_syn": (0, None), "g_step": [None, np.float64(2.5)], "n_syn_per_conn": None},
        {"u_syn": np.bool_(True), "g_step": False},
    )
    assert not rows
    assert settings.types == {"u_syn": "gamma", "g_step": "normal", "n_syn_per_conn": "normal"}
    assert settings.defaulted == ["g_step", "n_syn_per_conn"]
    assert settings.data_types == {"u_syn": "int", "g_step": "float32"}
    assert settings.bounds == {"u_syn": (0, None), "g_step": (None, 2.5)}
    assert isinstance(settings.bounds["u_syn"][0], int)
    assert settings.shared == {"u_syn": True, "g_step": False}


def test_infinite_bounds_are_open() -> None:
    bounds = {"u_syn": [float("-inf"), float("inf")]}
    assert checked_settings(NAMES, {}, {}, bounds, {})[0].bounds == {"u_syn": (None, None)}


def test_auto_stands_for_all() -> None:
    settings, _ = checked_settings(NAMES, "auto", {}, {}, {})
    assert set(settings.types.values()) == {"auto"}
    assert settings.defaulted == []
