"""Medians that clean a current."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Samples at the begin of a sweep that tell the holding current.
BASE_SAMPLES = 300


def smoothed(current: NDArray[Any], width: int = 85) -> NDArray[np.float64]:
    """Running median; the ends are reflected.

    Args:
        current: (n,) n >= 1.
        width: samples of the window.

    Returns:
        (n,) float64; the values are those of the input, so nothing is rounded.

    Source: scipy.ndimage.median_filter as bluepyefe.ecode.tools uses it.
    """
    from scipy.ndimage import median_filter

    filtered: NDArray[Any] = median_filter(current, size=width)
    return filtered.astype(np.float64)


def base_current(current: NDArray[Any], n_samples: int = BASE_SAMPLES) -> np.float64:
    """Holding current: the median of the smoothed begin of a sweep.

    Args:
        current: (n,) n >= 1.
        n_samples: of the begin, at least 1; a shorter sweep is taken as a whole.

    Source: bluepyefe.ecode.tools.base_current.
    """
    return np.float64(np.median(smoothed(current[:n_samples])))


def holding_current(current: NDArray[Any], ton: int, toff: int) -> np.float64:
    """Holding current around a stimulus of known times.

    Args:
        current: (n,).
        ton: index of its first sample. At 0 nothing comes before it: then the samples behind the
            stimulus tell, and without those the begin of the sweep.
        toff: index of the first sample behind it.
    """
    if ton > 0:
        return base_current(current, ton)
    if 0 < toff < len(current):
        return base_current(current[toff:])
    return base_current(current)
