"""What is asked of eFEL: a feature under settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class FeatureRequest(NamedTuple):
    """A feature and the settings that it is computed under; equal ones have equal values.

    Attributes:
        efeature: eFEL's name.
        settings: names and values in the order of the names, `stim_start` and `stim_end` (ms) among
            them; lists are tuples.
    """

    efeature: str
    settings: tuple[tuple[str, Any], ...]


def request(efeature: str, settings: Mapping[str, Any]) -> FeatureRequest:
    """A request of a feature.

    Args:
        efeature: eFEL's name.
        settings: global ones, overwritten by those of the target; not changed.
    """
    items = sorted(settings.items())
    return FeatureRequest(efeature, tuple((name, _hashable(value)) for name, value in items))


def _hashable(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return tuple((name, _hashable(one)) for name, one in value.items())
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(_hashable(one) for one in value)
    return value
