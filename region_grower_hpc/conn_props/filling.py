"""Numbers of pathways without data, from pathways that are alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.pooled_lists import fill_lists
from region_grower_hpc.conn_props.pools import Mask, Pool, find_pools, levels_of
from region_grower_hpc.conn_props.statistics import (
    N_SYN,
    SCALARS,
    Lists,
    Quantity,
    Reals,
    Statistics,
)
from region_grower_hpc.errors import InvalidInputError

_SMALLEST, _LARGEST, _VOTED = "min", "max", "shared_within"


@dataclass(frozen=True)
class Filled:
    """Statistics without gaps, and where their numbers come from.

    Attributes:
        statistics: histograms are those of the data, not filled.
        pools: of the pathways without connections.
        levels: (S, T) interpolation level of these, -1 of pathways with data.
        own_levels: property -> (S, T) level of pathways that have connections, or a pool, but no
            finite value of this property: filled from pathways that have one; else -1. Properties
            without such pathways are absent.
    """

    statistics: Statistics
    pools: list[Pool]
    levels: NDArray[np.int8]
    own_levels: dict[str, NDArray[np.int8]]


def fill(
    statistics: Statistics,
    with_lists: Collection[str] = (),
    like_peer: bool = False,
    where: str = "the data",
) -> Filled:
    """Fill pathways of which the mean of n_syn_per_conn is missing.

    Each pathway of a pool weighs the same and NaN is left out: means of mean, std, norm_loc and
    norm_scale, the smallest min, the largest max, the majority of shared_within (0 if equal), and
    the union of the lists of unique values.

    Args:
        statistics: left as they are.
        with_lists: quantities of which the lists are needed.
        like_peer: lists of properties are pooled as connectome_manipulator does, from pathways
            filled before too.
        where: how the data are named to the user.

    Raises:
        InvalidInputError: no pathway has data, or a list has no counts to pool.

    Source: connectome_manipulator's `conn_props.build`.
    """
    if statistics.n_syn.mean is None:
        raise InvalidInputError(f"mean of {N_SYN} is missing in {where}: give it")
    present, shape = statistics.present, statistics.shape
    if not present.any():
        raise InvalidInputError(
            f"no connection in {where}: the mean of {N_SYN} is missing for all pathways; select "
            "more nodes, or lower the minimal sample size"
        )
    pools = find_pools(~present, present, statistics.m_type_class, statistics.m_type_layer)
    quantities: dict[str, Quantity] = {}
    own_levels: dict[str, NDArray[np.int8]] = {}
    for name, quantity in statistics.quantities.items():
        lists = name in with_lists
        again = like_peer and name != N_SYN
        filled = _filled(quantity, quantity, pools, shape, lists, again)
        own = _own_pools(statistics, quantity, filled, present)
        if own:
            filled = _filled(quantity, filled, own, shape, lists, False)
            own_levels[name] = levels_of(own, shape)
        quantities[name] = filled
    return Filled(
        replace(statistics, quantities=quantities),
        pools,
        levels_of(pools, shape),
        own_levels,
    )


def _own_pools(
    statistics: Statistics, data: Quantity, filled: Quantity, present: Mask
) -> list[Pool]:
    """Pools for what has no finite value yet; the peer knows no such pathways."""
    if data.mean is None or filled.mean is None:
        return []
    gaps = ~np.isfinite(filled.mean)
    if not gaps.any():
        return []
    held = present & np.isfinite(data.mean)
    return find_pools(gaps, held, statistics.m_type_class, statistics.m_type_layer)


def _filled(
    data: Quantity,
    before: Quantity,
    pools: Sequence[Pool],
    shape: tuple[int, int],
    with_lists: bool,
    count_again: bool,
) -> Quantity:
    """What was there before, with the pathways of the pools filled from the data."""
    if not pools:
        return before
    keys = [key for key in (*SCALARS, _VOTED) if getattr(data, key) is not None]
    numbers: Reals = np.array([getattr(data, key) for key in keys]).reshape(len(keys), *shape)
    results: Reals = np.array([getattr(before, key) for key in keys]).reshape(numbers.shape)
    for pool in pools:
        of_pool = numbers[:, pool.sources[:, None], pool.targets].reshape(len(keys), -1)
        pooled = _pooled(keys, of_pool)
        results[:, pool.rows, pool.columns] = pooled[:, None]
    filled = replace(before, **dict(zip(keys, results, strict=True)))
    if with_lists:
        val, cnt = _known_lists(data)
        filled.val, filled.cnt, filled.p = _merged(
            before, fill_lists(val, cnt, pools, shape[1], count_again), pools, shape[1]
        )
    return filled


def _pooled(keys: Sequence[str], of_pool: Reals) -> Reals:
    """Of rows of numbers, one row a statistic, the number for the pool; NaN of nothing."""
    known = ~np.isnan(of_pool)
    counts = known.sum(axis=1)
    sums = np.where(known, of_pool, 0.0).sum(axis=1)
    means = np.divide(sums, counts, out=np.full(len(keys), np.nan), where=counts > 0)
    for place, key in enumerate(keys):
        if key == _SMALLEST:
            means[place] = np.fmin.reduce(of_pool[place])
        elif key == _LARGEST:
            means[place] = np.fmax.reduce(of_pool[place])
        elif key == _VOTED:
            means[place] = np.round(means[place])
    return means


def _known_lists(data: Quantity) -> tuple[Lists, Lists]:
    if data.val is None or data.cnt is None:
        absent = "val" if data.val is None else "cnt"
        raise InvalidInputError(
            f"{data.name}: {absent} is missing in the data, and pathways without data are to be "
            "filled from it; give it"
        )
    return data.val, data.cnt


def _merged(
    before: Quantity,
    filled: tuple[Lists, Lists, Lists],
    pools: Sequence[Pool],
    n_targets: int,
) -> tuple[Lists, Lists, Lists]:
    """Filled lists where pools fill, those from before elsewhere."""
    changed = {int(k) for pool in pools for k in pool.rows * n_targets + pool.columns}
    val, cnt, p = (
        new
        if old is None
        else Lists.of(new[k] if k in changed else old[k] for k in range(len(new)))
        for old, new in zip((before.val, before.cnt, before.p), filled, strict=True)
    )
    return val, cnt, p
