"""Memory is used again, and never while somebody looks at it."""

from __future__ import annotations

import random

import numpy as np

from region_grower_hpc.engine.reading_room import BLOCK_BYTES, KEPT_BLOCKS, ReadingRoom


def address(memory: memoryview) -> int:
    return int(np.frombuffer(memory, dtype=np.uint8).ctypes.data)


def test_what_is_looked_at_is_nobody_elses() -> None:
    room, shelf = ReadingRoom(), random.Random(5)
    held: list[tuple[int, np.ndarray]] = []
    for number in range(3000):
        memory = room.take(shelf.choice([0, 1, 700, 40_000, BLOCK_BYTES, BLOCK_BYTES + 1]))
        memory[:] = bytes([number % 251]) * len(memory)
        held.append((number % 251, np.frombuffer(memory, dtype=np.uint8)))
        while len(held) > shelf.randrange(1, 40):
            value, array = held.pop(shelf.randrange(len(held)))
            assert (array == value).all()


def test_memory_serves_again_when_nobody_looks_at_it() -> None:
    room = ReadingRoom()
    places = {address(room.take(BLOCK_BYTES // 2)) for _ in range(100)}
    # Two halves; Python may move the block when it is first asked whether it has views.
    assert len(places) <= 4


def test_a_part_of_what_was_taken_keeps_it() -> None:
    room = ReadingRoom()
    part = np.frombuffer(room.take(BLOCK_BYTES), dtype=np.int32)[7:8].reshape(1, 1)
    part_of = part.ctypes.data - 28
    assert all(address(room.take(BLOCK_BYTES)) != part_of for _ in range(2 * KEPT_BLOCKS))
