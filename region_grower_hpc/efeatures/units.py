"""Units of current, voltage and time that recordings may have."""

from __future__ import annotations

from typing import Any

from region_grower_hpc.efeatures.problem import RecordingProblem

#: Key of the metadata -> units in any case -> factor to nA, mV or ms.
_ANY_CASE: dict[str, dict[str, float]] = {
    "i_unit": {"a": 1e9, "amperes": 1e9, "amps": 1e9},
    "v_unit": {"v": 1e3, "volts": 1e3},
    "t_unit": {"s": 1e3, "sec": 1e3, "seconds": 1e3},
}
#: The same for units whose case matters: mA is not MA.
_EXACT: dict[str, dict[str, float]] = {
    "i_unit": {"mA": 1e6, "uA": 1e3, "nA": 1.0, "pA": 1e-3},
    "v_unit": {"mV": 1.0, "uV": 1e-3},
    "t_unit": {"ms": 1.0, "10th_ms": 0.1},
}
#: Key -> what it is a unit of.
_QUANTITIES = {"i_unit": "current", "v_unit": "voltage", "t_unit": "time"}
UNIT_KEYS = tuple(_QUANTITIES)


def current_factor(unit: str) -> float:
    """What turns a current in `unit` into nA.

    Raises:
        RecordingProblem: units, the unit is not known.
    """
    return _factor("i_unit", unit)


def voltage_factor(unit: str) -> float:
    """What turns a voltage in `unit` into mV.

    Raises:
        RecordingProblem: units, the unit is not known.
    """
    return _factor("v_unit", unit)


def time_factor(unit: str) -> float:
    """What turns a time in `unit` into ms.

    Raises:
        RecordingProblem: units, the unit is not known.
    """
    return _factor("t_unit", unit)


def unit_problem(key: str, value: Any) -> str | None:
    """What is wrong with a unit of the metadata, or None.

    Args:
        key: one of `UNIT_KEYS`.
        value: as the metadata give it.
    """
    if isinstance(value, str) and (value.lower() in _ANY_CASE[key] or value in _EXACT[key]):
        return None
    any_case, exact = ", ".join(_ANY_CASE[key]), ", ".join(_EXACT[key])
    return (
        f"{value!r:.60} is no known unit of {_QUANTITIES[key]}: "
        f"use {any_case} (in any case) or exactly {exact}"
    )


def is_voltage_unit(unit: str) -> bool:
    """Whether a header's unit is one of voltage."""
    return unit_problem("v_unit", unit) is None


def is_current_unit(unit: str) -> bool:
    """Whether a header's unit is one of current."""
    return unit_problem("i_unit", unit) is None


def _factor(key: str, unit: str) -> float:
    """Factor of a unit of one kind."""
    problem = unit_problem(key, unit)
    if problem:
        raise RecordingProblem("units", key, problem)
    exact = _EXACT[key].get(unit)
    return _ANY_CASE[key][unit.lower()] if exact is None else exact
