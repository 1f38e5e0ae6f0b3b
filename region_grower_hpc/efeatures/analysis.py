"""What rank 0 makes of all recordings before features are measured: rheobases and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from region_grower_hpc.efeatures.auto_targets import AutoTarget, select
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.inputs import Inputs
from region_grower_hpc.efeatures.recording_table import read_recordings
from region_grower_hpc.efeatures.rheobase import compute_rheobase
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.targets import Target


@dataclass(frozen=True)
class Analysis:
    """Cells with rheobases and relative amplitudes, and the targets they are measured for."""

    cells: Sequence[Cell]
    targets: Sequence[Target]


def analysed(settings: EfeatureSettings, inputs: Inputs) -> Analysis:
    """Find rheobases and targets of what has been read.

    Raises:
        InvalidInputError: recordings.h5 is damaged.
    """
    cells = read_recordings(settings.recordings_file)
    return analysis_of(cells, settings, inputs.targets, inputs.auto_targets)


def analysis_of(
    cells: Sequence[Cell],
    settings: EfeatureSettings,
    targets: Sequence[Target] | None,
    auto_targets: Sequence[AutoTarget],
) -> Analysis:
    """Find rheobases, and targets where none are given.

    Args:
        cells: get rheobase and relative amplitudes.
        settings: how.
        targets: None for automatic ones.
        auto_targets: what to look for then.
    """
    if not settings.absolute_amplitude:
        strategy = dict(settings.rheobase_settings)
        if not strategy and targets is None and settings.rheobase_strategy == "flush":
            strategy = {"upper_bound_spikecount": 4}
        compute_rheobase(
            cells,
            settings.protocols_rheobase,
            settings.rheobase_strategy,
            strategy,
            compat=settings.compat,
        )
    if targets is not None:
        return Analysis(cells, targets)
    return Analysis(cells, select(auto_targets, cells))
