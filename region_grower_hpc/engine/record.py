"""The record of a journal: header, payload, checksum; and the codec of a result's arrays.

::

    magic  kind  length  task   seconds  crc32 | payload
    4 B    u64   u64     i64    f64      u32   | length bytes

The checksum covers the header before it and the payload. A reader that meets a damaged record
searches for the next magic whose checksum holds, so that damage costs the records it hits and no
other.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = bytes | memoryview

MAGIC = b"RGJ1"
_HEAD = struct.Struct("<4sQQqd")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEAD.size + _CRC.size


class Kind(IntEnum):
    """What a record says."""

    STARTED = 0  # the task is about to run
    DONE = 1  # its row and arrays
    FAILED = 2  # its failure
    SUSPECT = 3  # it exceeded its memory or time: settle it alone in a child process
    SHARD = 4  # the shard of this number is written


@dataclass(frozen=True)
class Record:
    """A valid record: where its payload lies in the journal."""

    kind: Kind
    task: int
    seconds: float
    offset: int
    length: int


def encode(kind: Kind, task: int, seconds: float = 0.0, payload: bytes = b"") -> bytes:
    """Bytes of one record."""
    return header(kind, task, seconds, (payload,)) + payload


def header(kind: Kind, task: int, seconds: float, payload: Sequence[Bytes]) -> bytes:
    """Bytes of a record before its payload, which is given in parts."""
    head = _HEAD.pack(MAGIC, kind, sum(map(len, payload)), task, seconds)
    checksum = zlib.crc32(head)
    for part in payload:
        checksum = zlib.crc32(part, checksum)
    return head + _CRC.pack(checksum)


def scan(data: memoryview) -> Iterator[Record]:
    """All valid records of a journal, in order."""
    end = len(data)
    position = 0
    while position + HEADER_BYTES <= end:
        record = _decode(data, position)
        if record is None:
            position = _next_magic(data, position + 1)
        else:
            yield record
            position = record.offset + record.length


def scan_for(data: memoryview, tasks: Container[int]) -> Iterator[Record]:
    """The valid records of some tasks, in order; others are passed over unread by their lengths."""
    end = len(data)
    position = 0
    while position + HEADER_BYTES <= end:
        magic, _, length, task, _ = _HEAD.unpack(data[position : position + _HEAD.size])
        following = position + HEADER_BYTES + length
        is_plain = magic == MAGIC and (
            following == end or data[following : following + len(MAGIC)] == MAGIC
        )
        record = None
        if not is_plain or task in tasks:
            record = _decode(data, position)
        if record is not None and task in tasks:
            yield record
        is_over = is_plain or record is not None
        position = following if is_over else _next_magic(data, position + 1)


def _decode(data: memoryview, position: int) -> Record | None:
    head = data[position : position + _HEAD.size]
    magic, kind, length, task, seconds = _HEAD.unpack(head)
    offset = position + HEADER_BYTES
    if magic != MAGIC or kind > max(Kind) or offset + length > len(data):
        return None
    (expected,) = _CRC.unpack_from(data, position + _HEAD.size)
    if zlib.crc32(data[offset : offset + length], zlib.crc32(head)) != expected:
        return None
    return Record(Kind(kind), task, seconds, offset, length)


def _next_magic(data: memoryview, start: int) -> int:
    """Position of the next magic, searched in blocks so that no journal is copied whole."""
    block = 1 << 20
    for position in range(start, len(data), block):
        found = bytes(data[position : position + block + len(MAGIC) - 1]).find(MAGIC)
        if found >= 0:
            return position + found
    return len(data)


def encode_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Bytes of named arrays: for each its name, dtype, shape and data.

    Raises:
        TypeError: an array holds objects or fields.
    """
    return b"".join(array_parts(arrays))


def array_parts(arrays: Mapping[str, NDArray[Any]]) -> list[Bytes]:
    """The same bytes in parts, those of the arrays not copied.

    Raises:
        TypeError: an array holds objects or fields.
    """
    parts: list[Bytes] = [struct.pack("<H", len(arrays))]
    for name, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.hasobject or array.dtype.names:
            raise TypeError(f"array {name!r} of a result has the dtype {array.dtype}: use numbers")
        code, label = array.dtype.str.encode(), name.encode()
        lengths = struct.pack("<BBB", len(label), len(code), array.ndim)
        parts.append(lengths + label + code + struct.pack(f"<{array.ndim}Q", *array.shape))
        parts.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return parts


def decode_arrays(data: Bytes) -> dict[str, NDArray[Any]]:
    """Inverse of `encode_arrays`; the arrays are read-only views of `data`."""
    (count,) = struct.unpack_from("<H", data)
    position = 2
    arrays: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        n_label, n_code, n_dimensions = struct.unpack_from("<BBB", data, position)
        position += 3
        label = str(data[position : position + n_label], "utf-8")
        position += n_label
        dtype = np.dtype(str(data[position : position + n_code], "ascii"))
        position += n_code
        shape = struct.unpack_from(f"<{n_dimensions}Q", data, position)
        position += 8 * n_dimensions
        size = math.prod(shape)
        flat = np.frombuffer(data, dtype=dtype, count=size, offset=position)
        arrays[label] = flat.reshape(shape)
        position += size * dtype.itemsize
    return arrays
