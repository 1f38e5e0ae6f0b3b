"""Names and numbers as figures show them."""

from __future__ import annotations

import math
import re

from region_grower_hpc.conn_props.statistics import N_SYN

#: Units of the properties of chemical synapses in SONATA files.
_UNITS = {
    "conductance": "nS",
    "decay_time": "ms",
    "delay": "ms",
    "depression_time": "ms",
    "facilitation_time": "ms",
}
_MINUS = "\N{MINUS SIGN}"
_ARROW = "\N{RIGHTWARDS ARROW}"


def shown_text(text: object, max_characters: int) -> str:
    """A text on one line, without characters that no font has, shortened in its middle.

    Args:
        text: anything; its `str` is shown.
        max_characters: of the result, at least 3.
    """
    line = "".join(one if one.isprintable() else "?" for one in str(text))
    if len(line) <= max_characters:
        return line
    n_end = (max_characters - 1) // 2
    return f"{line[: max_characters - 1 - n_end]}…{line[len(line) - n_end :]}"


def shown_number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits and a true minus sign; `?` where there is none."""
    if not math.isfinite(value):
        return "?"
    # Whole numbers up to a million as they are: 12300 and not 1.23e+04.
    is_plain = 10.0**digits <= abs(value) < 1e6
    written = f"{value:.0f}" if is_plain else f"{value:.{digits}g}"
    return re.sub(r"e\+?(-?)0*", r"e\1", written).replace("-", _MINUS)


def shown_distance(value: float) -> str:
    """A number between 0 and 1 with two decimals, with three where it is small."""
    return f"{value:.2f}" if value >= 0.095 else f"{value:.3f}"


def shown_property(name: str) -> str:
    """A property with its unit, where it has a known one."""
    if name == N_SYN:
        return "synapses per connection"
    unit = _UNITS.get(name)
    return shown_text(name, 40) + (f" ({unit})" if unit else "")


def shown_pathway(source: object, target: object) -> str:
    """A source and a target type."""
    return f"{shown_text(source, 24)} {_ARROW} {shown_text(target, 24)}"


def counted(n: int, noun: str) -> str:
    """A number and what it counts: `1 pathway`, `1,200 pathways`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
