"""What rank 0 has of all tasks: rows in a file, failures, and a summary where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.engine.record import encode_arrays
from region_grower_hpc.engine.summary import SummaryWriter

Array = NDArray[Any]


@dataclass
class Gathered:
    """What rank 0 has of all tasks.

    Attributes:
        rows: (n,) structured, in task order; zeros where a task failed.
        failures: in task order.
        seconds: (n,) float32 measured time of each task.
        summary: file of rows, kept arrays and failures (summary.py), if it was asked for.
    """

    rows: Array
    failures: list[Failure]
    seconds: NDArray[np.float32]
    summary: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What one task gave, and the seconds it took."""

    position: int
    value: StoredResult | Failure
    seconds: float


@dataclass
class Portion:
    """What rank 0 gets of the tasks of one shard.

    Attributes:
        first: position of the shard's first task.
        positions: of the tasks that were done, ascending.
        rows: theirs.
        failures: in task order.
        seconds: of every task of the shard; 0 where there is no measurement.
        kept: encoded arrays of each task that was done; empty if nothing is kept.
    """

    first: int
    positions: NDArray[np.int64]
    rows: Array
    failures: list[Failure]
    seconds: NDArray[np.float32]
    kept: list[bytes]

    @classmethod
    def of(cls, plan: Plan, shard: int, outcomes: Sequence[Outcome], keeps: bool) -> Portion:
        """What rank 0 gets of these outcomes, which are in task order.

        Args:
            plan: tells tasks and shards.
            shard: its number.
            outcomes: of its tasks.
            keeps: whether rank 0 keeps small arrays.
        """
        span = plan.shard(shard)
        seconds = np.zeros(span.stop - span.start, dtype=np.float32)
        done, rows, kept, failures = [], [], [], []
        for outcome in outcomes:
            seconds[outcome.position - span.start] = outcome.seconds
            if isinstance(outcome.value, Failure):
                failures.append(outcome.value)
                continue
            done.append(outcome.position)
            rows.append(outcome.value.row)
            if keeps:
                arrays = outcome.value.arrays
                kept.append(encode_arrays({name: arrays[name] for name in plan.kept}))
        table = np.zeros(len(rows), dtype=plan.row_dtype)
        for number, row in enumerate(rows):
            table[number] = row
        return cls(span.start, np.array(done, dtype=np.int64), table, failures, seconds, kept)


class Collector:
    """Takes what rank 0 gets of the shards, in their order."""

    def __init__(self, plan: Plan, rows_file: Path, summary: Path | None) -> None:
        """Make room for all rows.

        Args:
            plan: tells tasks and row dtype.
            rows_file: where the rows are kept, so that memory need not hold them.
            summary: where rows, kept arrays and failures go too; None for nowhere.
        """
        self._tasks = plan.tasks
        rows = _zeroed_rows(plan, rows_file)
        seconds = np.zeros(plan.n_tasks, dtype=np.float32)
        self.gathered = Gathered(rows, [], seconds, summary)
        self._summary = None if summary is None else SummaryWriter(summary)

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._summary is not None:
            self._summary.close()

    def add(self, portion: Portion) -> None:
        """Take what the tasks of one shard gave."""
        gathered = self.gathered
        gathered.rows[portion.positions] = portion.rows
        gathered.failures.extend(portion.failures)
        gathered.seconds[portion.first : portion.first + len(portion.seconds)] = portion.seconds
        if self._summary is not None:
            self._summarize(portion, self._summary)

    def _summarize(self, portion: Portion, summary: SummaryWriter) -> None:
        outcomes: dict[int, Failure | bytes] = {one.task: one for one in portion.failures}
        tasks = self._tasks[portion.positions].tolist()
        for task, row, kept in zip(tasks, portion.rows, portion.kept, strict=True):
            outcomes[task] = row.tobytes() + kept
        for task in sorted(outcomes):
            at = int(np.searchsorted(self._tasks, task)) - portion.first
            seconds, outcome = float(portion.seconds[at]), outcomes[task]
            if isinstance(outcome, Failure):
                summary.failed(outcome, seconds)
            else:
                summary.done(task, seconds, outcome)


def _zeroed_rows(plan: Plan, rows_file: Path) -> Array:
    """(n,) rows in a file, for which there is room on the disk."""
    rows: Array = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
        rows_file, mode="w+", dtype=plan.row_dtype, shape=(plan.n_tasks,)
    )
    with rows_file.open("r+b") as file:
        try:
            # Now, rather than by SIGBUS when a page of the mapping finds no room.
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(rows_file)) from error
    return rows
