"""Extents along y of many sets of points, in one pass over a clone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from region_grower_hpc.formats.morphology import FloatArray

Y = 1


class Selection(NamedTuple):
    """The points of a kind whose y in the parent is in a closed interval."""

    kind: int
    """Number of the kind."""
    low_um: float
    high_um: float


class YBands:
    """Lowest and highest y, in any clone, of points that were chosen by their y in the parent.

    The intervals of a kind cut the points of that kind into bands; a selection is a run of bands.
    A clone costs one gathering of points by bands, and one minimum and maximum of each band.

    Args:
        points: (N, 4) float32 of the parent, µm.
        kinds: point numbers of each kind, ascending; kinds share no point.
        selections: bounds are rounded to float32, as the points are, before they are compared.
            An empty selection has no extent.
    """

    def __init__(
        self,
        points: FloatArray,
        kinds: Sequence[npt.NDArray[np.intp]],
        selections: Sequence[Selection],
    ) -> None:
        self._shape = points.shape
        self._runs: list[tuple[int, int] | None] = [None] * len(selections)
        gathered, sizes = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        n_bands = 0
        for kind, numbers in enumerate(kinds):
            bounds = {
                number: _bounds(selection)
                for number, selection in enumerate(selections)
                if selection.kind == kind
            }
            cuts = np.unique([cut for cut in bounds.values() if not np.isnan(cut).any()])
            bands = _bands(points[:, Y].take(numbers), cuts)
            # Stable: ascending numbers in a band keep the gathering close to the order of memory.
            gathered.append(numbers[np.argsort(bands, kind="stable")])
            counts = np.bincount(bands, minlength=len(cuts) + 1)
            sizes.append(counts[counts > 0])
            filled_below = n_bands + np.append(0, np.cumsum(counts > 0))
            for number, bound in bounds.items():
                first, stop = filled_below[np.searchsorted(cuts, bound) + 1].tolist()
                if first < stop and not np.isnan(bound).any():
                    self._runs[number] = first, stop
            n_bands += len(sizes[-1])
        all_sizes = np.concatenate(sizes)
        self._starts = np.cumsum(all_sizes) - all_sizes
        self._gathered = np.concatenate(gathered) * points.shape[1] + Y

    def is_empty(self, selection: int) -> bool:
        """Whether no point of the parent is in a selection."""
        return self._runs[selection] is None

    def extents(self, clone_points: FloatArray) -> list[tuple[float, float] | None]:
        """Return lowest and highest y of each selection, µm; None for an empty one.

        Raises:
            ValueError: the clone has another number of points than the parent.
        """
        if clone_points.shape != self._shape:
            raise ValueError(f"a clone of {clone_points.shape}, its parent of {self._shape}")
        if not len(self._gathered):
            return [None] * len(self._runs)
        # All numbers are in range: "clip" spares the check of each.
        y_um = clone_points.reshape(-1).take(self._gathered, mode="clip")
        lows = np.minimum.reduceat(y_um, self._starts).tolist()
        highs = np.maximum.reduceat(y_um, self._starts).tolist()
        return [
            None if run is None else (min(lows[slice(*run)]), max(highs[slice(*run)]))
            for run in self._runs
        ]


def _bounds(selection: Selection) -> FloatArray:
    """Lowest value in the interval, and lowest value above it, as the points have them."""
    with np.errstate(over="ignore"):
        bounds = np.array([selection.low_um, selection.high_um], dtype=np.float32)
        bounds[1] = np.nextafter(bounds[1], np.float32(np.inf))
    return bounds


def _bands(y_um: FloatArray, cuts: FloatArray) -> npt.NDArray[np.unsignedinteger[Any]]:
    """How many cuts are not above each value."""
    # A pass for each of the few cuts is faster than a search for each value, and the smallest
    # type is the fastest to sort.
    bands = np.zeros(len(y_um), dtype=np.min_scalar_type(len(cuts)))
    for cut in cuts:
        bands += y_um >= cut
    return bands
