"""Columns of the matrix of features: each name, feature and settings that targets ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.matching import aims_of
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.targets import Target


@dataclass(frozen=True)
class Columns:
    """Names and requests of the columns, in the order of the targets."""

    names: tuple[str, ...]
    requests: tuple[FeatureRequest, ...]

    @classmethod
    def of(
        cls, targets: Sequence[Target], efel_settings: Mapping[str, Any], compat: bool
    ) -> Columns:
        """The columns that targets ask for.

        Args:
            targets: with repetitions, for several amplitudes.
            efel_settings: of all features; those of a target come first.
            compat: bluepyefe's numbers.
        """
        aims = aims_of(targets, efel_settings, compat)
        pairs = dict.fromkeys((aim.target.efeature_name, aim.request) for aim in aims)
        return cls(tuple(name for name, _ in pairs), tuple(asked for _, asked in pairs))


def matrix_of(recordings: Sequence[Recording], columns: Columns) -> NDArray[np.float64]:
    """Values of the features, (recordings, columns); NaN: not measured, or no value."""
    values = np.full((len(recordings), len(columns.requests)), math.nan)
    of_request: dict[FeatureRequest, list[int]] = {}
    for column, asked in enumerate(columns.requests):
        of_request.setdefault(asked, []).append(column)
    for row, recording in enumerate(recordings):
        for asked, value in recording.efeatures.items():
            values[row, of_request.get(asked, [])] = value
    return values
