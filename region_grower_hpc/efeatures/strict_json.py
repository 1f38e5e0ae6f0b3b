"""Values that every JSON reader takes: no NaN, no infinity, no types of NumPy."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def strict(value: Any) -> Any:
    """A copy in plain Python, with None for numbers that are not finite."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): strict(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [strict(one) for one in value]
    return value


def json_text(document: Any) -> str:
    """The text of a document, keys in their order."""
    return json.dumps(strict(document), indent=2, allow_nan=False) + "\n"
