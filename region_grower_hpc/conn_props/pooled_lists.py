"""Unions of the lists of unique values of several pathways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from region_grower_hpc.conn_props.pools import Indices, Pool
from region_grower_hpc.conn_props.statistics import Counts, Lists, Reals
from region_grower_hpc.errors import InvalidInputError

#: Above it the peer's counts, which are int64, wrap around.
_LARGEST_COUNT = float(2**63)

#: Values and counts of each pathway.
_Pairs = list[tuple[Reals, Reals]]


def fill_lists(
    val: Lists, cnt: Lists, pools: Sequence[Pool], n_targets: int, count_again: bool = False
) -> tuple[Lists, Lists, Lists]:
    """val, cnt and p with those of pools where pathways are filled.

    Args:
        val: unique values of all pathways, row by row.
        cnt: how often they occur.
        pools: what is filled.
        n_targets: number of target types.
        count_again: pathways filled before, row by row, take part in the pools of later ones, as
            they do in connectome_manipulator (which counts their values again and again).

    Returns:
        values ascending, their summed counts, and counts / sum; empty where a pool has no list.

    Raises:
        InvalidInputError: counts beyond int64 with `count_again`.
    """
    if count_again:
        pairs = _filled_in_turn(val, cnt, pools, n_targets)
    else:
        pairs = list(zip(val, cnt, strict=True))
        for pool in pools:
            union = _union(*(_gathered(one, pool.flat(n_targets)) for one in (val, cnt)))
            for k in pool.rows * n_targets + pool.columns:
                pairs[k] = union
    values, counts = Lists.of(one for one, _ in pairs), Lists.of(one for _, one in pairs)
    return values, counts, _fractions(counts)


def _filled_in_turn(val: Lists, cnt: Lists, pools: Sequence[Pool], n_targets: int) -> _Pairs:
    pairs = list(zip(val, cnt, strict=True))
    turns = {int(k): pool for pool in pools for k in pool.rows * n_targets + pool.columns}
    members = {id(pool): pool.flat(n_targets) for pool in pools}
    for k in sorted(turns):
        found = [pairs[j] for j in members[id(turns[k])] if len(pairs[j][0])]
        if not found:
            continue
        values, counts = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        pairs[k] = _union(values, counts)
        if counts.sum() >= _LARGEST_COUNT:
            raise InvalidInputError(
                'compat="peer": so many pathways are filled from each other that the counts of '
                "connectome_manipulator pass its integers; build without compat"
            )
    return pairs


def _union(values: Reals, counts: Reals) -> tuple[Reals, Reals]:
    unique, places = np.unique(values, return_inverse=True)
    sums = np.bincount(places.ravel(), weights=counts, minlength=len(unique))
    return unique, sums.astype(np.float64)


def _gathered(lists: Lists, which: Indices) -> Reals:
    """The chosen lists, one after the other."""
    starts = lists.offsets[which]
    lengths = lists.offsets[which + 1] - starts
    shifts: Counts = starts - np.concatenate(([0], np.cumsum(lengths)[:-1]))
    gathered: Reals = lists.values[np.repeat(shifts, lengths) + np.arange(lengths.sum())]
    return gathered


def _fractions(counts: Lists) -> Lists:
    lengths = np.diff(counts.offsets)
    sums = np.add.reduceat(np.append(counts.values, 0.0), counts.offsets[:-1])
    return Lists(counts.values / np.repeat(sums, lengths), counts.offsets)
