"""JSON files of users, with errors that say where they are broken."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError


def read_json(path: Path, *, unique_keys: bool = False) -> Any:
    """Read a JSON file.

    Args:
        path: of the file.
        unique_keys: refuse a key that is twice in one object; else the last one counts.

    Raises:
        InvalidInputError: no such file, no text, not JSON (with line and column), nested too
            deeply, an integer of too many digits, or a key twice where that is refused.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=_unique if unique_keys else None)
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path}: not UTF-8 text, so not JSON: {error}") from error
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}"
        ) from error
    except _RepeatedKeyError as error:
        raise InvalidInputError(
            f"{path}: key '{error}' is twice in one object: remove or rename one of them"
        ) from error
    except RecursionError as error:
        raise InvalidInputError(f"{path}: lists or objects are nested too deeply") from error
    except ValueError as error:  # of the conversion of a number
        raise InvalidInputError(
            f"{path}: holds an integer of more digits than can be read: shorten it"
        ) from error


class _RepeatedKeyError(Exception):
    """A key that an object has twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _RepeatedKeyError(counts.most_common(1)[0][0])
    return value
