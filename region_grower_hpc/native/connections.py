"""Connections of edges, and what a column of edges amounts to in each pathway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels

Doubles = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

#: A pathway with more distinct values has no list of them.
MAX_UNIQUE = 100


@dataclass(frozen=True)
class Connections:
    """Distinct pairs of source and target, by target and then source."""

    source: Longs
    """(C,) node ids"""
    target: Longs
    """(C,) node ids"""
    offsets: Longs
    """(C + 1,) the edges of connection c are order[offsets[c]:offsets[c + 1]], ascending"""
    order: Longs | None
    """(E,) numbers of edges; None where it is 0 to E - 1"""


@dataclass(frozen=True)
class ColumnMeasures:
    """What the values of a column amount to in each of n pathways; see `measure_column`.

    "All" are the edges of used connections, "first" the first edge of each used connection; values
    that are not finite are left out, so that the first edge is the first one with a finite value.
    A sum has two parts, which together have about twice the digits of float64; `square` are sums
    of squares. All arrays are (n,) but the unique lists.
    """

    n_all: Longs
    n_first: Longs
    n_non_finite: Longs
    """values of used connections that are left out"""
    n_connections_used: Longs
    """used connections, with finite values or without"""
    min: Doubles
    """of all; NaN if there are none"""
    max: Doubles
    lowest: Doubles
    """of the edges of all connections, unused ones included; NaN if there are none"""
    highest: Doubles
    sum_all: Doubles
    sum_all_low: Doubles
    square_all: Doubles
    square_all_low: Doubles
    sum_first: Doubles
    sum_first_low: Doubles
    square_first: Doubles
    square_first_low: Doubles
    is_shared: Bytes
    """1 if no used connection has two values"""
    unique_offsets: Longs
    """(n + 1,) the list of pathway k is [unique_offsets[k]:unique_offsets[k + 1]]"""
    unique_values: Doubles
    """ascending"""
    unique_count_all: Longs
    unique_count_first: Longs
    overflow: Bytes
    """1 if there were too many distinct values, so that the list is empty"""


@dataclass(frozen=True)
class MomentSums:
    """Sums of columns and of products of two columns, in two parts each, of n pathways."""

    count: Longs
    """(n,) rows"""
    sums: Doubles
    """(n, P)"""
    sums_low: Doubles
    products: Doubles
    """(n, P, P)"""
    products_low: Doubles


def group_connections(
    source_ids: npt.NDArray[np.integer[Any]], target_ids: npt.NDArray[np.integer[Any]]
) -> Connections:
    """Find the connections of edges.

    Edges that come by target and source cost least; others are sorted.

    Args:
        source_ids: (E,) node ids; those from 2^63 on come back negative.
        target_ids: (E,)

    Raises:
        ValueError: the numbers of sources and targets differ.
    """
    return Connections(*_kernels.group_connections(_as_longs(source_ids), _as_longs(target_ids)))


def measure_column(
    values: npt.NDArray[Any],
    offsets: Longs,
    order: Longs | None,
    pathway: Ints,
    used: Bools | None,
    n_pathways: int,
    max_unique: int = MAX_UNIQUE,
) -> ColumnMeasures:
    """Sums, extrema, sharing and distinct values of a column, by pathway.

    Both zeros count as one value, 0. Integers beyond 2^53 are rounded to float64, but for the
    question whether a connection has one value.

    Args:
        values: (E,) float32, float64 or integers.
        offsets: (C + 1,) of `Connections`.
        order: (E,) of `Connections`, or None.
        pathway: (C,) from 0, or negative: the connection is left out.
        used: (C,) or None for all.
        n_pathways: how many there are.
        max_unique: the most distinct values that are listed.

    Raises:
        ValueError: the arrays are not as above.
    """
    measures = _kernels.measure_column(
        _as_column(values), offsets, order, pathway, used, n_pathways, max_unique
    )
    return ColumnMeasures(**measures)


def bin_column(
    values: npt.NDArray[Any],
    offsets: Longs,
    order: Longs | None,
    pathway: Ints,
    used: Bools | None,
    first_only: Bools,
    edges: Doubles,
) -> Longs:
    """Histograms of a column, by pathway.

    A value goes into the bin that `numpy.histogram` of numpy 2.0 to 2.4 chooses for values of this
    dtype and a number of bins. Values beyond the edges are left out. Where all edges are one
    number, to which numpy gives no bin, the last bin counts.

    Args:
        values: (E,) as in `measure_column`, as the next four.
        offsets: (C + 1,)
        order: (E,) or None.
        pathway: (C,)
        used: (C,) or None.
        first_only: (n,) whether only the first finite value of each connection counts.
        edges: (n, B + 1) `bin_edges` of the dtype of the values; a pathway whose row is not all
            finite is left out.

    Returns:
        (n, B) counts.

    Raises:
        ValueError: the arrays are not as above.
    """
    return _kernels.bin_column(_as_column(values), offsets, order, pathway, used, first_only, edges)


def cross_moments(
    columns: Sequence[npt.NDArray[Any]],
    offsets: Longs,
    order: Longs | None,
    pathway: Ints,
    used: Bools | None,
    n_pathways: int,
) -> tuple[MomentSums, MomentSums]:
    """Sums of P columns and of the products of each two, by pathway.

    An edge with any value that is not finite is left out.

    Args:
        columns: P of (E,), at least one.
        offsets: as in `measure_column`, as the next four.
        order: (E,) or None.
        pathway: (C,)
        used: (C,) or None.
        n_pathways: how many there are.

    Returns:
        Those over all edges of used connections, and those over the first one of each.

    Raises:
        ValueError: the arrays are not as above.
    """
    doubles = [np.ascontiguousarray(column, dtype=np.float64) for column in columns]
    all_edges, first_edges = _kernels.cross_moments(
        doubles, offsets, order, pathway, used, n_pathways
    )
    return MomentSums(**all_edges), MomentSums(**first_edges)


def _as_longs(ids: npt.NDArray[np.integer[Any]]) -> Longs:
    if ids.dtype == np.uint64 and ids.dtype.isnative:
        return np.ascontiguousarray(ids).view(np.int64)
    return np.ascontiguousarray(ids, dtype=np.int64)


def _as_column(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
