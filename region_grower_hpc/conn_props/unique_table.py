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
        n_keys: keys are below.
        longest: most rows of a key; None: any number. A key with more is forgotten.
        too_long: (n_keys,) those keys.
        keys, values, counts: (n,), (n,), (n_counts, n), ascending by key, then value.
    """

    n_counts: int
    n_keys: int
    longest: int | None = None
    too_long: NDArray[np.bool_] = field(init=False)
    keys: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    values: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    counts: NDArray[np.int64] = field(init=False)
    _waiting: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    _n_waiting: int = 0

    def __post_init__(self) -> None:
        self.counts = np.empty((self.n_counts, 0), dtype=np.int64)
        self.too_long = np.zeros(self.n_keys, dtype=bool)

    def add(self, keys: NDArray[Any], values: NDArray[Any], *counts: NDArray[Any]) -> None:
        """Add the rows of a block."""
        kept = ~self.too_long[keys]
        columns = (keys, *counts)
        whole = (column[kept].astype(np.int64) for column in columns)
        self._waiting.append((next(whole), values[kept], *whole))
        self._n_waiting += int(np.count_nonzero(kept))
        if self._n_waiting > max(WAITING, len(self.keys)):
            self.settle()

    def forget(self, keys: NDArray[np.integer[Any]]) -> None:
        """Treat keys as too long."""
        self.too_long[keys] = True

    def settle(self) -> None:
        """Add up what waits, and forget what is too long."""
        parts = [(self.keys, self.values, *self.counts), *self._waiting]
        self._waiting, self._n_waiting = [], 0
        columns = [np.concatenate([part[k] for part in parts]) for k in range(2 + self.n_counts)]
        order = np.lexsort((columns[1], columns[0]))
        keys, values = columns[0][order], columns[1][order]
        if not len(keys):
            return
        is_new = np.concatenate(([True], (keys[1:] != keys[:-1]) | (values[1:] != values[:-1])))
        starts = np.flatnonzero(is_new)
        if self.longest is not None:
            lengths = np.bincount(keys[starts], minlength=self.n_keys)
            self.too_long |= lengths > self.longest
        sums = np.stack([np.add.reduceat(column[order], starts) for column in columns[2:]])
        kept = ~self.too_long[keys[starts]]
        self.keys, self.values = keys[starts][kept], values[starts][kept]
        self.counts = sums[:, kept]
