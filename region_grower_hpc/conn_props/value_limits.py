"""What an entry of a model makes of drawn values: bounds, then the type of the numbers."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from region_grower_hpc.conn_props.distribution import Drawn, Spec, is_number


def limits_problem(spec: Spec) -> str | None:
    """What is wrong with bounds and dtype of an entry; None if nothing."""
    lower, upper = spec.get("lower_bound"), spec.get("upper_bound")
    for key, bound in (("lower_bound", lower), ("upper_bound", upper)):
        if bound is not None and not is_number(bound):
            return f"'{key}' is no number: {bound!r:.80}"
    if lower is not None and upper is not None and not lower <= upper:
        return f"'lower_bound' {lower} exceeds 'upper_bound' {upper}"
    dtype = spec.get("dtype")
    if dtype is not None:
        try:
            np.dtype(dtype)
        except (TypeError, ValueError):
            return f"'dtype' {dtype!r} is no type that numpy knows: give for example 'int', 'float'"
    return None


def limited(values: Drawn, spec: Spec) -> Drawn:
    """Values moved into the bounds of an entry, then in its dtype; `"int"` rounds half to even.

    Args:
        values: any shape, int64 or float64.
        spec: an entry without `limits_problem`.
    """
    lower, upper = spec.get("lower_bound"), spec.get("upper_bound")
    if lower is not None:
        values = np.maximum(values, _bound(lower))
    if upper is not None:
        values = np.minimum(values, _bound(upper))
    dtype = spec.get("dtype")
    if dtype is None:
        return values
    if dtype == "int":
        values = np.round(values)
    return values.astype(dtype)


def _bound(value: float) -> Drawn:
    # whole numbers stay whole beside a whole bound, and become real beside a real one
    return np.array([value], dtype=np.int64 if isinstance(value, Integral) else np.float64)
