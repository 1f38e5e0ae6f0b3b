"""Where the long and the short step of a SAHP stimulus begin and end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.stimuli.peer_step_detection import (
    buffer_samples,
    first_beyond,
    noise_threshold,
)
from region_grower_hpc.efeatures.stimuli.smoothing import base_current, smoothed

#: Standard deviations of noise that a step exceeds.
_NOISE = 2.0
#: Samples at each end of the long step that tell its level, and where no short step begins.
_EDGE_SAMPLES = 50


class DetectedSAHP(NamedTuple):
    """Indices, and levels in nA from zero."""

    ton: int
    tmid: int
    tmid2: int
    toff: int
    hold: float
    long_level: float
    short_level: float


def detect_sahp(current: NDArray[Any], dt_ms: float, ton: int | None) -> DetectedSAHP:
    """A short step within a long one, in bluepyefe's way.

    Args:
        current: (n,) nA.
        dt_ms: sampling interval.
        ton: index of the long step's begin, if it is known.

    Raises:
        RecordingProblem: interpret, no long step holds a short one.

    Source: spec 5.2; bluepyefe.ecode.sAHP.SAHP.step_detection.
    """
    edge = buffer_samples(dt_ms)
    threshold = noise_threshold(current, _NOISE)
    smooth = smoothed(current)
    hold = float(base_current(current))
    if ton is None:
        ton = edge + first_beyond(np.abs(smooth[edge:] - hold), threshold)
    behind = np.abs(smooth[ton:-edge] - hold)[::-1]
    toff = len(current) - first_beyond(behind, threshold) - 1 - edge
    inner = slice(ton + _EDGE_SAMPLES, toff - _EDGE_SAMPLES)
    if inner.start >= inner.stop:
        raise _failure("the long step is too short to hold another one")
    ends = (smooth[ton : inner.start], smooth[inner.stop : toff])
    amp = float(np.median(np.concatenate(ends))) - hold
    deviations = np.abs(smooth[inner] - amp - hold)
    tmid = inner.start + first_beyond(deviations, threshold)
    tmid2 = toff - first_beyond(deviations[::-1], threshold) - 1 - _EDGE_SAMPLES
    if tmid >= tmid2:
        raise _failure("no short step was found within the long one")
    short_level = float(np.median(smooth[tmid:tmid2]))
    return DetectedSAHP(ton, tmid, tmid2, toff, hold, amp + hold, short_level)


def _failure(text: str) -> RecordingProblem:
    advice = "give ton, tmid, tmid2 and toff in the metadata"
    return RecordingProblem("interpret", "ton", f"detection failed: {text}; {advice}")
