"""Recordings and their features in groups by the stimuli that targets name."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.feature_target import EFeatureTarget
from region_grower_hpc.efeatures.matching import Aim, aims_of, effective_of, inside
from region_grower_hpc.efeatures.protocol import Protocol
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.rheobase import is_rheobase
from region_grower_hpc.efeatures.statistics import checked_mode, mean_and_deviation
from region_grower_hpc.efeatures.targets import TargetDocument, targets_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Candidates:
    """Recordings of a protocol that take part, in the order of cells and of their recordings.

    Attributes:
        recordings: (n,).
        cells: (n,) number of the cell of each.
        effective: (n,) what targets are compared with.
        columns: (n,) values by request; NaN for none.
    """

    recordings: list[Recording]
    cells: NDArray[np.intp]
    effective: NDArray[np.float64]
    columns: Mapping[FeatureRequest, NDArray[np.float64]]


def group_efeatures(
    cells: Sequence[Cell],
    targets: TargetDocument,
    absolute_amplitude: bool = False,
    use_global_rheobase: bool = True,
    protocol_mode: str = "mean",
    efel_settings: Mapping[str, Any] | None = None,
    compat: bool = False,
    quiet: bool = False,
) -> list[Protocol]:
    """Group recordings with their features, one group a (protocol, amplitude) of the targets.

    Args:
        cells: with features, and with rheobases unless `absolute_amplitude`.
        targets: list of targets, or the legacy form; left as it is.
        absolute_amplitude: amplitudes of targets are in nA, not in % of the rheobase.
        use_global_rheobase: amplitudes of stimuli (nA) are the reduced relative ones times the
            mean rheobase of the cells, so that they rise with the targets even where cells
            match some of them only.
        protocol_mode: mean, median, min, max, or lnmc, in which each cell weighs once.
        efel_settings: of all features, as they were measured with; those of a target come first.
        compat: bluepyefe's numbers: the first tolerance of a group serves all its targets, and
            of several settings for one name the last ones count.
        quiet: without warnings of protocols that no cell has.

    Raises:
        InvalidInputError: the targets or the mode are wrong.

    Source: `bluepyefe.extract.group_efeatures`.
    """
    checked_mode(protocol_mode)
    settings = {} if efel_settings is None else efel_settings
    aims = aims_of(targets_of(targets), settings, compat)
    if not quiet:
        _warn_of_absent(cells, aims)
    candidates = _candidates(cells, aims, absolute_amplitude)
    rheobase_na = global_rheobase(cells) if use_global_rheobase and not absolute_amplitude else None
    groups: dict[tuple[str, float], list[Aim]] = {}
    for aim in aims:
        groups.setdefault((aim.target.protocol, aim.target.amplitude), []).append(aim)
    return [
        _protocol(group, candidates.get(name), settings, rheobase_na, protocol_mode)
        for (name, _), group in groups.items()
    ]


def global_rheobase(cells: Sequence[Cell]) -> float | None:
    """Mean over the cells that have a rheobase, nA; None if no cell has."""
    found = [cell.rheobase for cell in cells if is_rheobase(cell.rheobase)]
    return mean_and_deviation(found)[0] if found else None


def _protocol(
    aims: Sequence[Aim],
    candidates: _Candidates | None,
    efel_settings: Mapping[str, Any],
    rheobase_na: float | None,
    mode: str,
) -> Protocol:
    if candidates is None:
        candidates = _Candidates([], np.empty(0, dtype=np.intp), np.empty(0), {})
    matched = {
        window: np.flatnonzero(inside(candidates.effective, *window))
        for window in dict.fromkeys(aim.window for aim in aims)
    }
    of_any = np.unique(np.concatenate(list(matched.values())))
    first = aims[0]
    return Protocol(
        name=first.target.protocol,
        amplitude=first.target.amplitude,
        tolerance=first.tolerance,
        feature_targets=[
            _feature_target(aim, candidates, matched[aim.window], efel_settings, mode)
            for aim in aims
        ],
        recordings=[candidates.recordings[index] for index in of_any],
        cells=candidates.cells[of_any],
        global_rheobase=rheobase_na,
        mode=mode,
    )


def _feature_target(
    aim: Aim,
    candidates: _Candidates,
    matched: NDArray[np.intp],
    efel_settings: Mapping[str, Any],
    mode: str,
) -> EFeatureTarget:
    column = candidates.columns.get(aim.request)
    with_value = matched[:0] if column is None else matched[np.isfinite(column[matched])]
    thresholds = [candidates.recordings[index].auto_threshold for index in matched]
    return EFeatureTarget(
        efeature_name=aim.target.efeature_name,
        efel_feature_name=aim.target.efeature,
        protocol_name=aim.target.protocol,
        amplitude=aim.target.amplitude,
        tolerance=aim.tolerance,
        efel_settings={**efel_settings, **aim.target.efel_settings},
        array=np.empty(0) if column is None else column[with_value],
        cells=candidates.cells[with_value],
        sources=[candidates.recordings[index] for index in with_value],
        auto_thresholds=[one for one in thresholds if one is not None],
        mode=mode,
    )


def _candidates(
    cells: Sequence[Cell], aims: Sequence[Aim], absolute: bool
) -> dict[str, _Candidates]:
    """Recordings by protocol; unless amplitudes are absolute, of cells with a rheobase."""
    wanted: dict[str, dict[FeatureRequest, None]] = {}
    for aim in aims:
        wanted.setdefault(aim.target.protocol, {})[aim.request] = None
    found: dict[str, tuple[list[Recording], list[int]]] = {name: ([], []) for name in wanted}
    for number, cell in enumerate(cells):
        if not absolute and not is_rheobase(cell.rheobase):
            continue
        for recording in cell.recordings:
            if recording.protocol_name in found:
                recordings, numbers = found[recording.protocol_name]
                recordings.append(recording)
                numbers.append(number)
    return {
        name: _Candidates(
            recordings,
            np.array(numbers, dtype=np.intp),
            effective_of(recordings, absolute),
            _columns(recordings, wanted[name]),
        )
        for name, (recordings, numbers) in found.items()
    }


def _columns(
    recordings: Sequence[Recording], wanted: Mapping[FeatureRequest, None]
) -> dict[FeatureRequest, NDArray[np.float64]]:
    columns = {asked: np.full(len(recordings), np.nan) for asked in wanted}
    for index, recording in enumerate(recordings):
        for asked, value in recording.efeatures.items():
            if asked in columns:
                columns[asked][index] = value
    return columns


def _warn_of_absent(cells: Sequence[Cell], aims: Sequence[Aim]) -> None:
    there = {recording.protocol_name for cell in cells for recording in cell.recordings}
    for name in dict.fromkeys(aim.target.protocol for aim in aims):
        if name not in there:
            logger.warning("targets name protocol '%s', which no cell was recorded with", name)
