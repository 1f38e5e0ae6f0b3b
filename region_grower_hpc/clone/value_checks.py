"""Values that no run could use, however they were given."""

from __future__ import annotations

import math
from collections.abc import Sequence

from region_grower_hpc.clone.settings import CONTAINERS, RANDOM_STREAMS, CloneSettings
from region_grower_hpc.errors import InvalidInputError


def repeated_scale(y_scales: Sequence[float]) -> str | None:
    """The text of two different factors in the names of morphologies; None if all differ."""
    texts = [f"{y_scale:.3f}" for y_scale in dict.fromkeys(y_scales)]
    return next((text for text in texts if texts.count(text) > 1), None)


def check_values(settings: CloneSettings) -> None:
    """Refuse what the command line would not take.

    Raises:
        InvalidInputError: naming the parameter of `CloneMorphologies` and its value.
    """
    for name, value, may_be_zero in (
        ("clone_multiplier", settings.clone_multiplier, False),
        ("std_angle", settings.std_angle_deg, True),
        ("std_scale", settings.std_scale, True),
        *(("y_scales", y_scale, False) for y_scale in settings.y_scales),
    ):
        if not math.isfinite(value) or value < 0 or (value == 0 and not may_be_zero):
            least = "of 0 or more" if may_be_zero else "above 0"
            raise InvalidInputError(f"{name}: {value} is no finite number {least}")
    if (text := repeated_scale(settings.y_scales)) is not None:
        raise InvalidInputError(f"y_scales: two factors are {text} in names of morphologies")
    if settings.seed < 0:
        raise InvalidInputError(f"seed: {settings.seed} is below 0")
    for name, choice, choices in (
        ("random_stream", settings.random_stream, RANDOM_STREAMS),
        ("container", settings.container, CONTAINERS),
    ):
        if choice not in choices:
            raise InvalidInputError(f"{name}: '{choice}' is none of {', '.join(choices)}")
