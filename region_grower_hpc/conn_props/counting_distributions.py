"""Distributions of whole numbers."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.conn_props.distribution import Distribution, Drawn, Floats, Spec, floats
from region_grower_hpc.conn_props.zero_truncated_poisson import (
    LEAST_DRAWN_RATE,
    cdf_of_mean,
    deviation_of_mean,
    draw_zero_truncated,
    rate_of_mean,
)


class Poisson(Distribution):
    """Poisson distribution of `mean`."""

    name = "poisson"
    attributes = ("mean",)
    is_integer = True
    can_correlate = True

    def _out_of_range(self, spec: Spec) -> str | None:
        return f"'mean' must not be negative, but is {spec['mean']}" if spec["mean"] < 0 else None

    def _draw(self, spec: Spec, size: int) -> Drawn:
        return np.asarray(np.random.poisson(lam=spec["mean"], size=size), dtype=np.int64)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        from scipy.special import pdtr

        part = pdtr(np.maximum(np.floor(x), 0.0), floats(spec["mean"]))
        return np.where(x < 0.0, 0.0, part)

    def _mean(self, spec: Spec) -> Floats:
        return floats(spec["mean"])

    def _std(self, spec: Spec) -> Floats:
        return np.sqrt(floats(spec["mean"]))

    def _isf(self, tail: Floats, spec: Spec) -> Floats:
        from scipy.stats import poisson

        return floats(poisson.isf(tail, mu=spec["mean"]))


class ZeroTruncatedPoisson(Distribution):
    """Poisson distribution without its zero; `mean` is that of what is left."""

    name = "ztpoisson"
    attributes = ("mean",)
    is_integer = True

    def _out_of_range(self, spec: Spec) -> str | None:
        return f"'mean' must be at least 1, not {spec['mean']}" if spec["mean"] < 1 else None

    def _draw(self, spec: Spec, size: int) -> Drawn:
        rate = float(rate_of_mean(spec["mean"]))
        return draw_zero_truncated(max(rate, LEAST_DRAWN_RATE), size)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        return cdf_of_mean(x, spec["mean"])

    def _mean(self, spec: Spec) -> Floats:
        return floats(spec["mean"])

    def _std(self, spec: Spec) -> Floats:
        return deviation_of_mean(spec["mean"])
