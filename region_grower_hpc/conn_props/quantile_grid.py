"""What standard normal values become in correlated properties, for many pathways at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.value_limits import limited

Reals = NDArray[np.float64]

#: Deviations from the mean within which all counts lie.
_POISSON_REACH = 10.0


def quantiles_at(
    kind: str, attributes: Mapping[str, Reals], z: Reals, limits: Mapping[str, Any]
) -> Reals:
    """Values of a distribution where the standard normal distribution has `z`.

    Args:
        kind: normal, truncnorm, gamma or poisson.
        attributes: of the distribution, (n,) each, with spread.
        z: (m,) standard normal values.
        limits: `lower_bound`, `upper_bound` and `dtype` of the entries, where they have any.

    Returns:
        (n, m) float64, after bounds and dtype.

    Source: `ConnPropsModel.remap_distribution` of connectome_manipulator.
    """
    of = {key: np.asarray(values, dtype=np.float64)[:, None] for key, values in attributes.items()}
    values = _QUANTILES[kind](of, z[None, :])
    return np.asarray(limited(values, limits), dtype=np.float64)


def _normal(of: Mapping[str, Reals], z: Reals) -> Reals:
    result: Reals = of["mean"] + of["std"] * z
    return result


def _truncnorm(of: Mapping[str, Reals], z: Reals) -> Reals:
    from scipy.special import log_ndtr, ndtri_exp

    a, b = ((of[key] - of["norm_loc"]) / of["norm_scale"] for key in ("min", "max"))
    # the right tail is the left one of the mirrored distribution: no digits are lost there
    is_mirrored = a + b > 0
    sign = np.where(is_mirrored, -1.0, 1.0)
    low, high = np.where(is_mirrored, -b, a), np.where(is_mirrored, -a, b)
    log_low, log_high, log_p = log_ndtr(low), log_ndtr(high), log_ndtr(sign * z)
    part = np.exp(log_low - log_high)
    at = ndtri_exp(log_high + np.log(part + (1.0 - part) * np.exp(log_p)))
    result: Reals = of["norm_loc"] + of["norm_scale"] * sign * np.clip(at, low, high)
    return result


def _gamma(of: Mapping[str, Reals], z: Reals) -> Reals:
    from scipy.special import gammainccinv, gammaincinv, ndtr

    ratio = of["mean"] / of["std"]
    is_below = z[0] < 0
    result = np.empty(np.broadcast_shapes(ratio.shape, z.shape))
    # each half by its own tail, so that no digits are lost
    result[:, is_below] = gammaincinv(ratio**2, ndtr(z[:, is_below]))
    result[:, ~is_below] = gammainccinv(ratio**2, ndtr(-z[:, ~is_below]))
    return result * of["std"] / ratio


def _poisson(of: Mapping[str, Reals], z: Reals) -> Reals:
    from scipy.special import ndtr, pdtrc

    tails = ndtr(-z[0])
    rows = []
    for mean in of["mean"][:, 0].tolist():
        reach = _POISSON_REACH * (np.sqrt(mean) + 1.0)
        first = np.floor(max(mean - reach, 0.0))
        counts = np.arange(first, mean + reach + _POISSON_REACH)
        # the first count that is exceeded no more often
        rows.append(first + np.searchsorted(-pdtrc(counts, mean), -tails))
    return np.array(rows, dtype=np.float64)


_QUANTILES = {"normal": _normal, "truncnorm": _truncnorm, "gamma": _gamma, "poisson": _poisson}
