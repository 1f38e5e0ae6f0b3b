"""Distribution over a list of values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from region_grower_hpc.conn_props.distribution import Distribution, Drawn, Floats, Spec, is_number

#: Distance of the sum of probabilities from 1 above which numpy refuses to draw.
_NUMPY_ROUNDING = 1e-8
#: Distance from 1 that the peer takes for rounding.
_CLOSE = 1e-5


class Discrete(Distribution):
    """The values `val` with probabilities `p`."""

    name = "discrete"
    attributes = ("val", "p")

    def malformed(self, spec: Spec) -> str | None:
        """As of the base; the lists hold values, as many of both, and `p` adds up to 1."""
        for key in self.attributes:
            values = spec.get(key)
            if values is None:
                return f"needs the attribute '{key}'"
            if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str):
                return f"'{key}' is no list: {values!r}"
            if len(values) == 0:
                return f"'{key}' is empty"
            if not all(map(is_number, values)):
                return f"'{key}' holds what is no number"
        if len(spec["val"]) != len(spec["p"]):
            return f"'val' holds {len(spec['val'])} values, but 'p' {len(spec['p'])}"
        total = math.fsum(spec["p"])
        return (
            None
            if math.isclose(total, 1.0, rel_tol=_CLOSE)
            else f"'p' adds up to {total:.9g}, not to 1"
        )

    def problem(self, spec: Spec) -> str | None:
        """Why nothing can be drawn from an entry; None if it can."""
        wrong = self.malformed(spec)
        if wrong is None and not np.all(np.isfinite(spec["val"])):
            return "'val' holds a value that is not finite"
        if wrong is None and not min(spec["p"]) >= 0:
            return "'p' holds a negative probability"
        return wrong

    def _draw(self, spec: Spec, size: int) -> Drawn:
        values = np.asarray(spec["val"])
        values = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
        weights = np.asarray(spec["p"], dtype=np.float64)
        total = math.fsum(spec["p"])
        if abs(total - 1.0) > _NUMPY_ROUNDING:
            weights = weights / total
        return np.random.choice(values, size=size, p=weights)

    def _cdf(self, x: Floats, spec: Spec) -> Floats:
        values, weights = self._lists(spec)
        order = np.argsort(values, kind="stable")
        steps = np.concatenate(([0.0], np.cumsum(weights[order])))
        return np.asarray(steps[np.searchsorted(values[order], x, side="right")])

    def _mean(self, spec: Spec) -> Floats:
        values, weights = self._lists(spec)
        return np.asarray(np.sum(values * weights))

    def _std(self, spec: Spec) -> Floats:
        values, weights = self._lists(spec)
        away = values - np.sum(values * weights)
        return np.asarray(np.sqrt(np.sum(away * away * weights)))

    @staticmethod
    def _lists(spec: Spec) -> tuple[Floats, Floats]:
        weights = np.asarray(spec["p"], dtype=np.float64)
        return np.asarray(spec["val"], dtype=np.float64), weights / np.sum(weights)
