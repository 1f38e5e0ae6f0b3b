"""JSON files of users, with errors that say where they are broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        InvalidInputError: no such file, no text, or not JSON (with line and column).
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path}: not UTF-8 text, so not JSON: {error}") from error
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}"
        ) from error
