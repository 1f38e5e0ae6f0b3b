"""Targets that are chosen by the stimuli that were recorded."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.auto_target_checks import auto_target_problems
from region_grower_hpc.efeatures.auto_target_preset import PRESET_DOCUMENT
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.rheobase import is_rheobase
from region_grower_hpc.efeatures.targets import Target
from region_grower_hpc.efeatures.value_checks import plain_number
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AutoTarget:
    """Features of the first stimuli of a list of wishes that were recorded often enough.

    Attributes:
        protocols: exact names, the most wanted first.
        amplitudes: % of the rheobase, the most wanted first.
        efeatures: names of features in eFEL.
        min_recordings_per_amplitude: fewest recordings that make a target.
        preferred_number_protocols: how many pairs of protocol and amplitude are taken.
        tolerance: % of the rheobase; recordings are nearer to the amplitude than this.

    Source: `bluepyefe.auto_targets.AutoTarget`, here without memory of former selections.
    """

    protocols: Sequence[str]
    amplitudes: Sequence[float]
    efeatures: Sequence[str]
    min_recordings_per_amplitude: int = 10
    preferred_number_protocols: int = 1
    tolerance: float = 10

    def targets(self, amp_rel: dict[str, NDArray[np.float64]]) -> Iterator[Target]:
        """Targets that the recorded amplitudes (%) of each protocol allow."""
        pairs = [
            (protocol, amplitude)
            for protocol in self.protocols
            for amplitude in self.amplitudes
            if self._is_recorded(amp_rel.get(protocol), amplitude)
        ]
        for protocol, amplitude in pairs[: self.preferred_number_protocols]:
            for efeature in self.efeatures:
                yield Target(
                    efeature, protocol, plain_number(amplitude), plain_number(self.tolerance)
                )

    def _is_recorded(self, amp_rel: NDArray[np.float64] | None, amplitude: float) -> bool:
        amplitudes = np.empty(0) if amp_rel is None else amp_rel
        n_recordings = np.count_nonzero(np.abs(amplitudes - amplitude) < self.tolerance)
        return bool(n_recordings >= self.min_recordings_per_amplitude)


#: Firing patterns, waveforms of action potentials, and responses to hyperpolarising steps.
PRESET_TARGETS = tuple(AutoTarget(**document) for document in PRESET_DOCUMENT)


def auto_targets_of(document: Sequence[AutoTarget | dict[str, object]]) -> list[AutoTarget]:
    """The automatic targets of a document, or those given in Python.

    Raises:
        InvalidInputError: all that is wrong with it, a line each; features are not compared with
            those of eFEL.
    """
    mappings = [vars(one) if isinstance(one, AutoTarget) else one for one in document]
    problems = auto_target_problems(mappings, "auto_targets", compare_features=False)
    if problems:
        raise InvalidInputError("\n".join(problems))
    return [AutoTarget(**one) for one in mappings]


def select(
    auto_targets: Sequence[AutoTarget], cells: Sequence[Cell], quiet: bool = False
) -> list[Target]:
    """Targets of all automatic ones, by the recordings of all cells that have a rheobase.

    Without such a cell there are none, and a warning says so, unless `quiet`.
    """
    valid = [cell for cell in cells if is_rheobase(cell.rheobase)]
    if not valid and not quiet:
        logger.warning(
            "no cell has a rheobase, so there are no automatic targets: name other "
            "protocols_rheobase, or give targets"
        )
    amplitudes: dict[str, list[float]] = {}
    for cell in valid:
        for recording in cell.recordings:
            if recording.amp_rel is not None:
                amplitudes.setdefault(recording.protocol_name, []).append(recording.amp_rel)
    amp_rel = {name: np.array(found, dtype=np.float64) for name, found in amplitudes.items()}
    return [target for one in auto_targets for target in one.targets(amp_rel)]
