"""After the last task: the ranks write the shards, rank 0 gathers the rows.

Whoever ran a task, its place in the journals is sent to the rank that writes its shard. Rows
reach rank 0 shard by shard and go to a memory-mapped file, so that rank 0 never holds them all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.collector import Collector, Gathered, Outcome, Portion
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
    summary: Path | None,
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
        summary: where rank 0 keeps rows, kept arrays and failures; None for nowhere.
        stop: asked between two shards.

    Returns:
        On rank 0 what was gathered; None on the other ranks, and if the run stopped.
    """
    here = comm.exchange_rows(entries, entries[:, POSITION] // plan.shard_size % comm.size)
    # By position; of a task done twice (a damaged journal that healed), the last entry counts.
    here = here[np.argsort(here[:, POSITION], kind="stable")]
    with contextlib.ExitStack() as stack:
        collector = None
        if comm.is_root:
            collector = stack.enter_context(Collector(plan, rows_file, summary))
        readers = _Journals(journals)
        stack.callback(readers.close)
        for first in range(0, plan.n_shards, comm.size):
            if any(comm.allgather(bool(stop))):
                return None
            shard = first + comm.rank
            portion = None
            if shard < plan.n_shards:
                outcomes = _read_shard(plan, shard, here, readers)
                portion = Portion.of(plan, shard, outcomes, summary is not None)
                if shard not in written:
                    job.write_shard(plan, shard, _results(outcomes))
                    journal.shard_written(shard, plan.destination)
                # before the next shard is read, which then takes its place in memory
                del outcomes
            for received in comm.gather(portion) or []:
                if collector is not None and received is not None:
                    collector.add(received)
    return None if collector is None else collector.gathered


def _results(outcomes: Sequence[Outcome]) -> list[StoredResult]:
    values = (outcome.value for outcome in outcomes)
    return [value for value in values if isinstance(value, StoredResult)]


def _read_shard(plan: Plan, shard: int, entries: Int64Array, journals: _Journals) -> list[Outcome]:
    """What the tasks of a shard gave, in task order."""
    span = plan.shard(shard)
    low, high = np.searchsorted(entries[:, POSITION], (span.start, span.stop))
    places = {int(entry[POSITION]): entry for entry in entries[low:high]}
    outcomes = []
    # Read in the order of the files, which is not the order of the tasks.
    for position in sorted(places, key=lambda at: (places[at][FILE], places[at][OFFSET])):
        entry = places[position]
        reader = journals[int(entry[FILE])]
        task, offset, length = int(plan.tasks[position]), int(entry[OFFSET]), int(entry[LENGTH])
        value: StoredResult | Failure
        if entry[IS_FAILURE]:
            value = reader.failure(task, offset, length)
        else:
            value = reader.result(task, offset, length, plan.row_dtype)
        outcomes.append(Outcome(position, value, float(entry[NANOSECONDS] * 1e-9)))
    return sorted(outcomes, key=lambda outcome: outcome.position)
