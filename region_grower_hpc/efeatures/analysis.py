"""What rank 0 makes of all recordings before features are measured: rheobases and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from region_grower_hpc.efeatures.auto_targets import AutoTarget, select
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.file_identity import file_identity
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


def analysed(settings: EfeatureSettings, inputs: Inputs, quiet: bool = False) -> Analysis:
    """Find rheobases and targets of what has been read.

    Args:
        settings: how, and where it is.
        inputs: the documents.
        quiet: without warnings, which the first pass that asks has given.

    Raises:
        InvalidInputError: recordings.h5 is damaged.
    """
    cells = read_recordings(settings.recordings_file)
    return analysis_of(cells, settings, inputs.targets, inputs.auto_targets, quiet)


#: What `plan` has found, for `gather` in the same process, which would find it again.
_kept: list[tuple[EfeatureSettings, tuple[int, ...], Analysis]] = []


def keep(settings: EfeatureSettings, analysis: Analysis) -> None:
    """Keep one analysis for `taken`, in place of a former one."""
    _kept[:] = [(settings, file_identity(settings.recordings_file), analysis)]


def taken(settings: EfeatureSettings) -> Analysis | None:
    """The analysis that was kept for these settings and recordings, once; None if there is none."""
    found = _kept.pop() if _kept else None
    if found is None or found[:2] != (settings, file_identity(settings.recordings_file)):
        return None
    return found[2]


def analysis_of(
    cells: Sequence[Cell],
    settings: EfeatureSettings,
    targets: Sequence[Target] | None,
    auto_targets: Sequence[AutoTarget],
    quiet: bool = False,
) -> Analysis:
    """Find rheobases, and targets where none are given.

    Args:
        cells: get rheobase and relative amplitudes.
        settings: how.
        targets: None for automatic ones.
        auto_targets: what to look for then.
        quiet: without warnings.
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
            quiet=quiet,
        )
    if targets is not None:
        return Analysis(cells, targets)
    return Analysis(cells, select(auto_targets, cells, quiet))
