"""Unique values of many pathways with their counts, added up block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Rows that may wait before they are added up.
WAITING = 2_000_000


@dataclass
class UniqueTable:
    """Rows of (key, value, counts...), one a key and value.

    Attributes:
        n_counts: columns of counts.
        keys, values, counts: (n,), (n,), (n_counts, n), ascending by key, then value.
    """

    n_counts: int
    keys: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    values: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    counts: NDArray[np.int64] = field(init=False)
    _waiting: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    _n_waiting: int = 0

    def __post_init__(self) -> None:
        self.counts = np.empty((self.n_counts, 0), dtype=np.int64)

    def add(self, keys: NDArray[Any], values: NDArray[Any], *counts: NDArray[Any]) -> None:
        """Add the rows of a block."""
        self._waiting.append((keys, values, *counts))
        self._n_waiting += len(keys)
        if self._n_waiting > WAITING:
            self.settle()

    def drop(self, keys: NDArray[np.bool_]) -> None:
        """Forget keys, as a mask over all of them."""
        self.settle()
        kept = ~keys[self.keys]
        self.keys, self.values, self.counts = (
            *(self.keys[kept], self.values[kept]),
            self.counts[:, kept],
        )

    def settle(self) -> None:
        """Add up what waits."""
        if not self._waiting:
            return
        parts = [(self.keys, self.values, *self.counts), *self._waiting]
        self._waiting, self._n_waiting = [], 0
        columns = [np.concatenate([part[k] for part in parts]) for k in range(2 + self.n_counts)]
        order = np.lexsort((columns[1], columns[0]))
        keys, values = columns[0][order], columns[1][order]
        if not len(keys):
            return
        is_new = np.concatenate(([True], (keys[1:] != keys[:-1]) | (values[1:] != values[:-1])))
        starts = np.flatnonzero(is_new)
        self.keys, self.values = keys[starts], values[starts]
        self.counts = np.stack(
            [np.add.reduceat(column[order], starts) for column in columns[2:]]
        ).astype(np.int64)

    def lengths(self, n_keys: int) -> NDArray[np.int64]:
        """Rows of each key."""
        self.settle()
        return np.bincount(self.keys, minlength=n_keys).astype(np.int64)
