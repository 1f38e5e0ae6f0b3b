"""Values as JSON files hold them: no types of NumPy, no tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_PLAIN = frozenset((int, float, bool, str, type(None)))


def plain(value: Any) -> Any:
    """A copy of dictionaries, lists, tuples and NumPy values in types of Python; keys stay."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return list(value) if _PLAIN.issuperset(map(type, value)) else [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return value
