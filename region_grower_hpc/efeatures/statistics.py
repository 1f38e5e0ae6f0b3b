"""Many values become one: means, deviations, and the modes of a protocol's parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.settings import PROTOCOL_MODES
from region_grower_hpc.errors import InvalidInputError

#: Mode in which each cell weighs once.
CELL_WISE = "lnmc"

_REDUCTIONS: Mapping[str, Callable[[NDArray[np.float64]], np.float64]] = {
    "mean": np.nanmean,
    "median": np.nanmedian,
    "min": np.nanmin,
    "max": np.nanmax,
}


def checked_mode(mode: str) -> str:
    """A mode that there is.

    Raises:
        InvalidInputError: there is none of this name.
    """
    if mode not in PROTOCOL_MODES:
        raise InvalidInputError(
            f"protocol_mode {mode!r} is none; there are {', '.join(PROTOCOL_MODES)}"
        )
    return mode


def mean_and_deviation(
    values: Sequence[float | None] | NDArray[np.float64],
) -> tuple[float, float]:
    """Mean and population standard deviation without missing values; NaN if all are missing.

    To the bit those of `numpy.nanmean` and `numpy.nanstd`.
    """
    array = real_array(values)
    is_missing = np.isnan(array)
    if is_missing.all():
        return float("nan"), float("nan")
    with np.errstate(over="ignore", invalid="ignore"):
        if is_missing.any():
            return float(np.nanmean(array)), float(np.nanstd(array))
        return float(array.mean()), float(array.std())  # the same numbers, several times faster


def reduced(values: Sequence[float | None], cells: NDArray[np.intp], mode: str) -> float | None:
    """One value for a parameter of several recordings, without missing ones; None if all are.

    Args:
        values: (n,) of the recordings.
        cells: (n,) number of the cell of each, ascending.
        mode: mean, median, min, max; lnmc is the mean over cells of the mean of each.
    """
    array = real_array(values)
    if mode == CELL_WISE:
        array, mode = cell_means(array, cells), "mean"
    if np.isnan(array).all():
        return None
    return float(_REDUCTIONS[mode](array))


def cell_means(values: NDArray[np.float64], cells: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mean of each cell that has a value, in the order of the cells.

    Args:
        values: (n,), NaN where missing.
        cells: (n,) number of the cell of each, ascending.
    """
    is_there = ~np.isnan(values)
    values, cells = values[is_there], cells[is_there]
    bounds = np.flatnonzero(np.diff(cells)) + 1
    if not len(values):
        return values
    return np.array([part.mean() for part in np.split(values, bounds)], dtype=np.float64)


def median_threshold(thresholds_mv: Sequence[float]) -> float:
    """Median, in the type of the recordings that the thresholds come from, mV.

    Voltages of most files are float32, and so are their thresholds: of an even number of them the
    mean of the two in the middle is then rounded to float32, as that of any such voltages is.
    """
    array = np.array(thresholds_mv, dtype=np.float64)
    narrow = array.astype(np.float32)
    return float(np.median(narrow if np.array_equal(narrow, array) else array))


def real_array(values: Sequence[float | None] | NDArray[np.float64]) -> NDArray[np.float64]:
    """float64, NaN for None."""
    if isinstance(values, np.ndarray):
        return values
    return np.array([np.nan if one is None else one for one in values], dtype=np.float64)
