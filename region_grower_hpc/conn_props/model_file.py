"""The JSON file of a model: that of the peer, laid out with one line an entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import write_text
from region_grower_hpc.formats.json_file import read_json

#: Levels of dictionaries that are opened: key, property, source type, target type.
_OPENED = 4


def read_model_file(path: Path) -> dict[str, Any]:
    """The dictionary in a model file.

    Raises:
        InvalidInputError: not named *.json, not readable, or not a dictionary.
    """
    if path.suffix != ".json":
        raise InvalidInputError(f"{path}: a model file must be named *.json")
    values = read_json(path)
    if not isinstance(values, dict):
        raise InvalidInputError(f"{path}: a model file must hold a dictionary")
    return values


def write_model_file(path: Path, values: Mapping[str, Any]) -> None:
    """Replace a model file.

    Args:
        path: named *.json.
        values: in types of Python.
    """
    write_text(path, "".join(_lines(values, 0)) + "\n")


def _lines(value: Any, depth: int) -> Iterator[str]:
    # a whole dump with an indent would be several times slower, and a line a number long
    if depth == _OPENED or not isinstance(value, Mapping) or not value:
        yield json.dumps(value)
        return
    pad = " " * (depth + 1)
    yield "{\n"
    for at, (key, one) in enumerate(value.items()):
        yield f"{pad}{json.dumps(key)}: " if at == 0 else f",\n{pad}{json.dumps(key)}: "
        yield from _lines(one, depth + 1)
    yield "\n" + " " * depth + "}"
