"""Distributions from which growth draws: what makes a draw impossible or endless."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Key below the entry of an mtype, and what is wrong with its value.
Problem = tuple[str, str]

#: A normal draw is repeated until it is positive; below -6 std that is one draw in 10^9.
MAX_STDS_BELOW_ZERO = 6.0
#: A kilometre: with more, coordinates soon exceed what files can hold.
MAX_LENGTH_UM = 1e9


def length_problems(key: str, value: Any) -> Iterator[Problem]:
    """Of a length in µm, `{"norm": {"mean", "std"}}`, drawn until it is positive."""
    norm = value.get("norm") if isinstance(value, dict) else None
    if norm is None:
        yield key, _not_of_form(value, '{"norm": {"mean": ..., "std": ...}}')
        return
    for name in ("mean", "std"):
        if name not in norm:
            yield f"{key}/norm/{name}", "is missing: add it, in µm"
            return
        if not is_finite(norm.get(name)):
            yield f"{key}/norm/{name}", "must be a finite number"
            return
        if abs(norm[name]) > MAX_LENGTH_UM:
            yield f"{key}/norm/{name}", f"must be at most {MAX_LENGTH_UM:g} µm"
    mean, std = norm["mean"], abs(norm["std"])
    if mean <= 0 and std == 0:
        yield f"{key}/norm/mean", f"is {mean} with an std of 0, and a length must be above 0"
    elif mean < -MAX_STDS_BELOW_ZERO * std:
        yield (
            f"{key}/norm/mean",
            f"is more than {MAX_STDS_BELOW_ZERO:g} std below 0: no positive length would be drawn",
        )


def uniform_problems(key: str, value: Any) -> Iterator[Problem]:
    """Of `{"uniform": {"min", "max"}}`."""
    uniform = value.get("uniform") if isinstance(value, dict) else None
    if uniform is None:
        yield key, _not_of_form(value, '{"uniform": {"min": ..., "max": ...}}')
        return
    for name in ("min", "max"):
        if name not in uniform:
            yield f"{key}/uniform/{name}", "is missing: add it, a finite number"
        elif not is_finite(uniform[name]):
            yield f"{key}/uniform/{name}", "must be a finite number"


def histogram_problems(key: str, value: Any) -> Iterator[Problem]:
    """Of `{"data": {"bins", "weights"}}`."""
    data = value.get("data") if isinstance(value, dict) else None
    if data is None:
        yield key, _not_of_form(value, '{"data": {"bins": [...], "weights": [...]}}')
        return
    bins, weights = numbers(data.get("bins")), numbers(data.get("weights"))
    for name, values in (("bins", bins), ("weights", weights)):
        if values is None or values.ndim != 1 or not values.size or not np.isfinite(values).all():
            yield f"{key}/data/{name}", "must be a list of finite numbers"
            return
    if bins is not None and weights is not None:
        if len(bins) != len(weights):
            yield f"{key}/data", f"has {len(bins)} bins, but {len(weights)} weights"
        elif (weights < 0).any() or not 0 < sum(map(float, weights)) < math.inf:
            yield (
                f"{key}/data/weights",
                "must not be negative, nor all zero, and their sum must be finite",
            )


def _not_of_form(value: Any, form: str) -> str:
    return f"is missing: add it, as {form}" if value is None else f"must be {form}"


def drawable_bins(value: Mapping[str, Any]) -> NDArray[np.float64]:
    """The values that a sound histogram can give."""
    bins = np.asarray(value["data"]["bins"], dtype=np.float64)
    return bins[np.asarray(value["data"]["weights"]) > 0]


def numbers(value: Any) -> NDArray[Any] | None:
    """The value as an array of numbers; None if it is none."""
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # lists of different lengths; an integer beyond float
        return None
    return array if array.dtype.kind in "iuf" else None


def is_finite(value: Any) -> bool:
    """Whether a value is a number that a float can hold."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of hundreds of digits
        return False
