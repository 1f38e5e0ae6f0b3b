"""How well the clones of a group fit the places of its cells: arrays of cells by candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement_rules import BELOW, REGION_TARGET, PlacementRule

FloatArray = NDArray[np.float64]

#: A lower score of an optional rule makes their mean 0.
LEAST_SCORE = 1e-5
#: Added to lengths, of which it changes only 0: what has no height has no part in a region.
TINY_UM = 1e-300
#: Cells times candidates that are scored at once: more would not fit in a cache.
AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Scorer:
    """Scores of all candidates of a group.

    Attributes:
        rules: of the group's type.
        columns: of the layers in the arrays of bounds.
        y_min_um: (R, C) lower limit of each candidate about its soma, NaN without the rule.
        y_max_um: (R, C) upper limit, not below the lower one.
    """

    rules: Sequence[PlacementRule]
    columns: Mapping[str, int]
    y_min_um: FloatArray
    y_max_um: FloatArray
    _absent: Sequence[NDArray[np.int64]] = field(init=False)
    _n_optional: FloatArray = field(init=False)
    _without_optional: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        absent = np.isnan(self.y_max_um)
        optional = np.array([rule.type != BELOW for rule in self.rules], dtype=bool)
        object.__setattr__(self, "_absent", [np.flatnonzero(row) for row in absent])
        n_optional = (~absent[optional]).sum(axis=0, dtype=np.float64)
        object.__setattr__(self, "_n_optional", n_optional)
        object.__setattr__(self, "_without_optional", np.flatnonzero(n_optional == 0))

    @property
    def n_candidates(self) -> int:
        """Number of candidates, C."""
        return self.y_max_um.shape[1]

    def of(
        self, y_um: FloatArray, bounds_um: FloatArray, at_once: int = AT_ONCE
    ) -> Iterator[FloatArray]:
        """Scores of a few cells after the other, 0 to 1.

        Args:
            y_um: (n,) heights of the cells.
            bounds_um: (n, L, 2) lower and upper bound of each layer at the cells.
            at_once: cells times candidates that are scored at once; one cell at least is.

        Yields:
            (k, C) of the next k cells; the array is used again for the next ones.

        Source: scores of placement-algorithm 2.3 (`below`, `region_target`, `region_occupy`).
        """
        step = max(1, at_once // max(1, self.n_candidates))
        work = _Work.of(min(step, len(y_um)), self.n_candidates)
        for first in range(0, len(y_um), step):
            stop = first + step
            yield self._scores(y_um[first:stop], bounds_um[first:stop], work)

    def _scores(self, y_um: FloatArray, bounds_um: FloatArray, work: _Work) -> FloatArray:
        n = len(y_um)
        total, inverse, least = work.total[:n], work.inverse[:n], work.least[:n]
        total.fill(1.0)
        inverse.fill(0.0)
        least.fill(np.inf)
        for number, rule in enumerate(self.rules):
            if rule.type == BELOW:
                limit_um = self._height_um(rule.y_layer, rule.y_fraction, bounds_um)
                self._below(number, rule.tolerance, y_um, limit_um, work)
            else:
                region_um = (
                    self._height_um(rule.y_min_layer, rule.y_min_fraction, bounds_um),
                    self._height_um(rule.y_max_layer, rule.y_max_fraction, bounds_um),
                )
                self._region(number, y_um, region_um, work)
        if self._n_optional.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                mean = np.divide(self._n_optional, inverse, out=inverse)
                mean[:, self._without_optional] = 1.0
                total *= mean
                total *= least >= LEAST_SCORE
        # NaN is 0 times infinity.
        np.fmax(total, 0.0, out=total)
        return total

    def _height_um(self, layer: str, fraction: float, bounds_um: FloatArray) -> FloatArray:
        """(n, 1) height of a place in a layer at each cell."""
        lower, upper = bounds_um[:, self.columns[layer]].T
        heights: FloatArray = (1.0 - fraction) * lower + fraction * upper
        return heights[:, np.newaxis]

    def _below(
        self,
        number: int,
        tolerance_um: float,
        y_um: FloatArray,
        limit_um: FloatArray,
        work: _Work,
    ) -> None:
        """Lower `total` to the score of a strict rule; in the end it is clipped to 0."""
        score = work.a[: len(y_um)]
        np.add(y_um[:, np.newaxis], self.y_max_um[number], out=score)
        score -= limit_um
        score /= tolerance_um
        np.subtract(1.0, score, out=score)
        # NaN, of a candidate without the rule, takes no part.
        np.fmin(work.total[: len(y_um)], score, out=work.total[: len(y_um)])

    def _region(
        self,
        number: int,
        y_um: FloatArray,
        region_um: tuple[FloatArray, FloatArray],
        work: _Work,
    ) -> None:
        """Add the inverse of the score of an optional rule to `inverse`, and lower `least`."""
        n = len(y_um)
        low, high, length = work.a[:n], work.b[:n], work.c[:n]
        lower, upper = region_um
        np.add(y_um[:, np.newaxis], self.y_min_um[number], out=low)
        np.add(y_um[:, np.newaxis], self.y_max_um[number], out=high)
        np.subtract(high, low, out=length)
        np.minimum(high, upper, out=high)
        np.maximum(low, lower, out=low)
        overlap = np.subtract(high, low, out=high)
        of_both = np.minimum if self.rules[number].type == REGION_TARGET else np.maximum
        of_both(length, np.maximum(upper - lower, 0.0), out=length)
        length += TINY_UM
        with np.errstate(divide="ignore", invalid="ignore"):
            # Negative, and so below the least score, where there is no overlap.
            score = np.divide(overlap, length, out=low)
            np.fmin(work.least[:n], score, out=work.least[:n])
            inverse = np.divide(1.0, score, out=high)
        inverse[:, self._absent[number]] = 0.0
        work.inverse[:n] += inverse


@dataclass(frozen=True)
class _Work:
    """Arrays of cells by candidates that are used again and again."""

    total: FloatArray
    inverse: FloatArray
    least: FloatArray
    a: FloatArray
    b: FloatArray
    c: FloatArray

    @classmethod
    def of(cls, n_cells: int, n_candidates: int) -> _Work:
        return cls(*np.empty((6, n_cells, n_candidates)))
