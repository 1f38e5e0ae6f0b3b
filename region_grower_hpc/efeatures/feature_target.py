"""A target with the values that the recordings of all cells gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.statistics import (
    CELL_WISE,
    cell_means,
    mean_and_deviation,
    median_threshold,
)


@dataclass(frozen=True, eq=False)
class EFeatureTarget:
    """A feature at a stimulus, and its values.

    Attributes:
        efeature_name: under which it is written.
        efel_feature_name: its name in eFEL.
        protocol_name: exact name.
        amplitude: as the target gives it.
        tolerance: of the window that recordings were matched in.
        efel_settings: the global ones and those of the target, as the user gave them.
        array: (n,) float64, values in the order of cells and recordings.
        cells: (n,) number of the cell of each.
        sources: (n,) the recording of each.
        auto_thresholds: of all matched recordings, with a value or without, mV.
        mode: lnmc: each cell weighs once; else each recording.

    Source: `bluepyefe.target.EFeatureTarget`.
    """

    efeature_name: str
    efel_feature_name: str
    protocol_name: str
    amplitude: float
    tolerance: float
    efel_settings: Mapping[str, Any]
    array: NDArray[np.float64]
    cells: NDArray[np.intp]
    sources: list[Recording] = field(default_factory=list)
    auto_thresholds: list[float] = field(default_factory=list)
    mode: str = "mean"

    @property
    def values(self) -> list[float]:
        """One value a recording that has one."""
        return [float(one) for one in self.array]

    @property
    def files(self) -> list[str]:
        """Files of the recordings of the values, in their order."""
        return [file for recording in self.sources for file in recording.files]

    @property
    def sample_size(self) -> int:
        """Number of values that are averaged: of recordings, or of cells for lnmc."""
        return len(self._averaged)

    @property
    def mean(self) -> float:
        """Mean; NaN without values."""
        return mean_and_deviation(self._averaged)[0]

    @property
    def std(self) -> float:
        """Population standard deviation; NaN without values."""
        return mean_and_deviation(self._averaged)[1]

    @property
    def effective_settings(self) -> dict[str, Any]:
        """Settings with the threshold of spikes that the recordings had, where none was given."""
        settings = dict(self.efel_settings)
        if "Threshold" not in settings and self.auto_thresholds:
            settings["Threshold"] = median_threshold(self.auto_thresholds)
        return settings

    def statistics(self) -> dict[str, Any]:
        """What the table of targets shows."""
        mean, deviation = mean_and_deviation(self._averaged)
        return {
            "protocol": self.protocol_name,
            "amplitude": float(self.amplitude),
            "tolerance": float(self.tolerance),
            "efeature_name": self.efeature_name,
            "mean": mean,
            "std": deviation,
            "n": self.sample_size,
        }

    def as_dict(
        self, save_files_used: bool = False, default_std_value: float = 1e-3
    ) -> dict[str, Any]:
        """The entry of features.json.

        Args:
            save_files_used: name the files behind the values.
            default_std_value: in place of a standard deviation of 0.
        """
        mean, deviation = mean_and_deviation(self._averaged)
        entry: dict[str, Any] = {
            "feature": self.efel_feature_name,
            "val": [mean, default_std_value if deviation == 0.0 else deviation],
            "n": self.sample_size,
        }
        if self.mode == CELL_WISE:
            entry["n_recordings"] = len(self.array)
        entry["efel_settings"] = self.effective_settings
        entry["efeature_name"] = self.efeature_name
        if save_files_used:
            entry["files"] = self.files
        return entry

    @property
    def _averaged(self) -> NDArray[np.float64]:
        return cell_means(self.array, self.cells) if self.mode == CELL_WISE else self.array
