"""After the last task: the ranks write the shards, rank 0 gathers the rows.

Whoever ran a task, its place in the journals is sent to the rank that writes its shard. Rows
reach rank 0 shard by shard and go to a memory-mapped file, so that rank 0 never holds them all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Failure, Job, Plan, StoredResult
from region_grower_hpc.engine.journal import JournalReader, JournalWriter
from region_grower_hpc.engine.ledger import (
    FILE,
    IS_FAILURE,
    LENGTH,
    NANOSECONDS,
    OFFSET,
    POSITION,
)
from region_grower_hpc.engine.signals import StopRequest

Int64Array = NDArray[np.int64]
Array = NDArray[Any]


@dataclass
class Gathered:
    """What rank 0 has of all tasks.

    Attributes:
        rows: (n,) structured, in task order; zeros where a task failed.
        failures: in task order.
        seconds: (n,) float32 measured time of each task.
    """

    rows: Array
    failures: list[Failure]
    seconds: NDArray[np.float32]


class _Journals:
    """Journals by number, opened when first needed and closed together."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._open: dict[int, JournalReader] = {}

    def __getitem__(self, number: int) -> JournalReader:
        if number not in self._open:
            if len(self._open) >= 256:
                self.close()
            self._open[number] = JournalReader(self._paths[number])
        return self._open[number]

    def close(self) -> None:
        """Close what is open."""
        for reader in self._open.values():
            reader.close()
        self._open.clear()


def write_shards(
    comm: Communicator,
    job: Job[Any],
    plan: Plan,
    entries: Int64Array,
    journals: Sequence[Path],
    written: frozenset[int],
    journal: JournalWriter,
    rows_file: Path,
    stop: StopRequest,
) -> Gathered | None:
    """Write all shards, each once, and gather the rows; all ranks together.

    Args:
        comm: all ranks.
        job: writes a shard.
        plan: tells the shards.
        entries: places of finished tasks that this rank knows of (ledger.py).
        journals: all files, at the numbers by which the entries of all ranks name them.
        written: shards that a former session wrote.
        journal: notes each shard written here.
        rows_file: where rank 0 keeps the rows.
        stop: asked between two shards.

    Returns:
        On rank 0 what was gathered; None on the other ranks, and if the run stopped.
    """
    here = comm.exchange_rows(entries, entries[:, POSITION] // plan.shard_size % comm.size)
    # By position; of a task done twice (a damaged journal that healed), the last entry counts.
    here = here[np.argsort(here[:, POSITION], kind="stable")]
    gathered = _empty(plan, rows_file) if comm.is_root else None
    readers = _Journals(journals)
    for first in range(0, plan.n_shards, comm.size):
        if any(comm.allgather(bool(stop))):
            return None
        shard = first + comm.rank
        part = None
        if shard < plan.n_shards:
            part, stored = _read_shard(plan, shard, here, readers)
            if shard not in written:
                job.write_shard(plan, shard, stored)
                journal.shard_written(shard, plan.destination)
        for received in comm.gather(part) or []:
            if gathered is not None and received is not None:
                gathered.rows[received.positions] = received.rows
                gathered.failures.extend(received.failures)
                gathered.seconds[plan.shard(received.shard)] = received.seconds
    readers.close()
    return gathered


def _empty(plan: Plan, rows_file: Path) -> Gathered:
    rows = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
        rows_file, mode="w+", dtype=plan.row_dtype, shape=(plan.n_tasks,)
    )
    with rows_file.open("r+b") as file:
        try:
            # Now, rather than by SIGBUS when a page of the mapping finds no room.
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(rows_file)) from error
    return Gathered(rows, [], np.zeros(plan.n_tasks, dtype=np.float32))


@dataclass
class _Part:
    """What a rank sends to rank 0 of one shard."""

    shard: int
    positions: Int64Array
    rows: Array
    failures: list[Failure]
    seconds: NDArray[np.float32]


def _read_shard(
    plan: Plan, shard: int, entries: Int64Array, journals: _Journals
) -> tuple[_Part, list[StoredResult]]:
    """Rank 0's part of a shard, and its results; both in task order."""
    span = plan.shard(shard)
    low, high = np.searchsorted(entries[:, POSITION], (span.start, span.stop))
    places = {int(entry[POSITION]): entry for entry in entries[low:high]}
    seconds = np.zeros(span.stop - span.start, dtype=np.float32)
    results: dict[int, StoredResult] = {}
    failures: dict[int, Failure] = {}
    # Read in the order of the files, which is not the order of the tasks.
    for position in sorted(places, key=lambda at: (places[at][FILE], places[at][OFFSET])):
        entry = places[position]
        reader = journals[int(entry[FILE])]
        task, offset, length = int(plan.tasks[position]), int(entry[OFFSET]), int(entry[LENGTH])
        if entry[IS_FAILURE]:
            failures[position] = reader.failure(task, offset, length)
        else:
            results[position] = reader.result(task, offset, length, plan.row_dtype)
        seconds[position - span.start] = entry[NANOSECONDS] * 1e-9
    positions = sorted(results)
    rows = np.zeros(len(positions), dtype=plan.row_dtype)
    for number, position in enumerate(positions):
        rows[number] = results[position].row
    part = _Part(
        shard,
        np.array(positions, dtype=np.int64),
        rows,
        [failures[position] for position in sorted(failures)],
        seconds,
    )
    return part, [results[position] for position in positions]
