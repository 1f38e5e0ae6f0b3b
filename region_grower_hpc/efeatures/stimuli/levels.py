"""Levels of a smoothed current."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem


def level_outside(smooth: NDArray[np.float64], ton: int, toff: int) -> float:
    """Median of the samples that are not in [ton, toff), nA.

    Raises:
        RecordingProblem: interpret, there is no such sample.
    """
    outside = np.concatenate((smooth[:ton], smooth[toff:]))
    if not len(outside):
        text = "no sample outside the stimulus tells the holding current: give hypamp"
        raise RecordingProblem("interpret", "hypamp", text)
    return float(np.median(outside))
