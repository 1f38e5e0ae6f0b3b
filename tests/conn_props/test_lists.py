"""Lists of numbers: joined, chosen, and what is written of several properties."""

from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.statistics import Lists

PARTS = ([[1.0, 2.0], [], [3.0]], [[], [4.0, 5.0, 6.0]])


def test_joined_lists_are_those_of_all_parts() -> None:
    joined = Lists.joined([Lists.of(part) for part in PARTS])
    assert [one.tolist() for one in joined] == [one for part in PARTS for one in part]
    assert joined.offsets.dtype == np.int64


@pytest.mark.parametrize("numbers", [[2, 0], [1], [0, 0, 2], []])
def test_chosen_lists_come_in_their_order(numbers: list[int]) -> None:
    chosen = Lists.of(PARTS[0]).chosen(np.array(numbers, dtype=np.int64))
    assert [one.tolist() for one in chosen] == [PARTS[0][number] for number in numbers]


def test_nothing_joins_to_nothing() -> None:
    nothing = Lists.joined([])
    assert len(nothing) == 0
    assert len(nothing.chosen(np.empty(0, dtype=np.int64))) == 0
