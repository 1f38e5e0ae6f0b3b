"""Records survive: a damaged one costs itself, never its neighbours."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from region_grower_hpc.engine.record import (
    Kind,
    decode_arrays,
    encode,
    encode_arrays,
    scan,
    scan_for,
)


def journal(n: int = 20) -> tuple[bytes, list[int]]:
    """Bytes of n records, and where each starts."""
    parts, starts, position = [], [], 0
    for task in range(n):
        starts.append(position)
        parts.append(encode(Kind.DONE, task, 0.5 * task, bytes([task]) * (task * 7)))
        position += len(parts[-1])
    return b"".join(parts), starts


def test_records_are_read_back() -> None:
    data, _ = journal()
    records = list(scan(memoryview(data)))
    assert [record.task for record in records] == list(range(20))
    assert [record.seconds for record in records] == [0.5 * task for task in range(20)]
    last = records[-1]
    assert data[last.offset : last.offset + last.length] == bytes([19]) * 133


def test_a_torn_tail_costs_the_torn_record_only() -> None:
    data, starts = journal()
    for cut in range(starts[-3], len(data)):
        whole = sum(start <= cut for start in [*starts[1:], len(data)])
        assert [record.task for record in scan(memoryview(data[:cut]))] == list(range(whole))


def test_records_of_some_tasks_are_those_of_a_whole_scan() -> None:
    choices = random.Random(3)
    for _ in range(1000):
        data = bytearray()
        for _ in range(8):
            payload = choices.randbytes(choices.randrange(60))
            data += encode(choices.choice(list(Kind)), choices.randrange(4), 1.0, payload)
        for _ in range(choices.randrange(3)):
            data[choices.randrange(len(data))] ^= 1 << choices.randrange(8)
        view = memoryview(bytes(data[: choices.randrange(len(data) + 1)]))
        expected = [record for record in scan(view) if record.task == 2]
        assert list(scan_for(view, {2})) == expected


def test_a_flipped_bit_costs_one_record() -> None:
    data, starts = journal()
    flips = random.Random(3)
    for _ in range(2000):
        at = flips.randrange(len(data))
        damaged = bytearray(data)
        damaged[at] ^= 1 << flips.randrange(8)
        hit = sum(start <= at for start in starts) - 1
        found = [record.task for record in scan(memoryview(bytes(damaged)))]
        assert found == [task for task in range(20) if task != hit]


def test_a_magic_inside_a_payload_is_not_a_record() -> None:
    inner = encode(Kind.DONE, 99, payload=b"x" * 10)
    data = encode(Kind.DONE, 1, payload=inner[:-1]) + encode(Kind.DONE, 2)
    assert [record.task for record in scan(memoryview(data))] == [1, 2]


@pytest.mark.parametrize("data", [b"", b"RGJ1", b"\0" * 1000, b"RGJ1" * 300])
def test_rubbish_has_no_records(data: bytes) -> None:
    assert list(scan(memoryview(data))) == []


@given(
    hnp.arrays(
        dtype=st.sampled_from(["f4", "f8", "i4", "u1", "i8", "?"]),
        shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    )
)
def test_arrays_are_read_back(array: np.ndarray) -> None:
    found = decode_arrays(encode_arrays({"first": array, "second": np.arange(3)}))
    assert list(found) == ["first", "second"]
    assert found["first"].dtype == array.dtype
    np.testing.assert_array_equal(found["first"], array)


def test_no_arrays() -> None:
    assert decode_arrays(encode_arrays({})) == {}


@pytest.mark.parametrize("array", [np.array([{}]), np.zeros(2, dtype=[("a", "f4")])])
def test_arrays_without_plain_numbers_are_refused(array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="'wrong' of a result has the dtype"):
        encode_arrays({"wrong": array})
