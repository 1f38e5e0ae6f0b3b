"""What is finished and where it lies: read from the journals of former sessions, kept up to date.

Rank r reads journals r, r + size, ...; only counts a task travel to rank 0, and the places of the
payloads stay where they were read until the shards are written (exchange.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.journal import JournalReader
from region_grower_hpc.engine.record import Kind

Int64Array = NDArray[np.int64]

#: Unfinished starts after which a task is suspected of killing its rank.
STARTS_OF_A_SUSPECT = 2
#: Starts, ends and failures of a task are counted in one number: 8 bytes a task and not 24.
ONE_END = 1 << 24
ONE_FAILURE = 1 << 48
#: Columns of an entry.
POSITION, FILE, OFFSET, LENGTH, IS_FAILURE, NANOSECONDS = range(6)
WIDTH = 6


class Ledger:
    """Places of finished tasks that this rank knows of: rows of WIDTH int64."""

    def __init__(self) -> None:
        self._cells = array("q")

    def add(
        self, position: int, file: int, place: tuple[int, int], failed: bool, seconds: float
    ) -> None:
        """Note that the task at `position` of the plan lies at (offset, length) of a journal."""
        self._cells.extend((position, file, *place, int(failed), int(seconds * 1e9)))

    def entries(self) -> Int64Array:
        """(n, WIDTH) all entries."""
        if not self._cells:
            return np.empty((0, WIDTH), dtype=np.int64)
        return np.frombuffer(self._cells, dtype=np.int64).reshape(-1, WIDTH)


@dataclass
class History:
    """What former sessions left.

    Attributes:
        ledger: places of finished tasks, as far as this rank has read them.
        finished: (n,) whether a task is finished; on rank 0.
        n_failed: number of finished tasks that failed; on rank 0.
        suspects: positions of tasks to settle alone, ascending; on rank 0.
        shards: numbers of shards that are written where this run writes; on all ranks.
    """

    ledger: Ledger
    finished: NDArray[np.bool_] | None = None
    n_failed: int = 0
    suspects: Int64Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    shards: frozenset[int] = frozenset()

    @property
    def n_finished(self) -> int:
        """Finished tasks; 0 on the ranks that do not know."""
        return 0 if self.finished is None else int(np.count_nonzero(self.finished))


def read_history(comm: Communicator, plan: Plan, files: Sequence[Path]) -> History:
    """Read the journals of former sessions, all ranks together.

    Args:
        comm: all ranks.
        plan: with its tasks.
        files: the journals; entries of the ledger name them by their place here.
    """
    history = History(Ledger())
    if not files:
        if comm.is_root:
            history.finished = np.zeros(plan.n_tasks, dtype=bool)
        return history
    counts = np.zeros(plan.n_tasks, dtype=np.int64)
    shards: set[int] = set()
    for number in range(comm.rank, len(files), comm.size):
        _read_journal(files[number], number, plan, counts, shards, history.ledger)
    history.shards = frozenset().union(*comm.allgather(shards))
    total = comm.sum_to_root(counts)
    if total is not None:
        starts, history.finished = total % ONE_END, total >= ONE_END
        history.n_failed = int(np.count_nonzero(total >= ONE_FAILURE))
        history.suspects = np.flatnonzero(
            ~history.finished & (starts >= STARTS_OF_A_SUSPECT)
        ).astype(np.int64)
    return history


def _read_journal(
    path: Path,
    number: int,
    plan: Plan,
    counts: Int64Array,
    shards: set[int],
    ledger: Ledger,
) -> None:
    reader = JournalReader(path)
    try:
        for record in reader.records():
            if record.kind is Kind.SHARD:
                if reader.destination(record.offset, record.length) == plan.destination:
                    shards.add(record.task)
                continue
            position = int(np.searchsorted(plan.tasks, record.task))
            if position == plan.n_tasks or plan.tasks[position] != record.task:
                continue
            if record.kind is Kind.STARTED:
                counts[position] += 1
            elif record.kind is Kind.SUSPECT:
                counts[position] += STARTS_OF_A_SUSPECT
            elif record.kind in (Kind.DONE, Kind.FAILED):
                failed = record.kind is Kind.FAILED
                counts[position] += ONE_END + failed * ONE_FAILURE
                place = (record.offset, record.length)
                ledger.add(position, number, place, failed, record.seconds)
    finally:
        reader.close()
