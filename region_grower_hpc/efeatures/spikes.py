"""The voltage that makes a spike, and sweeps that cannot have one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ABOVE_REST_MV = 20.0
_HIGHEST_MV = 50.0
# Interpolation rounds: far more than it can, far less than noise.
_MARGIN = 1e-6


def auto_threshold(
    voltage_mv: NDArray[Any], ton_index: int, toff_index: int, compat: bool = False
) -> float:
    """Voltage that counts as a spike, from the median voltages before and during the stimulus.

    Args:
        voltage_mv: (n,) in the dtype of its file, in which the threshold is computed too.
        ton_index: first sample of the stimulus.
        toff_index: first sample behind it.
        compat: NaN where there is no sample before the stimulus, as bluepyefe has it; else the
            median during the stimulus stands for the missing one.

    Returns:
        mV; NaN where there is no sample during the stimulus.

    Source: spec 6.1; `bluepyefe.recording.Recording.set_autothreshold`.
    """
    scalar = voltage_mv.dtype.type
    during = voltage_mv[ton_index:toff_index]
    before = voltage_mv[:ton_index]
    if not during.size or not (before.size or not compat):
        return math.nan
    step_mv = scalar(np.median(during))
    base_mv = scalar(np.median(before)) if before.size else step_mv
    lowest = base_mv + scalar(_ABOVE_REST_MV)
    threshold = max(base_mv, step_mv) + scalar(_ABOVE_REST_MV)
    return float(np.minimum(np.maximum(threshold, lowest), scalar(_HIGHEST_MV)))


def is_silent(voltage_mv: NDArray[Any], threshold_mv: float) -> bool:
    """Whether no interpolation of a sweep can cross a threshold: it has no spike.

    Args:
        voltage_mv: (n,) samples.
        threshold_mv: of a spike; nothing crosses NaN.
    """
    if math.isnan(threshold_mv):
        return True
    lowest_mv, highest_mv = float(voltage_mv.min()), float(voltage_mv.max())
    scale_mv = max(1.0, abs(threshold_mv), abs(lowest_mv), abs(highest_mv))
    return highest_mv < threshold_mv - _MARGIN * scale_mv
