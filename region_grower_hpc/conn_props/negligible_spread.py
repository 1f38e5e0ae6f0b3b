"""Distributions without spread, which the peer cannot correlate with others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.conn_props.truncated_normal import cut_is_point

#: Of the value; of a null value.
_PART, _LEAST = 1e-6, 1e-9
#: Of values that become whole numbers; so many spreads keep them apart from the next one.
_MOST_OF_WHOLE, _APART = 0.01, 10.0


def with_spread(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The entry with a spread of a millionth of its value; None if it has one of its own.

    The peer maps correlated normal values by scipy's quantiles, which are NaN without spread.

    Args:
        entry: of a model; of a type that can be correlated.
    """
    if entry["type"] in ("normal", "gamma") and entry["std"] == 0:
        mean, spread = _value_and_spread(entry["mean"], entry.get("dtype"))
        return {**entry, "mean": mean, "std": spread}
    if entry["type"] == "truncnorm":
        cut = [entry[key] for key in ("norm_loc", "norm_scale", "min", "max")]
        if cut_is_point(*cut):
            loc, _, low, high = cut
            return {**entry, **_cut_with_spread(min(max(loc, low), high), low, high, entry)}
    return None


def _cut_with_spread(
    value: float, low: float, high: float, entry: Mapping[str, Any]
) -> dict[str, float]:
    loc, spread = _value_and_spread(value, entry.get("dtype"))
    return {
        "norm_loc": loc,
        "norm_scale": spread,
        "min": min(low, loc - _APART * spread),
        "max": max(high, loc + _APART * spread),
    }


def _value_and_spread(value: float, dtype: str | None) -> tuple[float, float]:
    """Where the distribution lies, such that numbers of the dtype are the value."""
    spread = _PART * abs(value) or _LEAST
    is_whole = dtype is not None and np.dtype(dtype).kind in "iu"
    if not is_whole:
        return value, spread
    spread = min(spread, _MOST_OF_WHOLE)
    # "int" rounds; others cut what comes after the point, toward 0
    return (value if dtype == "int" else value + math.copysign(_APART * spread, value)), spread
