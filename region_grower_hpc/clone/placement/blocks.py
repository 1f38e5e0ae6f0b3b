"""Tasks: blocks of cells of one group, or of groups that share clones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Cells of a block; fewer would cost more in tasks than in scores.
BLOCK_CELLS = 256


@dataclass(frozen=True)
class Blocks:
    """Blocks of cells; a task's id is that of the first cell of its block.

    Attributes:
        tasks: (b,) ascending.
        pools: (b,) number of the pool of each block (pools.py); with replacement that of a group.
        first, stop: (b,) where its cells are in `members`.
        members: (m,) cells by pool and id.
    """

    tasks: NDArray[np.int64]
    pools: NDArray[np.int32]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    members: NDArray[np.int64]

    @classmethod
    def of(
        cls, pools: NDArray[np.int64], cells: NDArray[np.int64], block_cells: int | None
    ) -> Blocks:
        """Divide cells into blocks.

        Args:
            pools: (n,) of all cells.
            cells: those that get into blocks, ascending.
            block_cells: at most so many in one; None makes one block of each pool.
        """
        members = cells[np.argsort(pools[cells], kind="stable")]
        ends = np.flatnonzero(np.diff(pools[members])) + 1
        firsts: list[int] = []
        stops: list[int] = []
        limits = [0, *ends.tolist(), len(members)] if len(members) else [0]
        for begin, end in pairwise(limits):
            step = end - begin if block_cells is None else block_cells
            cuts = [*range(begin, end, step), end]
            firsts += cuts[:-1]
            stops += cuts[1:]
        first = np.array(firsts, dtype=np.int64)
        tasks = members[first]
        order = np.argsort(tasks)
        return cls(
            tasks=tasks[order],
            pools=pools[tasks[order]].astype(np.int32),
            first=first[order],
            stop=np.array(stops, dtype=np.int64)[order],
            members=members,
        )

    @classmethod
    def from_arrays(cls, shared: Mapping[str, NDArray[Any]]) -> Blocks:
        """Inverse of `arrays`."""
        return cls(*(shared[f"block_{name}"] for name in _NAMES))

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the plan."""
        return {f"block_{name}": getattr(self, name) for name in _NAMES}

    @property
    def n_cells(self) -> NDArray[np.int64]:
        """(b,) cells of each block."""
        return self.stop - self.first

    def cells(self, task: int) -> NDArray[np.int64]:
        """Ids of the cells of a block, ascending."""
        at = self._at(task)
        return self.members[self.first[at] : self.stop[at]]

    def task_of(self, cell: int) -> int | None:
        """The block of a cell; None of a cell that is in none."""
        [found] = np.nonzero(self.members == cell)
        if not len(found):
            return None
        at = np.flatnonzero((self.first <= found[0]) & (found[0] < self.stop))
        return int(self.tasks[at[0]])

    def _at(self, task: int) -> int:
        return int(np.searchsorted(self.tasks, task))


_NAMES: Sequence[str] = ("tasks", "pools", "first", "stop", "members")
