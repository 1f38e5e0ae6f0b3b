"""What a value of a user's document must be, and how it is shown where it is wrong."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any, TypeGuard

#: No quantity of a recording comes near it; NaN and infinity are not below it.
LARGEST = 1e30

#: Most letters of a value that are shown.
MOST_SHOWN = 80

# It also ends early in values nested too deeply for `repr`.
_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = _SHOWN.maxlong = 60


def shown(value: Any) -> str:
    """Short text of a value of any shape and depth."""
    try:
        text = _SHOWN.repr(value)
    except ValueError:  # Python writes no integer of more digits than its limit
        return "an integer of too many digits"
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite number; true and false are none."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    number: Any = value  # types of numbers are not known to be ordered
    return bool(-LARGEST < number < LARGEST)


def is_count(value: Any) -> TypeGuard[int]:
    """Whether a value is an integer of 0 or more."""
    return isinstance(value, Integral) and is_number(value) and value >= 0


def is_text(value: Any) -> TypeGuard[str]:
    """Whether a value is a text that is not empty and that every file format can hold."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def are_numbers(value: Any) -> TypeGuard[Sequence[float]]:
    """Whether a value is a list of finite numbers, or an array of one dimension."""
    return is_list(value) and all(map(is_number, value))


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a list or tuple, or an array of one dimension."""
    return isinstance(value, list | tuple) or getattr(value, "ndim", None) == 1


def is_texts(value: Any) -> TypeGuard[list[str]]:
    """Whether a value is a list of texts, one at least."""
    return is_list(value) and len(value) > 0 and all(map(is_text, value))


def plain_number(value: Any) -> int | float:
    """A checked number as Python's own: integers stay integers, as they are written in JSON."""
    return int(value) if isinstance(value, Integral) else float(value)


def plain_value(value: Any) -> Any:
    """A value of Python as JSON has it: paths are texts, arrays and tuples lists, scalars plain."""
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    # numpy's scalars and arrays, without numpy
    return value.tolist() if hasattr(value, "tolist") else value
