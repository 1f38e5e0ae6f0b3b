"""Requests of features that eFEL computes together: those of the same settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from region_grower_hpc.efeatures.efel_load import EfelTrace
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.problem import RecordingProblem

#: The feature that looks at the pulses of a stimulus.
PULSES_FEATURE = "multiple_decay_time_constant_after_stim"


@dataclass
class Group:
    """Requests of the same settings: their positions by the name of the feature."""

    settings: dict[str, Any]
    positions: dict[str, list[int]] = field(default_factory=dict)


def groups_of(
    sweep: EfelTrace, requests: Iterable[FeatureRequest]
) -> tuple[list[Group], list[RecordingProblem]]:
    """Requests by their settings, and what is wrong with settings: those have no group."""
    groups: dict[tuple[Any, ...], Group | None] = {}
    problems = []
    for position, (name, given) in enumerate(requests):
        # Only the feature of pulses has their settings.
        key = (given, name == PULSES_FEATURE)
        if key not in groups:
            try:
                settings = sweep.settings_of(dict(given), pulses=name == PULSES_FEATURE)
                groups[key] = Group(settings)
            except RecordingProblem as problem:
                problems.append(problem)
                groups[key] = groups[given, False] = groups[given, True] = None
        group = groups[key]
        if group is not None:
            group.positions.setdefault(name, []).append(position)
    return [one for one in groups.values() if one is not None], problems
