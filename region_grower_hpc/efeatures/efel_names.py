"""Names of eFEL's features and settings, and what a user may have meant by another one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.near_names import near

#: Window of a feature, ms.
WINDOW = ("stim_start", "stim_end")
#: Windows of the pulses of a stimulus, lists of ms.
PULSES = ("multi_stim_start", "multi_stim_end")
#: Numbers that eFEL's features read, with a value of their own where they are absent.
OPTIONAL_NUMBERS = (
    *("stimulus_current", "decay_start_after_stim", "decay_end_after_stim", "offset"),
)
#: eFEL's setting for its list of dependencies: ours is made from eFEL's own.
DEPENDENCY_FILE = "dependencyfile_path"

# eFEL reads beyond its arrays where it looks for the begin of a spike over no sample at all.
_LOWEST = {"DerivativeWindow": 1}
_BASE_MODES = ("mean", "median")
_TEXTS = {"voltage_base_mode": _BASE_MODES, "current_base_mode": _BASE_MODES}


@cache
def feature_names() -> frozenset[str]:
    """Names of all features of the installed eFEL."""
    import efel

    return frozenset(efel.get_feature_names())


@cache
def setting_types() -> Mapping[str, type]:
    """Names and types of eFEL's settings, and of the numbers that its features read besides."""
    from dataclasses import fields

    import efel

    # Field types are texts in a module that postpones annotations: the defaults tell them as well.
    types: dict[str, type] = {one.name: type(one.default) for one in fields(efel.Settings)}
    types.pop(DEPENDENCY_FILE, None)
    types |= dict.fromkeys((*WINDOW, *OPTIONAL_NUMBERS), float)
    return types | dict.fromkeys(PULSES, list)


def feature_problem(name: Any) -> str | None:
    """What is wrong with the name of a feature; None: nothing."""
    if isinstance(name, str) and name in feature_names():
        return None
    hint = near(name, sorted(feature_names())) if isinstance(name, str) else ""
    return f"eFEL has no feature {_shown(name)}{hint}"


def setting_problem(name: Any, value: Any) -> str | None:
    """What is wrong with a setting of eFEL or its value; None: nothing.

    Args:
        name: of a setting of eFEL, or `stim_start`, `stim_end`, `multi_stim_start`,
            `multi_stim_end`, `stimulus_current`, `decay_start_after_stim`, `decay_end_after_stim`,
            `offset`.
        value: as read from JSON.
    """
    if name == DEPENDENCY_FILE:
        return f"{DEPENDENCY_FILE} cannot be set: features are computed by eFEL's own list"
    types = setting_types()
    if not isinstance(name, str) or name not in types:
        hint = near(name, sorted(types)) if isinstance(name, str) else ""
        return f"eFEL has no setting {_shown(name)}{hint}"
    return _value_problem(name, types[name], value)


def _value_problem(name: str, kind: type, value: Any) -> str | None:
    expected = None
    if kind is bool:
        if not (isinstance(value, bool | np.bool_) or (_is_number(value) and value in (0, 1))):
            expected = "true or false"
    elif kind is int:
        lowest = _LOWEST.get(name, 0)
        if not (_is_number(value) and float(value).is_integer() and lowest <= value < 2**31):
            expected = f"a whole number, {lowest} or above"
    elif kind is float:
        if not _is_number(value):
            expected = "a number"
        elif name == "interp_step" and value <= 0:
            expected = "a number above 0 (ms)"
    elif kind is list:
        if not (isinstance(value, list | tuple) and value and all(map(_is_number, value))):
            expected = "a list of numbers (ms)"
    elif value not in _TEXTS.get(name, (value,)) or not isinstance(value, str):
        expected = " or ".join(_TEXTS.get(name, ("a text",)))
    return None if expected is None else f"{name} has to be {expected}, not {_shown(value)}"


def _is_number(value: Any) -> bool:
    """Whether it is a finite number, and not a truth value."""
    if isinstance(value, bool | np.bool_):
        return False
    if not isinstance(value, int | float | np.integer | np.floating):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Any) -> str:
    return f"{value!r:.60}"
