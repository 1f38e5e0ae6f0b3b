"""Least-squares fits of normal curves to histograms, without scipy."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels


class FitOutcome(IntEnum):
    """How a fit ended."""

    ACCEPTED = 0
    #: No convergence, errors that are too large, or no room for the location.
    REFUSED = 1
    #: It depends on rounding errors, so on the library and the processor: ask scipy.
    UNDECIDED = 2


def fit_normals(
    centres: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    starts: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Fit location, scale and area of a normal curve to each histogram.

    The location stays between the first and the last centre, scale and area are not negative and
    begin at 1; at most 30 evaluations, numerical derivatives. Accepted are fits whose standard
    errors are at most half of the parameters. The steps are those of scipy, the exponential
    function is our own, so that all processors give the same bits. Parameters of accepted fits
    agree with scipy's within some 10^-6, as those of two processors or versions of scipy do.

    Args:
        centres: (n, bins) ascending.
        counts: (n, bins).
        starts: (n,) first locations; a fit that starts beyond the bounds is refused.

    Returns:
        Parameters (n, 3) of accepted fits, and a `FitOutcome` a histogram.

    Raises:
        ValueError: the arrays are not as above, or not finite.

    Source: `scipy.optimize.curve_fit` 1.14 with bounds (Branch, Coleman, Li 1999); acceptance as in
    `conn_props` of connectome-manipulator 1.0.4.
    """
    return _kernels.fit_normals(centres, counts, starts)
