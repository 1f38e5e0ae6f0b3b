"""After the last task: the ranks write the shards, rank 0 gathers the rows.

Whoever ran a task, its place in the journals is sent to the rank that writes its shard, piece by
piece. Rows reach rank 0 shard by shard and go to a file, so that rank 0 never holds them all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.collector import Collector, Gathered, Outcome, Portion
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Failure, Job, Plan, StoredResult
from region_grower_hpc.engine.journal import JournalReader, JournalWriter
from region_grower_hpc.engine.places import FAILURE, PLACE, Ledger, Places
from region_grower_hpc.engine.signals import StopRequest

#: Tasks of each rank between two meetings in which rank 0 takes rows.
TASKS_OF_A_ROUND = 1000


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
    ledger: Ledger,
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
        ledger: places of finished tasks that this rank knows of; it is empty afterwards.
        journals: all files, at the numbers by which the ledgers of all ranks name them.
        written: shards that a former session wrote.
        journal: notes each shard written here.
        rows_file: where rank 0 keeps the rows.
        summary: where rank 0 keeps rows, kept arrays and failures; None for nowhere.
        stop: asked between two shards.

    Returns:
        On rank 0 what was gathered; None on the other ranks, and if the run stopped.
    """
    places = own_places(comm, plan, ledger)
    with contextlib.ExitStack() as stack:
        collector = None
        if comm.is_root:
            collector = stack.enter_context(Collector(plan, rows_file, summary))
        readers = _Journals(journals)
        stack.callback(readers.close)
        # Of small shards several between two meetings of the ranks.
        of_a_round = comm.size * max(1, TASKS_OF_A_ROUND // plan.shard_size)
        for first in range(0, plan.n_shards, of_a_round):
            if any(comm.allgather(bool(stop))):
                return None
            portions = []
            last = min(first + of_a_round, plan.n_shards)
            for shard in range(first + comm.rank, last, comm.size):
                outcomes = _read_shard(plan, _of_shard(comm, plan, places, shard), readers)
                portions.append(Portion.of(plan, shard, outcomes, summary is not None))
                if shard not in written:
                    job.write_shard(plan, shard, _results(outcomes))
                    journal.shard_written(shard, plan.destination)
                # before the next shard is read, which then takes its place in memory
                del outcomes
            received = [portion for some in comm.gather(portions) or [] for portion in some]
            if collector is not None:
                for portion in sorted(received, key=lambda each: each.first):
                    collector.add(portion)
    return None if collector is None else collector.gathered


def _results(outcomes: Sequence[Outcome]) -> list[StoredResult]:
    values = (outcome.value for outcome in outcomes)
    return [value for value in values if isinstance(value, StoredResult)]


def own_places(comm: Communicator, plan: Plan, ledger: Ledger) -> Places:
    """Places of the tasks of the shards that this rank writes, shard after shard.

    All ranks together. Of a task done twice (a damaged journal that healed) the last record of the
    last journal counts. A task that nobody knows of has offset 0.

    Args:
        comm: all ranks; shard k belongs to rank k modulo their number.
        plan: tells the shards.
        ledger: places that this rank knows of; it is empty afterwards.
    """
    n_shards = len(range(comm.rank, plan.n_shards, comm.size))
    here = np.zeros(n_shards * plan.shard_size, dtype=PLACE)
    chunks = ledger.take()
    while True:
        chunk = next(chunks, None)
        if not any(comm.allgather(chunk is not None)):
            return here
        if chunk is None:
            chunk = np.empty(0, dtype=PLACE)
        numbers = chunk.view(np.int64).reshape(-1, PLACE.itemsize // 8)
        owners = chunk["position"].astype(np.int64) // plan.shard_size % comm.size
        _take(plan, comm.size, comm.exchange_rows(numbers, owners).view(PLACE).ravel(), here)


def _take(plan: Plan, n_ranks: int, arrived: Places, here: Places) -> None:
    """Note places in a rank's table, each where it is later than what is there."""
    arrived = arrived[np.lexsort((arrived["offset"], arrived["file"]))]
    shards, within = np.divmod(arrived["position"].astype(np.int64), plan.shard_size)
    at = shards // n_ranks * plan.shard_size + within
    former = here[at]
    is_later = (arrived["file"] > former["file"]) | (
        (arrived["file"] == former["file"]) & (arrived["offset"] > former["offset"])
    )
    # Of an index that is there twice, numpy keeps the last.
    here[at[is_later]] = arrived[is_later]


def _of_shard(comm: Communicator, plan: Plan, places: Places, shard: int) -> Places:
    """Known places of the tasks of one of this rank's shards, in task order."""
    first = shard // comm.size * plan.shard_size
    places = places[first : first + plan.shard_size]
    return places[places["offset"] > 0]


def _read_shard(plan: Plan, places: Places, journals: _Journals) -> list[Outcome]:
    """What the tasks of a shard gave, in task order."""
    outcomes = []
    # Read in the order of the files, which is not the order of the tasks.
    for place in places[np.lexsort((places["offset"], places["file"]))]:
        position, file, offset, length, seconds = place.tolist()
        reader, task = journals[file], int(plan.tasks[position])
        value: StoredResult | Failure
        if length & FAILURE:
            value = reader.failure(task, offset, length & ~FAILURE)
        else:
            value = reader.result(task, offset, length, plan.row_dtype)
        outcomes.append(Outcome(position, value, seconds))
    return sorted(outcomes, key=lambda outcome: outcome.position)
