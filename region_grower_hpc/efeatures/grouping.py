"""Recordings and their features in groups by the stimuli that targets name."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.candidates import Candidates, candidates_of, wanted_by
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.feature_target import EFeatureTarget
from region_grower_hpc.efeatures.matching import Aim, aims_of
from region_grower_hpc.efeatures.named_few import named_few
from region_grower_hpc.efeatures.protocol import Protocol
from region_grower_hpc.efeatures.rheobase import is_rheobase
from region_grower_hpc.efeatures.statistics import checked_mode, mean_and_deviation
from region_grower_hpc.efeatures.targets import TargetDocument, targets_of
from region_grower_hpc.efeatures.value_checks import shown
from region_grower_hpc.efeatures.window import inside
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)


def group_efeatures(
    cells: Sequence[Cell],
    targets: TargetDocument,
    absolute_amplitude: bool = False,
    use_global_rheobase: bool = True,
    protocol_mode: str = "mean",
    efel_settings: Mapping[str, Any] | None = None,
    compat: bool = False,
    quiet: bool = False,
    exact: bool = False,
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
            A recording without a value for them tells that of its only request of the target's
            name, or of its feature with the target's own settings.
        compat: bluepyefe's numbers: the first tolerance of a group serves all its targets, and
            of several settings for one name the last ones count.
        quiet: without warnings of protocols that no cell has, and of tolerances without width.
        exact: values count only where all settings are those of the target.

    Raises:
        InvalidInputError: the targets, the settings or the mode are wrong.

    Source: `bluepyefe.extract.group_efeatures`.
    """
    checked_mode(protocol_mode)
    settings = {} if efel_settings is None else efel_settings
    if not isinstance(settings, Mapping):
        raise InvalidInputError(f"efel_settings {shown(settings)}: give settings of eFEL by name")
    aims = aims_of(targets_of(targets), settings, compat)
    if not quiet:
        _warn_of_absent(cells, aims)
        _warn_of_narrow(aims)
    candidates = candidates_of(cells, aims, absolute_amplitude, exact)
    rheobase_na = global_rheobase(cells) if use_global_rheobase and not absolute_amplitude else None
    groups: dict[tuple[str, float], list[Aim]] = {}
    for aim in aims:
        groups.setdefault((aim.target.protocol, aim.target.amplitude), []).append(aim)
    return [
        _protocol(
            *(group, candidates.get(name), settings, rheobase_na, protocol_mode),
            absolute_amplitude,
        )
        for (name, _), group in groups.items()
    ]


def global_rheobase(cells: Sequence[Cell]) -> float | None:
    """Mean over the cells that have a rheobase, nA; None if no cell has."""
    found = [cell.rheobase for cell in cells if is_rheobase(cell.rheobase)]
    return mean_and_deviation(found)[0] if found else None


def _protocol(
    aims: Sequence[Aim],
    candidates: Candidates | None,
    efel_settings: Mapping[str, Any],
    rheobase_na: float | None,
    mode: str,
    absolute: bool,
) -> Protocol:
    if candidates is None:
        candidates = Candidates.none()
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
        absolute_amplitude=absolute,
    )


def _feature_target(
    aim: Aim,
    candidates: Candidates,
    matched: NDArray[np.intp],
    efel_settings: Mapping[str, Any],
    mode: str,
) -> EFeatureTarget:
    column = candidates.columns.get(wanted_by(aim))
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


def _warn_of_absent(cells: Sequence[Cell], aims: Sequence[Aim]) -> None:
    there = {recording.protocol_name for cell in cells for recording in cell.recordings}
    for name in dict.fromkeys(aim.target.protocol for aim in aims):
        if name not in there:
            logger.warning("targets name protocol '%s', which no cell was recorded with", name)


def _warn_of_narrow(aims: Sequence[Aim]) -> None:
    narrow = dict.fromkeys(
        f"{aim.target.stimulus_name} ({aim.tolerance:g})" for aim in aims if aim.tolerance <= 0
    )
    if narrow:
        logger.warning("a tolerance of 0 or less matches no recording: %s", named_few(list(narrow)))
