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
from region_grower_hpc.formats.failed_write import naming

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
        self._rows_file = rows_file
        self._rows = _RowsFile(rows_file, plan)
        self._failures: list[Failure] = []
        self._seconds = np.zeros(plan.n_tasks, dtype=np.float32)
        self._summary_file = summary
        self._summary = None if summary is None else SummaryWriter(summary)

    @property
    def gathered(self) -> Gathered:
        """What has been taken; the rows are read from the disk as they are looked at."""
        rows: Array = np.load(self._rows_file, mmap_mode="r")
        return Gathered(rows, self._failures, self._seconds, self._summary_file)

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._rows.close()
        if self._summary is not None:
            self._summary.close()

    def add(self, portion: Portion) -> None:
        """Take what the tasks of one shard gave."""
        rows = np.zeros(len(portion.seconds), dtype=portion.rows.dtype)
        rows[portion.positions - portion.first] = portion.rows
        self._rows.write(portion.first, rows)
        self._failures.extend(portion.failures)
        self._seconds[portion.first : portion.first + len(portion.seconds)] = portion.seconds
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


class _RowsFile:
    """An .npy file of all rows, zeros at first, for which there is room on the disk.

    Written by system calls: the pages of a mapping would count as memory of rank 0.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        with naming(path):
            rows = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
                path, mode="w+", dtype=plan.row_dtype, shape=(plan.n_tasks,)
            )
            self._start = int(rows.offset)
            del rows
            self._descriptor = os.open(path, os.O_RDWR)
            try:
                # Now, rather than when the last rows find no room.
                os.posix_fallocate(self._descriptor, 0, os.fstat(self._descriptor).st_size)
            except OSError:
                self.close()
                raise

    def write(self, first: int, rows: Array) -> None:
        """Write rows from the one numbered `first` on."""
        content = memoryview(rows.tobytes())
        position = self._start + first * rows.itemsize
        with naming(self._path):
            while content:
                count = os.pwrite(self._descriptor, content, position)
                content, position = content[count:], position + count

    def close(self) -> None:
        """Release the file."""
        with naming(self._path):
            os.close(self._descriptor)
