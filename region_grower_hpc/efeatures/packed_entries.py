"""Entries of the metadata as text in two arrays that the ranks of a node share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.metadata import Entry

Array = NDArray[Any]
_TEXTS, _ENDS = "entries", "entry_ends"


def packed(entries: Iterable[Entry]) -> dict[str, Array]:
    """The arrays: bytes of all texts, and where each ends."""
    texts = [
        json.dumps([one.cell, one.protocol, one.index, one.metadata, one.files]).encode()
        for one in entries
    ]
    return {
        _TEXTS: np.frombuffer(b"".join(texts), dtype=np.uint8),
        _ENDS: ends_of(map(len, texts)),
    }


def entry_at(shared: Mapping[str, Array], place: int) -> Entry:
    """The entry at a place."""
    begin, end = span(shared[_ENDS], place)
    cell, protocol, index, metadata, files = json.loads(shared[_TEXTS][begin:end].tobytes())
    return Entry(cell, protocol, index, metadata, tuple(files))


def ends_of(lengths: Iterable[int]) -> NDArray[np.int64]:
    """Where pieces of some lengths end that follow each other."""
    return np.cumsum(np.fromiter(lengths, dtype=np.int64), dtype=np.int64)


def span(ends: Array, place: int) -> tuple[int, int]:
    """Where a piece begins and ends."""
    return int(ends[place - 1]) if place else 0, int(ends[place])
