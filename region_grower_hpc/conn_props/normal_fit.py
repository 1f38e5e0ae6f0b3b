"""Location and scale of a normal curve fitted to a histogram."""

from __future__ import annotations

import math
import warnings
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.conn_props.settings import Method
from region_grower_hpc.native.normal_fit import FitOutcome, fit_normals

#: Evaluations of the curve that a fit may take, those for derivatives not counted.
MAX_EVALUATIONS = 30
#: Largest standard error, relative to its parameter, of a fit that is accepted.
MAX_RELATIVE_ERROR = 0.5

_SQRT_2_PI = math.sqrt(2.0 * math.pi)

_Doubles = npt.NDArray[np.float64]
_Counts = npt.NDArray[np.int64]
_Edges = npt.NDArray[np.floating[Any]]


class NormFit(IntEnum):
    """Where norm_loc and norm_scale come from, as data.h5 stores it."""

    MISSING = 0
    FITTED = 1
    REPLACED = 2


def fitted(
    counts: _Counts, edges: _Edges, mean: float, std: float, method: Method = "compiled"
) -> tuple[float, float, NormFit]:
    """As `fitted_all`, of one histogram."""
    loc, scale, norm_fit = fitted_all(
        counts[np.newaxis], edges[np.newaxis], np.array([mean]), np.array([std]), method
    )
    return float(loc[0]), float(scale[0]), NormFit(int(norm_fit[0]))


def fitted_all(
    counts: _Counts, edges: _Edges, mean: _Doubles, std: _Doubles, method: Method = "compiled"
) -> tuple[_Doubles, _Doubles, npt.NDArray[np.uint8]]:
    """Location and scale of the normal curve next to each histogram, or mean and std of its values.

    A fit is replaced by mean and std where it does not converge, or where the standard error of a
    parameter is more than half of it.

    Args:
        counts: (n, bins).
        edges: (n, bins + 1) in the dtype that they were computed in: float32 for float32 data.
        mean: (n,) of the values; NaN where a histogram is missing.
        std: (n,).
        method: "compiled" asks scipy only where the result depends on rounding errors, "scipy"
            always.

    Returns:
        norm_loc and norm_scale (n,), NaN where missing, and norm_fit (n,), see `NormFit`.

    Source: `_norm_fitting` of conn_props of connectome-manipulator 1.0.4. With method "scipy" all
    bits are the peer's on the same processor; on another some differ after the eighth digit.
    """
    centres = bin_centres(edges)
    starts = np.mean(centres, axis=-1, dtype=centres.dtype).astype(np.float64)
    centres = centres.astype(np.float64)
    is_missing = np.isnan(mean)
    is_possible = ~is_missing & np.isfinite(centres).all(axis=-1) & np.isfinite(starts)
    norm_loc, norm_scale = mean.astype(np.float64), std.astype(np.float64)
    norm_scale[is_missing] = np.nan
    norm_fit = np.where(is_missing, NormFit.MISSING, NormFit.REPLACED).astype(np.uint8)
    asked = np.flatnonzero(is_possible)
    if method == "compiled" and asked.size:
        parameters, outcomes = fit_normals(centres[asked], counts[asked], starts[asked])
        accepted = outcomes == FitOutcome.ACCEPTED
        norm_loc[asked[accepted]] = parameters[accepted, 0]
        norm_scale[asked[accepted]] = parameters[accepted, 1]
        norm_fit[asked[accepted]] = NormFit.FITTED
        asked = asked[outcomes == FitOutcome.UNDECIDED]
    for k in asked:
        fit = scipy_fit(centres[k], counts[k], float(starts[k]))
        if fit is not None:
            norm_loc[k], norm_scale[k] = fit
            norm_fit[k] = NormFit.FITTED
    return norm_loc, norm_scale, norm_fit


def bin_centres(edges: _Edges) -> _Edges:
    """Means (..., bins) of neighbouring edges (..., bins + 1), in their dtype."""
    centres: _Edges = (edges[..., :-1] + edges[..., 1:]) / edges.dtype.type(2)
    return centres


def normal_curve(x: _Doubles, location: float, scale: float, area: float) -> _Doubles:
    """`area` times the normal density; NaN where the scale is not positive.

    The order of operations is the peer's: derivatives are differences of the last digits.
    """
    if not scale > 0.0:
        return np.full(x.shape, np.nan)
    z = (x - location) / scale
    curve: _Doubles = area * (np.exp(-(z**2) / 2.0) / _SQRT_2_PI / scale)
    return curve


def scipy_fit(centres: _Doubles, counts: _Counts, start: float) -> tuple[float, float] | None:
    """Location and scale of `scipy.optimize.curve_fit`; None for a fit that is not accepted.

    Args:
        centres: (bins,) ascending.
        counts: (bins,).
        start: first location; scale and area start at 1.
    """
    from scipy.optimize import curve_fit

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of a covariance that cannot be estimated
            parameters, covariance = curve_fit(
                normal_curve,
                centres,
                counts,
                p0=[start, 1.0, 1.0],
                bounds=([centres[0], 0.0, 0.0], [centres[-1], np.inf, np.inf]),
                max_nfev=MAX_EVALUATIONS,
            )
            errors = np.sqrt(np.diag(covariance)) / parameters
    except (ValueError, RuntimeError):
        return None
    if not np.isfinite(errors).all() or errors.max() > MAX_RELATIVE_ERROR:
        return None
    return float(parameters[0]), float(parameters[1])
