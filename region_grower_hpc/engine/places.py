"""Where finished tasks lie: 32 bytes an entry, in chunks, so that growing copies nothing."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import InvalidInputError

#: (n,) structured, of PLACE.
Places = NDArray[Any]

#: Position of the task in the plan, number of the journal, place of the payload in it (of a
#: failure, with the highest bit of the length set), measured seconds.
PLACE = np.dtype(
    [("position", "<u4"), ("file", "<u4"), ("offset", "<u8"), ("length", "<u8"), ("seconds", "<f8")]
)
_PLACE = struct.Struct("<IIQQd")
FAILURE = 1 << 63
#: Tasks that a plan may have.
MOST_TASKS = 1 << 31
#: Entries of a chunk.
CHUNK = 1 << 14


class Ledger:
    """Places of finished tasks that this rank knows of."""

    def __init__(self) -> None:
        # Mapped rather than allocated: what is let go is the system's again at once.
        self._chunks: list[mmap.mmap] = []
        self._used = CHUNK

    def __len__(self) -> int:
        return len(self._chunks) * CHUNK - CHUNK + self._used if self._chunks else 0

    def add(
        self, position: int, file: int, place: tuple[int, int], failed: bool, seconds: float
    ) -> None:
        """Note that the task at `position` of the plan lies at (offset, length) of a journal."""
        if self._used == CHUNK:
            self._chunks.append(mmap.mmap(-1, CHUNK * _PLACE.size))
            self._used = 0
        offset, length = place
        length |= FAILURE if failed else 0
        at = self._used * _PLACE.size
        _PLACE.pack_into(self._chunks[-1], at, position, file, offset, length, seconds)
        self._used += 1

    def take(self) -> Iterator[Places]:
        """All entries, chunk by chunk; a chunk that the caller lets go is gone from memory."""
        while self._chunks:
            count, self._used = self._used, CHUNK
            yield np.frombuffer(self._chunks.pop(), dtype=PLACE, count=count)


def check_count(n_tasks: int) -> None:
    """Raise InvalidInputError if a plan has more tasks than positions count."""
    if n_tasks > MOST_TASKS:
        raise InvalidInputError(
            f"{n_tasks} tasks are more than the {MOST_TASKS} that one run can do: divide them with "
            "--part I/N or --gids"
        )
