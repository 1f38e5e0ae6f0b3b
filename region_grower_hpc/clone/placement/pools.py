"""Groups of cells that share clones: without replacement, their cells draw from one pool."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement.candidates import Group, Offer


def pools_of(offer: Offer) -> NDArray[np.int64]:
    """(G,) number of the pool of each group; two that share a clone are of one pool.

    One that shares clones with nobody is a pool of its own. Pools are numbered in the order of
    their first groups.
    """
    n_groups = len(offer.groups)
    n_candidates = np.array([group.n_candidates for group in offer.groups], dtype=np.int64)
    groups = np.repeat(np.arange(n_groups), n_candidates)
    by_name = np.argsort(offer.names_of_candidates, kind="stable")
    names, groups = offer.names_of_candidates[by_name], groups[by_name]
    alike = names[1:] == names[:-1]
    # As one number each, which sorts faster than rows of two.
    pairs = np.unique(groups[:-1][alike] * n_groups + groups[1:][alike])
    first = list(range(n_groups))

    def root(group: int) -> int:
        while first[group] != group:
            first[group] = first[first[group]]
            group = first[group]
        return group

    for pair in pairs.tolist():
        low, high = sorted(map(root, divmod(pair, n_groups)))
        first[high] = low
    roots = np.array([root(group) for group in range(n_groups)], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].reshape(-1).astype(np.int64)


def pool_names(groups: Sequence[Group], pools: NDArray[np.int64]) -> list[str]:
    """Of each pool: its first group, and how many more it has."""
    names = []
    for pool in range(int(pools.max(initial=-1)) + 1):
        members = np.flatnonzero(pools == pool)
        more = f" and {len(members) - 1} more" if len(members) > 1 else ""
        names.append(groups[members[0]].name + more)
    return names
