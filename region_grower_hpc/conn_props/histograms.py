"""Bins of values of which each is known with its count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.statistics import Lists, Reals

#: Values that are binned together.
AT_ONCE = 20_000


def binned_lists(
    values: Lists, counts: Lists, edges: Reals, dtype: np.dtype[Any]
) -> NDArray[np.int64]:
    """Histograms of lists of values.

    Args:
        values: n lists.
        counts: how often each value occurs.
        edges: (n, B + 1); NaN: no histogram.
        dtype: of the values, on which their places depend.

    Returns:
        (n, B).
    """
    from region_grower_hpc.native.connections import bin_column

    n, n_bins = edges.shape[0], edges.shape[1] - 1
    rows = np.repeat(np.arange(n), np.diff(values.offsets))
    result = np.zeros((n, n_bins), dtype=np.int64)
    for first in range(0, len(rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        # Each value by itself, so that its bin is known and gets all of its count.
        n_some = len(rows[some])
        found = bin_column(
            *(values.values[some].astype(dtype), np.arange(n_some + 1, dtype=np.int64), None),
            *(np.arange(n_some, dtype=np.int32), None, np.zeros(n_some, dtype=bool)),
            edges[rows[some]],
        )
        one, bin_number = np.nonzero(found)
        np.add.at(result, (rows[some][one], bin_number), counts.values[some][one].astype(np.int64))
    return result
