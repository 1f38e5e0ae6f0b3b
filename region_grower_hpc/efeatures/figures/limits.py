"""Ranges of axes and the round numbers along them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_SMALLEST_PART = 1e-3
_MINUS = "\N{MINUS SIGN}"
#: Steps between ticks as parts of a power of ten, and the decimals that they need beyond its own.
_STEPS = ((1, 0), (0.5, 1), (0.25, 2), (0.2, 1), (0.1, 1), (0.05, 2), (0.025, 3), (0.02, 2))


def limits_of(
    values: Iterable[NDArray[np.float64]], smallest_span: float, margin: float
) -> tuple[float, float]:
    """Range that shows all values.

    Args:
        values: arrays; NaN is no value.
        smallest_span: of the range, so that a constant trace is a line and not magnified noise.
        margin: free space at either end, as part of the span.

    Returns:
        Lower and upper end; around 0 where there is no value.
    """
    found = [one[~np.isnan(one)] for one in values]
    found = [one for one in found if one.size]
    if not found:
        return -smallest_span / 2, smallest_span / 2
    low = min(float(one.min()) for one in found)
    high = max(float(one.max()) for one in found)
    # Relative to the values too, so that the numbers along the axis differ in few digits.
    span = max(high - low, smallest_span, _SMALLEST_PART * max(abs(low), abs(high)))
    middle, half = (low + high) / 2, span * (0.5 + margin)
    return middle - half, middle + half


def round_ticks(low: float, high: float, n_most: int) -> list[tuple[float, str]]:
    """Round numbers within a range, and how they are written.

    Args:
        low: lower end.
        high: upper end, above the lower.
        n_most: number of ticks, about; there are at least two.
    """
    rough = (high - low) / n_most
    power = math.floor(math.log10(rough)) + 1
    # From the widest that may serve: the first that fits is too wide if but one number is inside.
    steps = [(factor * 10.0**power, -power + extra) for factor, extra in _STEPS]
    fitting = next(at for at, (step, _) in enumerate(steps[1:]) if step < rough * (1 - 1e-9))
    step, decimals = next(
        (one for one in steps[fitting:] if len(_multiples(low, high, one[0])) > 1), steps[-1]
    )
    is_plain = max(abs(low), abs(high)) < 1e6 and decimals <= 5
    form = f".{max(decimals, 0)}f" if is_plain else ".7g"
    ticks = [number * step for number in _multiples(low, high, step)]
    return [(tick, format(tick, form).replace("-", _MINUS)) for tick in ticks]


def _multiples(low: float, high: float, step: float) -> range:
    """Numbers that, times the step, lie within a range."""
    return range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
