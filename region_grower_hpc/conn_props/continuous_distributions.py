"""Distributions of real numbers."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.conn_props.distribution import (
    Distribution,
    Drawn,
    Floats,
    Spec,
    floats,
    repeated,
)
from region_grower_hpc.conn_props.truncated_normal import (
    cut_is_point,
    cut_normal_cdf,
    cut_normal_moments,
)


class Normal(Distribution):
    """Gaussian of `mean` and `std`; of null `std`: always `mean`."""

    name = "normal"
    attributes = ("mean", "std")
    can_correlate = True

    def _out_of_range(self, spec: Spec) -> str | None:
        return "'std' is negative" if spec["std"] < 0 else None

    def _draw(self, spec: Spec, size: int) -> Drawn:
        return np.random.normal(loc=spec["mean"], scale=spec["std"], size=size)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        from scipy.special import ndtr

        mean, std = floats(spec["mean"]), floats(spec["std"])
        smooth = ndtr((x - mean) / np.where(std > 0, std, 1.0))
        return np.where(std > 0, smooth, x >= mean)

    def _mean(self, spec: Spec) -> Floats:
        return floats(spec["mean"])

    def _std(self, spec: Spec) -> Floats:
        return floats(spec["std"])

    def _isf(self, tail: Floats, spec: Spec) -> Floats:
        from scipy.stats import norm

        if spec["std"] == 0:
            return np.full_like(tail, spec["mean"])
        return floats(norm.isf(tail, loc=spec["mean"], scale=spec["std"]))


class TruncatedNormal(Distribution):
    """Gaussian of `norm_loc` and `norm_scale` cut to `min` .. `max`.

    Without spread, or where `min` equals `max`: always the value of the interval nearest to
    `norm_loc` (the peer fails on the latter).
    """

    name = "truncnorm"
    attributes = ("norm_loc", "norm_scale", "min", "max")
    can_correlate = True

    def _out_of_range(self, spec: Spec) -> str | None:
        return "'min' exceeds 'max'" if spec["min"] > spec["max"] else None

    def uncorrelated(self, spec: Spec) -> str | None:
        """As of the base; and it needs a spread."""
        return None if spec["norm_scale"] > 0 else "'norm_scale' must be positive"

    def _draw(self, spec: Spec, size: int) -> Drawn:
        from scipy.stats import truncnorm

        if cut_is_point(*_cut(spec)):
            return np.clip(repeated(spec["norm_loc"], size), spec["min"], spec["max"])
        a, b = self._ends(spec)
        return floats(truncnorm.rvs(a, b, spec["norm_loc"], spec["norm_scale"], size=size))

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        return cut_normal_cdf(x, *_cut(spec))

    def _mean(self, spec: Spec) -> Floats:
        return cut_normal_moments(*_cut(spec))[0]

    def _std(self, spec: Spec) -> Floats:
        return cut_normal_moments(*_cut(spec))[1]

    def _isf(self, tail: Floats, spec: Spec) -> Floats:
        from scipy.stats import truncnorm

        if cut_is_point(*_cut(spec)):
            return np.full_like(tail, np.clip(spec["norm_loc"], spec["min"], spec["max"]))
        a, b = self._ends(spec)
        return floats(truncnorm.isf(tail, a, b, loc=spec["norm_loc"], scale=spec["norm_scale"]))

    @staticmethod
    def _ends(spec: Spec) -> tuple[float, float]:
        loc, scale = float(spec["norm_loc"]), float(spec["norm_scale"])
        return (float(spec["min"]) - loc) / scale, (float(spec["max"]) - loc) / scale


def _cut(spec: Spec) -> tuple[Floats, Floats, Floats, Floats]:
    loc, scale, low, high = (floats(spec[key]) for key in TruncatedNormal.attributes)
    return loc, scale, low, high


class Gamma(Distribution):
    """Gamma distribution of `mean` and `std`; of null `std`: always `mean`."""

    name = "gamma"
    attributes = ("mean", "std")
    can_correlate = True

    def _out_of_range(self, spec: Spec) -> str | None:
        if spec["mean"] <= 0:
            return f"'mean' must be positive, not {spec['mean']}"
        return "'std' is negative" if spec["std"] < 0 else None

    def uncorrelated(self, spec: Spec) -> str | None:
        """As of the base; and it needs a spread."""
        return None if spec["std"] > 0 else "'std' must be positive"

    def _draw(self, spec: Spec, size: int) -> Drawn:
        if spec["std"] == 0:
            return repeated(spec["mean"], size)
        shape, scale = self._shape_and_scale(spec)
        return np.random.gamma(shape=shape, scale=scale, size=size)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        from scipy.special import gammainc

        mean, std = floats(spec["mean"]), floats(spec["std"])
        std_or_one = np.where(std > 0, std, 1.0)
        smooth = gammainc((mean / std_or_one) ** 2, np.maximum(x, 0.0) * mean / std_or_one**2)
        return np.where(std > 0, smooth, x >= mean)

    def _mean(self, spec: Spec) -> Floats:
        return floats(spec["mean"])

    def _std(self, spec: Spec) -> Floats:
        return floats(spec["std"])

    def _isf(self, tail: Floats, spec: Spec) -> Floats:
        from scipy.stats import gamma

        shape, scale = self._shape_and_scale(spec)
        return floats(gamma.isf(tail, a=shape, scale=scale))

    @staticmethod
    def _shape_and_scale(spec: Spec) -> tuple[float, float]:
        mean, std = spec["mean"], spec["std"]
        return mean**2 / std**2, std**2 / mean
