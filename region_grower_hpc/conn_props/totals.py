"""What blocks have measured, added up: the statistics of all pathways but their histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_measures import (
    COUNTS,
    EXTREMA,
    FLAGS,
    LOW,
    N_CONN,
    N_CONN_USED,
    N_SYN_USED,
    REALS,
    SUMS,
)
from region_grower_hpc.conn_props.double_double import add_pairs, mean, standard_deviation
from region_grower_hpc.conn_props.statistics import MAX_UNIQUE, N_SYN, Lists, Quantity, Reals
from region_grower_hpc.conn_props.unique_table import UniqueTable

_LEAST, _MOST = ("min", "lowest"), ("max", "highest")


@dataclass
class Totals:
    """Sums over blocks, of one part of the nodes.

    Blocks are added in the order of their numbers, so that results are the same for any number of
    ranks.

    Attributes:
        n_pathways: S * T.
        dtypes: of each property.
    """

    n_pathways: int
    dtypes: Mapping[str, np.dtype[Any]]
    pathway: dict[str, NDArray[np.int64]] = field(init=False)
    reals: dict[str, Reals] = field(init=False)
    counts: dict[str, NDArray[np.int64]] = field(init=False)
    is_shared: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(self.dtypes), self.n_pathways)
        self.pathway = {
            name: np.zeros(self.n_pathways, dtype=np.int64)
            for name in (N_CONN, N_CONN_USED, N_SYN_USED)
        }
        self.reals = {
            name: np.full(shape, np.nan) if name in EXTREMA else np.zeros(shape) for name in REALS
        }
        self.counts = {name: np.zeros(shape, dtype=np.int64) for name in COUNTS}
        self.is_shared = np.ones(shape, dtype=bool)
        self._synapses = UniqueTable(1, self.n_pathways)
        self._unique = UniqueTable(2, shape[0] * shape[1], MAX_UNIQUE)

    def add(self, block: Mapping[str, NDArray[Any]]) -> None:
        """Add what `block_measures.measured` has found in a block."""
        # Journals hold small integers, in which numbers of pathways would overflow.
        present = block["present"].astype(np.int64)
        for name, totals in self.pathway.items():
            totals[present] += block[name]
        self._synapses.add(block["n_syn/key"], block["n_syn/value"], block["n_syn/count"])
        if not len(self.dtypes):
            return
        reals = dict(zip(REALS, block["reals"].swapaxes(0, 1), strict=True))
        for names, choose in ((_LEAST, np.fmin), (_MOST, np.fmax)):
            for name in names:
                totals_of = self.reals[name]
                totals_of[:, present] = choose(totals_of[:, present], reals[name])
        for name in SUMS:
            high, low = self.reals[name], self.reals[name + LOW]
            high[:, present], low[:, present] = add_pairs(
                high[:, present], low[:, present], reals[name], reals[name + LOW]
            )
        for name, values in zip(COUNTS, block["counts"].swapaxes(0, 1), strict=True):
            self.counts[name][:, present] += values
        shared, overflow = (block["flags"][:, k] != 0 for k in range(len(FLAGS)))
        self.is_shared[:, present] &= shared
        for k, too_long in enumerate(overflow):
            self._unique.forget(k * self.n_pathways + present[too_long])
        self._unique.add(*(block[f"unique/{name}"] for name in ("key", "value", "all", "first")))

    def quantities(self, min_sample: int) -> dict[str, Quantity]:
        """All quantities without histograms and fits, in the order of properties, flat (S*T,).

        Args:
            min_sample: fewest connections of a pathway.
        """
        present = (self.pathway[N_CONN] > 0) & (self.pathway[N_CONN] >= min_sample)
        quantities = {}
        self._unique.settle()
        for k, (name, dtype) in enumerate(self.dtypes.items()):
            quantities[name] = self._property(k, name, dtype, present)
        quantities[N_SYN] = self._n_syn(present)
        return quantities

    def _property(
        self, k: int, name: str, dtype: np.dtype[Any], present: NDArray[np.bool_]
    ) -> Quantity:
        used = self.pathway[N_CONN_USED]
        one_value = self.reals["lowest"][k] == self.reals["highest"][k]
        shared = self.is_shared[k] & ~((used > 1) & one_value)
        n = np.where(shared, self.counts["n_first"][k], self.counts["n_all"][k])
        total, total_low, square, square_low = (
            np.where(shared, self.reals[f"{one}_first{low}"][k], self.reals[f"{one}_all{low}"][k])
            for one in ("sum", "square")
            for low in ("", LOW)
        )
        least, most = self.reals["min"][k], self.reals["max"][k]
        known = present & (n > 0)
        std = standard_deviation(n, total, total_low, square, square_low, least, most)
        val, cnt, p = _lists(self._unique, k * self.n_pathways, known, shared, n)
        return Quantity(
            name,
            dtype,
            mean=np.where(known, mean(n, total, total_low), np.nan),
            std=np.where(known, std, np.nan),
            min=np.where(known, least, np.nan),
            max=np.where(known, most, np.nan),
            shared_within=np.where(known, shared.astype(np.float64), np.nan),
            val=val,
            cnt=cnt,
            p=p,
        )

    def _n_syn(self, present: NDArray[np.bool_]) -> Quantity:
        table = self._synapses
        table.settle()
        n = self.pathway[N_CONN_USED]
        count, value = table.counts[0], table.values.astype(np.int64)
        # Whole numbers: exact in any order.
        total = np.zeros(self.n_pathways, dtype=np.int64)
        square = np.zeros(self.n_pathways, dtype=np.int64)
        np.add.at(total, table.keys, count * value)
        np.add.at(square, table.keys, count * value * value)
        least, most = np.full((2, self.n_pathways), np.nan)
        np.fmin.at(least, table.keys, value.astype(np.float64))
        np.fmax.at(most, table.keys, value.astype(np.float64))
        zero = np.zeros(self.n_pathways)
        sums, squares = total.astype(np.float64), square.astype(np.float64)
        std = standard_deviation(n, sums, zero, squares, zero, least, most)
        val, cnt, p = _lists(table, 0, present, np.zeros(self.n_pathways, dtype=bool), n)
        return Quantity(
            N_SYN,
            np.dtype(np.int64),
            mean=np.where(present, mean(n, sums, zero), np.nan),
            std=np.where(present, std, np.nan),
            min=np.where(present, least, np.nan),
            max=np.where(present, most, np.nan),
            val=val,
            cnt=cnt,
            p=p,
        )

    @property
    def overflow(self) -> NDArray[np.bool_]:
        """(P, S * T) where there are too many unique values to list."""
        return self._unique.too_long.reshape(len(self.dtypes), self.n_pathways)

    def all_lists(self, k: int | None, shared: NDArray[np.bool_]) -> tuple[Lists, Lists]:
        """Values and counts of a property, also where they are not kept; of `N_SYN` for None."""
        table = self._synapses if k is None else self._unique
        return _rows(table, 0 if k is None else k * self.n_pathways, self.n_pathways, shared)


def _rows(
    table: UniqueTable, first_key: int, n: int, shared: NDArray[np.bool_]
) -> tuple[Lists, Lists]:
    """Values of n keys, and how often they occur: among first synapses where shared."""
    bounds = np.searchsorted(table.keys, np.arange(first_key, first_key + n + 1))
    rows = slice(bounds[0], bounds[-1])
    of_all, of_first = table.counts[0, rows], table.counts[-1, rows]
    count = np.where(shared[table.keys[rows] - first_key], of_first, of_all)
    offsets = (bounds - bounds[0]).astype(np.int64)
    # A value that occurs at no first synapse is none of a shared property.
    return Lists(table.values[rows].astype(np.float64), offsets), Lists(
        count.astype(np.float64), offsets
    )


def _lists(
    table: UniqueTable,
    first_key: int,
    known: NDArray[np.bool_],
    shared: NDArray[np.bool_],
    n: NDArray[np.int64],
) -> tuple[Lists, Lists, Lists]:
    """Unique values, counts and fractions that are kept: one value, or fewer than there are."""
    values, counts = _rows(table, first_key, len(known), shared)
    lengths = np.diff(values.offsets)
    kept = known & ((lengths == 1) | ((lengths < n) & (lengths <= MAX_UNIQUE)))
    val, cnt = _some(values, kept), _some(counts, kept)
    totals = np.where(kept, n, 1).astype(np.float64)
    p = cnt.values / np.repeat(totals, np.diff(cnt.offsets))
    return val, cnt, Lists(p, cnt.offsets)


def _some(lists: Lists, kept: NDArray[np.bool_]) -> Lists:
    """The same lists, those that are not kept empty."""
    lengths = np.diff(lists.offsets)
    values = lists.values[np.repeat(kept, lengths)]
    return Lists(values, np.concatenate(([0], np.cumsum(np.where(kept, lengths, 0)))))
