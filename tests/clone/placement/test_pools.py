"""Groups that share clones are of one pool."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.placement.candidates import Group, Offer
from region_grower_hpc.clone.placement.pools import pool_names, pools_of


def offer(*candidates: list[int]) -> Offer:
    """Of groups by the names that they offer."""
    groups, first = [], 0
    for number, names in enumerate(candidates):
        groups.append(Group((str(number), "A"), (), len(names), first, 0))
        first += len(names)
    numbers = np.array([name for names in candidates for name in names], dtype=np.int32)
    return Offer(tuple(groups), [], numbers, np.empty(0), np.empty(0))


@pytest.mark.parametrize(
    ("candidates", "pools"),
    [
        ([], []),
        ([[]], [0]),
        ([[0, 1], [2], [], [3]], [0, 1, 2, 3]),
        ([[0, 1], [2], [1, 5], [5]], [0, 1, 0, 0]),
        ([[4], [0], [3], [0, 4], [3]], [0, 0, 1, 0, 1]),
    ],
)
def test_pools(candidates: list[list[int]], pools: list[int]) -> None:
    assert pools_of(offer(*candidates)).tolist() == pools


@given(st.lists(st.lists(st.integers(0, 12), max_size=3, unique=True), max_size=9))
def test_pools_share_nothing(candidates: list[list[int]]) -> None:
    """And no pool can be divided."""
    pools = pools_of(offer(*candidates))
    reached = {number: {number} for number in range(len(candidates))}
    for _ in candidates:
        for one, those in reached.items():
            names = {name for other in those for name in candidates[other]}
            reached[one] = those | {
                other for other, own in enumerate(candidates) if names & set(own)
            }
    for one, those in reached.items():
        assert set(np.flatnonzero(pools == pools[one]).tolist()) == those


def test_names() -> None:
    made = offer([0], [1], [0], [0])
    assert pool_names(made.groups, pools_of(made)) == ["0/A and 2 more", "1/A"]
