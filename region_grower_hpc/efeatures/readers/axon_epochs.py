"""Epochs of an Axon protocol and their waveforms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES

STEP, RAMP, PULSES, TRIANGLES, COSINES, BIPHASIC = 1, 2, 3, 4, 5, 7


@dataclass(frozen=True)
class Epoch:
    """A piece of the command; durations in samples, levels in the unit of the output.

    Attributes:
        kind: one of the constants above; 0: off.
        level: in the first sweep.
        level_step: from sweep to sweep.
        duration: in the first sweep.
        duration_step: from sweep to sweep.
        period: of a train.
        width: of a pulse of a train.
    """

    kind: int
    level: float
    level_step: float
    duration: int
    duration_step: int
    period: int = 0
    width: int = 0

    def level_in(self, sweep: int) -> float:
        """Level in a sweep, counted from 0."""
        return self.level + self.level_step * sweep

    def duration_in(self, sweep: int) -> int:
        """Samples in a sweep, counted from 0."""
        return min(max(self.duration + self.duration_step * sweep, 0), MAX_SAMPLES)


def drawn(
    epoch: Epoch, sweep: int, before: float, n_epoch: int, n_shown: int
) -> NDArray[np.float64]:
    """Samples of an epoch in a sweep.

    Args:
        epoch: of the protocol.
        sweep: counted from 0.
        before: level of the epoch before, from which ramps begin and to which pulses return.
        n_epoch: samples of the whole epoch.
        n_shown: samples that lie within the sweep.

    Raises:
        RecordingProblem: read, the kind is not known.
    """
    level = epoch.level_in(sweep)
    if epoch.kind == STEP:
        return np.full(n_shown, level)
    if epoch.kind == RAMP:
        return np.linspace(before, level, n_epoch)[:n_shown]
    index = np.arange(n_shown)
    n_pulses = n_epoch // epoch.period if epoch.period > 0 else 0
    if epoch.kind == COSINES:
        phase = index * (2 * np.pi * n_pulses / max(n_epoch - 1, 1))
        return np.asarray(before + (level - before) / 2 * (1 - np.cos(phase)))
    into = index % max(epoch.period, 1)
    is_train = index < n_pulses * epoch.period
    if epoch.kind == PULSES:
        return np.where(is_train & (into < epoch.width), level, before)
    if epoch.kind == TRIANGLES:
        up, down = max(epoch.width, 1), max(epoch.period - epoch.width, 1)
        height = np.where(into < epoch.width, into / up, 1 - (into - epoch.width) / down)
        return np.where(is_train, before + (level - before) * height, before)
    if epoch.kind == BIPHASIC:
        swing = np.where(into < epoch.width // 2, level - before, before - level)
        return np.where(is_train & (into < epoch.width), before + swing, before)
    text = f"its command has an epoch of the unknown kind {epoch.kind}"
    raise RecordingProblem("read", "current", text)
