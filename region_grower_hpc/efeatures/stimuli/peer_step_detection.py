"""Where bluepyefe finds a step of current: the first and the last sample beyond a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.stimuli.smoothing import smoothed

#: Begin and end of a sweep where artefacts are not taken for a step.
_BUFFER_MS = 2.0
#: Least threshold, nA.
_LEAST_NA = 1e-5
#: Standard deviations of noise that a step exceeds.
STEP_NOISE = 4.5


def buffer_samples(dt_ms: float) -> int:
    """Samples at each end of a sweep in which no step is looked for."""
    return max(1, int(_BUFFER_MS / dt_ms))


def noise_threshold(current: NDArray[Any], factor: float) -> float:
    """What a step exceeds, nA: a multiple of the noise of the first and the last 50 samples."""
    noise = np.std(np.concatenate((current[:50], current[-50:])))
    return max(float(current.dtype.type(factor) * noise), _LEAST_NA)


def first_beyond(deviations: NDArray[np.float64], threshold: float) -> int:
    """Index of the first value above a threshold; 0 if there is none."""
    return int(np.argmax(deviations > threshold)) if len(deviations) else 0


def detect_step_as_peer(
    current: NDArray[Any], dt_ms: float, hold_na: float, ton: int | None, toff: int | None
) -> tuple[int, int]:
    """Indices of a step's first sample and of its last, as `--compat bluepyefe` needs them.

    Right for about two thirds of real recordings: noise at the ends of a smoothed sweep, and
    spikes that leak into the current, are taken for the step.

    Args:
        current: (n,) nA, float32 or float64; the noise is computed in this dtype.
        dt_ms: sampling interval.
        hold_na: holding current.
        ton: index, if it is known.
        toff: index, if it is known.

    Source: bluepyefe.ecode.step.Step.interpret.
    """
    edge = buffer_samples(dt_ms)
    threshold = noise_threshold(current, STEP_NOISE)
    deviations = np.abs(smoothed(current) - hold_na)
    if ton is None:
        ton = edge + first_beyond(deviations[edge:], threshold)
    if toff is None:
        toff = len(current) - first_beyond(deviations[:-edge][::-1], threshold) - 1 - edge
    return ton, toff
