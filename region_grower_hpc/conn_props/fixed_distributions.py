"""Distributions of one value."""

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


class Constant(Distribution):
    """Always `mean`."""

    name = "constant"
    attributes = ("mean",)

    def _draw(self, spec: Spec, size: int) -> Drawn:
        return repeated(spec["mean"], size)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        return (x >= floats(spec["mean"])).astype(np.float64)

    def _mean(self, spec: Spec) -> Floats:
        return floats(spec["mean"])

    def _std(self, spec: Spec) -> Floats:
        return np.zeros_like(floats(spec["mean"]))


class Zero(Distribution):
    """Always 0: a property that is not used."""

    name = "zero"
    attributes = ()

    def _draw(self, spec: Spec, size: int) -> Drawn:
        return np.zeros(size, dtype=np.float64)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        return (x >= 0.0).astype(np.float64)

    def _mean(self, spec: Spec) -> Floats:
        return np.zeros((), dtype=np.float64)

    def _std(self, spec: Spec) -> Floats:
        return np.zeros((), dtype=np.float64)
