"""Values of pathways in small intervals: unique values where they are known, else bins.

The interval of a listed number that is not whole reaches half-way to its neighbours. A density
gives such a value the most that it can: as if what is drawn from it were rounded to the list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.statistics import Counts, Quantity, Reals

#: Half the width of the interval about the only value of a pathway.
_HALF = 0.5


@dataclass(frozen=True)
class ValueCells:
    """Pathways with values, a row each; rows are filled up with cells of count 0.

    Attributes:
        pathways: (n,) numbers of the pathways.
        low, high: (n, m) ends of the intervals; whole numbers lie in the middle of theirs.
        middle: (n, m) the value, or the middle of a bin.
        counts: (n, m).
    """

    pathways: NDArray[np.intp]
    low: Reals
    high: Reals
    middle: Reals
    counts: Counts


def cells_of(quantity: Quantity, most_pathways: int) -> ValueCells | None:
    """Cells of the pathways with most values; None where neither lists nor histograms are known.

    Args:
        quantity: as extracted, not filled.
        most_pathways: no more than these are taken; of equal ones the first.
    """
    counts, edges, val, cnt = quantity.counts, quantity.edges, quantity.val, quantity.cnt
    if counts is None or edges is None or val is None or cnt is None:
        return None
    n_bins = counts.shape[2]
    bins, limits = counts.reshape(-1, n_bins), edges.reshape(-1, n_bins + 1)
    sizes = np.where(np.isfinite(limits).all(axis=1), bins.sum(axis=1), 0)
    order = np.argsort(-sizes, kind="stable")[:most_pathways]
    pathways = np.sort(order[sizes[order] > 0])
    lengths = np.diff(val.offsets)[pathways]
    shape = len(pathways), max(n_bins, int(lengths.max(initial=0)))
    low, high, middle = np.zeros((3, *shape))
    n_each = np.zeros(shape, dtype=np.int64)
    is_whole = quantity.dtype is not None and quantity.dtype.kind in "iub"
    for row, k in enumerate(pathways.tolist()):
        if len(val[k]):
            ends = _listed(val[k], is_whole)
            values, numbers = val[k], cnt[k].astype(np.int64)
        else:
            ends = _whole_ends(limits[k]) if is_whole else (limits[k, :-1], limits[k, 1:])
            values, numbers = (ends[0] + ends[1]) / 2.0, bins[k]
        n = len(values)
        low[row, :n], high[row, :n] = ends
        middle[row, :n], n_each[row, :n] = values, numbers
    return ValueCells(pathways, low, high, middle, n_each)


def _listed(values: Reals, is_whole: bool) -> tuple[Reals, Reals]:
    """Ends half-way to the neighbours; of whole numbers half a unit away."""
    if is_whole or len(values) == 1:
        return values - _HALF, values + _HALF
    gaps = np.diff(values)
    ends = np.concatenate(
        (
            [values[0] - gaps[0] / 2.0],
            values[:-1] + gaps / 2.0,
            [values[-1] + gaps[-1] / 2.0],
        )
    )
    return ends[:-1], ends[1:]


def _whole_ends(limits: Reals) -> tuple[Reals, Reals]:
    """Ends between the whole numbers of bins; the last bin holds its upper end."""
    ends = np.ceil(limits) - _HALF
    ends[-1] = np.floor(limits[-1]) + _HALF
    return ends[:-1], ends[1:]
