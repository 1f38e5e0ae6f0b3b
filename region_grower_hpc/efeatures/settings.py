"""What a user asks of the extraction of features, and of figures of recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.output_names import (
    FAILURES,
    FEATURE_TABLE,
    FEATURES,
    FIGURES,
    RECORDINGS,
)
from region_grower_hpc.efeatures.rheobase_settings import STRATEGIES

#: Protocols that tell the rheobase unless others are named.
PROTOCOLS_RHEOBASE = (
    *("IV", "Step", "FirePattern", "IDrest", "IDRest"),
    *("IDthresh", "IDThresh", "IDThres", "IDthres"),
)
EFEL_SETTINGS: Mapping[str, Any] = {
    "strict_stiminterval": True,
    "Threshold": -20.0,
    "interp_step": 0.025,
}
PROTOCOL_MODES = ("mean", "median", "min", "max", "lnmc")
RHEOBASE_STRATEGIES = tuple(STRATEGIES)
#: Value of --auto-targets that stands for the list we know.
PRESET = "preset"

_PATHS = frozenset({"files_metadata", "output_directory", "targets", "former_directory"})


@dataclass(frozen=True)
class EfeatureSettings:
    """Inputs, outputs and choices of one run.

    Attributes:
        files_metadata: JSON file of the recordings.
        output_directory: folder of all outputs.
        targets: JSON file of targets; None: automatic ones.
        auto_targets: JSON file of automatic targets, or `PRESET`.
        threshold_nvalue_save: fewest values that make a feature.
        protocols_rheobase: names of the protocols that tell the rheobase.
        absolute_amplitude: targets are in nA, not in % of the rheobase.
        protocol_mode: how stimuli of several recordings become one.
        efel_settings: of all features.
        extract_per_cell: write the documents of each cell too.
        rheobase_strategy, rheobase_settings: how a rheobase is found.
        pickle_cells: write cells.pkl and protocols.pkl.
        default_std_value: in place of a standard deviation of 0.
        low_memory_mode: pickles without traces.
        plot: draw figures.
        save_files_used: name the files behind each feature.
        compat: reproduce bluepyefe's numbers where ours are others.
        all_recordings: measure the recordings of a target's protocol outside its window too.
        former_directory: where former passes have written; None: `output_directory`.
    """

    files_metadata: Path
    output_directory: Path
    targets: Path | None = None
    auto_targets: str = PRESET
    threshold_nvalue_save: int = 1
    protocols_rheobase: tuple[str, ...] = PROTOCOLS_RHEOBASE
    absolute_amplitude: bool = False
    protocol_mode: str = "mean"
    efel_settings: Mapping[str, Any] = field(default_factory=lambda: dict(EFEL_SETTINGS))
    extract_per_cell: bool = False
    rheobase_strategy: str = "absolute"
    rheobase_settings: Mapping[str, Any] = field(default_factory=dict)
    pickle_cells: bool = False
    default_std_value: float = 0.001
    low_memory_mode: bool = False
    plot: bool = False
    save_files_used: bool = False
    compat: bool = False
    all_recordings: bool = False
    former_directory: Path | None = None

    @classmethod
    def names(cls) -> frozenset[str]:
        """Of all attributes."""
        return frozenset(one.name for one in fields(cls))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> EfeatureSettings:
        """Inverse of `to_json`."""
        known: dict[str, Any] = {
            name: Path(value) if name in _PATHS and value is not None else value
            for name, value in values.items()
        }
        known["protocols_rheobase"] = tuple(known["protocols_rheobase"])
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        """JSON values, paths made absolute: a later command may start elsewhere."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in _PATHS:
            values[name] = None if values[name] is None else str(values[name].absolute())
        if self.auto_targets != PRESET:
            values["auto_targets"] = str(Path(self.auto_targets).absolute())
        values["protocols_rheobase"] = list(self.protocols_rheobase)
        values["efel_settings"] = dict(self.efel_settings)
        values["rheobase_settings"] = dict(self.rheobase_settings)
        return values

    def moved(self, output: Path) -> EfeatureSettings:
        """The same settings for outputs that were moved.

        Args:
            output: where one of the outputs is now, or their folder.
        """
        folder = output if output.is_dir() and output.name != FIGURES else output.parent
        return replace(self, output_directory=folder, former_directory=None)

    def elsewhere(self, folder: Path) -> EfeatureSettings:
        """The same settings for a pass that writes into another folder than the former ones."""
        former = self.former_directory or self.output_directory
        return replace(self, output_directory=folder, former_directory=former)

    def output(self, name: str) -> Path:
        """An output by its name."""
        return self.output_directory / name

    @property
    def recordings_file(self) -> Path:
        """What the first pass has read."""
        return (self.former_directory or self.output_directory) / RECORDINGS

    @property
    def features_file(self) -> Path:
        """The document of all features."""
        return self.output(FEATURES)

    @property
    def feature_table_file(self) -> Path:
        """Recordings, their features and the statistics of targets, as measuring writes them."""
        return self.output(FEATURE_TABLE)

    @property
    def measured_file(self) -> Path:
        """The same, as drawing reads them."""
        return (self.former_directory or self.output_directory) / FEATURE_TABLE

    @property
    def impedance_max_freq_hz(self) -> float:
        """Highest frequency of figures of impedances: eFEL's setting, or its default."""
        return float(self.efel_settings.get("impedance_max_freq", 50.0))

    @property
    def figures(self) -> Path:
        """Folder of figures beside features."""
        return self.output(FIGURES)

    @property
    def failures_csv(self) -> Path:
        """What could not be done."""
        return self.output(FAILURES)
