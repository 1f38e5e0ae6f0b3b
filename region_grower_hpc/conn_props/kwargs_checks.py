"""What the settings of a model-building config may be, and which step each belongs to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

#: No count of a circuit comes near it, and float64 holds all integers up to it.
LARGEST = 2**53

Check = Callable[[Any], Any]


class WrongValue(Exception):
    """A value is not what it must be; the message says what that is."""


def whole(lowest: int | None = None, highest: int = LARGEST) -> Check:
    """A check for integers; floats without a fraction are integers too."""
    limits = "" if lowest is None else f" of {lowest} or more"
    if highest < LARGEST:
        limits = f" from {lowest} to {highest}"

    def check(value: Any) -> int:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if (
            not is_number
            or (isinstance(value, float) and (not math.isfinite(value) or value % 1))
            or (lowest is not None and value < lowest)
            or abs(value) > highest
        ):
            raise WrongValue(f"a whole number{limits}")
        return int(value)

    return check


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise WrongValue("a text that is not empty")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue("true or false")
    return value


def _properties(value: Any) -> tuple[str, ...]:
    """Names in order; one alone may stand without a list, and empty ones mean no properties."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WrongValue("a list of names of properties")
    return () if names in ([], [""]) else tuple(names)


def _selection(value: Any) -> Any:
    """A selection of nodes by its shape; its names are checked where the nodes are known."""
    if isinstance(value, list):
        return [_node_id(one) for one in value]
    if isinstance(value, dict) or (isinstance(value, str) and value):
        return value
    return _node_id(value)


def _node_id(value: Any) -> int:
    try:
        return int(whole(0)(value))
    except WrongValue:
        raise WrongValue(
            "an object of node properties, the name of a node set, or ids of nodes"
        ) from None


def _by_property(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValue("an object with a value for each property")
    return value


def _types(value: Any) -> dict[str, Any] | str:
    if value == "auto":
        return "auto"
    if not isinstance(value, dict):
        raise WrongValue('an object with a type for each property, or "auto"')
    return value


def _compat(value: Any) -> str:
    if value != "peer":
        raise WrongValue('null or "peer"')
    return "peer"


#: Step -> its settings, and what each must be.
STEPS: dict[str, dict[str, Check]] = {
    "extract": {
        "edges_popul_name": text,
        "group_by": text,
        "hist_bins": whole(1),
        "max_sample_size_per_group": whole(),
        "min_sample_size_per_group": whole(),
        "sel_dest": _selection,
        "sel_props": _properties,
        "sel_src": _selection,
    },
    "build": {
        "compat": _compat,
        "data_bounds": _by_property,
        "data_types": _by_property,
        "distr_types": _types,
        "estimate_cov": _flag,
        "shared_within": _by_property,
    },
    "plot": {"plot_sample_size": whole(1)},
}
