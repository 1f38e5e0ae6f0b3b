"""Texts of users' files as figures can show them."""

from __future__ import annotations

import math

_MINUS = "\N{MINUS SIGN}"


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


def shown_number(value: float | None, digits: int = 3) -> str:
    """A number with so many significant digits and a true minus sign; `?` where there is none."""
    if value is None or not math.isfinite(value):
        return "?"
    return f"{value:.{digits}g}".replace("-", _MINUS)


def shown_percent(value: float) -> str:
    """A part of something with one decimal and a true minus sign."""
    return f"{value:.1f} %".replace("-", _MINUS)
