"""What rank 0 keeps of all tasks in one file: rows, small arrays and failures, in task order.

The file is a journal (record.py) without starts. `Job.gather` reads the kept arrays from it; after
a run over a part of the tasks it stays in the state folder, where `merge` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure, StoredResult
from region_grower_hpc.engine.journal import JournalReader, JournalWriter
from region_grower_hpc.engine.record import Kind


class SummaryWriter(JournalWriter):
    """Writes a summary anew; `done` and `failed` are called in task order."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        super().__init__(path)


def read_summary(
    path: Path, row_dtype: np.dtype[Any]
) -> Iterator[tuple[StoredResult | Failure, float]]:
    """What each task gave and the seconds it took, in task order."""
    reader = JournalReader(path)
    try:
        for record in reader.records():
            if record.kind is Kind.FAILED:
                yield reader.failure(record.task, record.offset, record.length), record.seconds
            elif record.kind is Kind.DONE:
                place = record.task, record.offset, record.length
                yield reader.result(*place, row_dtype), record.seconds
    finally:
        reader.close()


def summarized_tasks(path: Path) -> NDArray[np.int64]:
    """The tasks of a summary, in task order."""
    reader = JournalReader(path)
    try:
        return np.array([record.task for record in reader.records()], dtype=np.int64)
    finally:
        reader.close()


def read_kept(path: Path | None, row_dtype: np.dtype[Any]) -> Iterator[StoredResult]:
    """The results of a summary, in task order; none without a file."""
    if path is not None:
        for outcome, _ in read_summary(path, row_dtype):
            if isinstance(outcome, StoredResult):
                yield outcome
