"""Damage to any file: bits, runs of bytes, places that hold sizes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

#: Makes a damaged file of a good one and of other good ones of the same format.
Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]

_WHOLE_NUMBERS = (
    *(0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1),
    *(2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1),
)


def flip_bits(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A few bits the other way round."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def set_number(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """1, 2, 4 or 8 bytes replaced by a number at the end of some range."""
    width = draw.choice((1, 2, 4, 8))
    if len(data) < width:
        return data
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 3))):
        start = draw.randrange(len(data) - width + 1)
        number = draw.choice(_WHOLE_NUMBERS) % 2 ** (8 * width)
        changed[start : start + width] = number.to_bytes(width, "little")
    return bytes(changed)


def fill_run(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A run of bytes replaced by zeros, ones or noise."""
    start, stop = _run(draw, data)
    size = stop - start
    filled = draw.choice((bytes(size), b"\xff" * size, draw.randbytes(size)))
    return data[:start] + filled + data[stop:]


def remove_run(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A run of bytes left out."""
    start, stop = _run(draw, data)
    return data[:start] + data[stop:]


def repeat_run(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A run of bytes several times."""
    start, stop = _run(draw, data)
    return data[:stop] + data[start:stop] * draw.choice((1, 1, 2, 50)) + data[stop:]


def insert_noise(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Random bytes in between."""
    start = draw.randrange(len(data) + 1)
    return data[:start] + draw.randbytes(draw.randrange(1, 40)) + data[start:]


def truncate(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """The beginning alone, often nearly all of it."""
    if not data or draw.random() < 0.05:
        return b""
    if draw.random() < 0.5:
        return data[: draw.randrange(len(data))]
    return data[: -draw.randrange(1, min(len(data), 64) + 1)]


def append(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Something behind the end."""
    noise = draw.randbytes(draw.randrange(1, 200))
    return data + draw.choice((noise, bytes(len(noise)), *others[:1]))


def splice(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one file and the end of another, or a part of another in it."""
    other = draw.choice([*others, data])
    start, stop = _run(draw, data)
    if draw.random() < 0.5:
        return data[:start] + other[draw.randrange(len(other) + 1) :]
    other_start, other_stop = _run(draw, other)
    return data[:start] + other[other_start:other_stop] + data[stop:]


def swap_runs(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Two neighbouring runs in the other order."""
    start, stop = _run(draw, data)
    middle = draw.randrange(start, stop + 1)
    return data[:start] + data[middle:stop] + data[start:middle] + data[stop:]


def _run(draw: random.Random, data: bytes) -> tuple[int, int]:
    """First byte and end of a run, short ones as likely as long ones."""
    start = draw.randrange(len(data) + 1)
    longest = max(1, len(data) - start)
    size = draw.choice((1, 4, 16, 64, 512, longest))
    return start, min(start + draw.randrange(size + 1), len(data))


BYTE_MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bits, set_number, fill_run, remove_run, repeat_run),
    *(insert_noise, truncate, append, splice, swap_runs),
)
