"""What is finished and where it lies: read from the journals of former sessions, kept up to date.

Rank r reads journals r, r + size, ...; only counts a task travel to rank 0, and the places of the
payloads stay where they were read until the shards are written (exchange.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.journal import JournalReader
from region_grower_hpc.engine.places import Ledger
from region_grower_hpc.engine.record import Kind, Record

Int64Array = NDArray[np.int64]
UInt8Array = NDArray[np.uint8]

#: Unfinished starts after which a task is suspected of killing its rank.
STARTS_OF_A_SUSPECT = 2
#: What a rank knows of a task, in one byte: starts, at most as many as make a suspect, and these.
STARTS, ENDED, FAILED = 3, 4, 8
#: Starts, ends and failures of a task over all ranks are summed in one number.
ONE_END = 1 << 24
ONE_FAILURE = 1 << 48
#: Tasks summed at a time, and records read at a time.
TASKS_AT_ONCE = 1 << 16
RECORDS_AT_ONCE = 1 << 11


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
    if comm.is_root:
        history.finished = np.zeros(plan.n_tasks, dtype=bool)
    if not files:
        return history
    known = np.zeros(plan.n_tasks, dtype=np.uint8)
    shards: set[int] = set()
    for number in range(comm.rank, len(files), comm.size):
        _read_journal(files[number], number, plan, known, shards, history.ledger)
    history.shards = frozenset().union(*comm.allgather(shards))
    suspects = []
    for first in range(0, plan.n_tasks, TASKS_AT_ONCE):
        some = known[first : first + TASKS_AT_ONCE]
        counts = (some & STARTS).astype(np.int64)
        counts += ONE_END * ((some & ENDED) != 0) + ONE_FAILURE * ((some & FAILED) != 0)
        total = comm.sum_to_root(counts)
        if total is not None and history.finished is not None:
            finished = total >= ONE_END
            history.finished[first : first + TASKS_AT_ONCE] = finished
            history.n_failed += int(np.count_nonzero(total >= ONE_FAILURE))
            suspected = ~finished & (total % ONE_END >= STARTS_OF_A_SUSPECT)
            suspects.append(first + np.flatnonzero(suspected).astype(np.int64))
    if suspects:
        history.suspects = np.concatenate(suspects)
    return history


def _read_journal(
    path: Path,
    number: int,
    plan: Plan,
    known: UInt8Array,
    shards: set[int],
    ledger: Ledger,
) -> None:
    reader = JournalReader(path)
    try:
        records = reader.records()
        while some := list(islice(records, RECORDS_AT_ONCE)):
            _take_shards(some, reader, plan, shards)
            _take_tasks(some, number, plan, known, ledger)
    finally:
        reader.close()


def _take_shards(
    records: Sequence[Record], reader: JournalReader, plan: Plan, shards: set[int]
) -> None:
    for record in records:
        if (
            record.kind is Kind.SHARD
            and reader.destination(record.offset, record.length) == plan.destination
        ):
            shards.add(record.task)


def _take_tasks(
    records: Sequence[Record], number: int, plan: Plan, known: UInt8Array, ledger: Ledger
) -> None:
    """Note starts and ends; records of tasks that the plan does not have do not count."""
    some = [record for record in records if record.kind is not Kind.SHARD]
    if not some or not plan.n_tasks:
        return
    kinds = np.array([record.kind for record in some], dtype=np.uint8)
    tasks = np.array([record.task for record in some], dtype=np.int64)
    positions = np.minimum(np.searchsorted(plan.tasks, tasks), plan.n_tasks - 1)
    ours = plan.tasks[positions] == tasks
    for kind, starts in ((Kind.STARTED, 1), (Kind.SUSPECT, STARTS_OF_A_SUSPECT)):
        of_it, times = np.unique(positions[ours & (kinds == kind)], return_counts=True)
        former = known[of_it] & STARTS
        more = np.minimum(former + starts * times, STARTS_OF_A_SUSPECT).astype(np.uint8)
        known[of_it] += more - former
    failed = kinds == Kind.FAILED
    ended = np.flatnonzero(ours & (failed | (kinds == Kind.DONE)))
    known[positions[ended]] |= ENDED
    known[positions[ours & failed]] |= FAILED
    for at in ended.tolist():
        record = some[at]
        place = record.offset, record.length
        ledger.add(int(positions[at]), number, place, bool(failed[at]), record.seconds)
