"""What the journals of a run have kept of some tasks."""

from __future__ import annotations

import logging
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.job import Failure, StoredResult
from region_grower_hpc.engine.journal import JournalReader, journal_files
from region_grower_hpc.engine.record import Kind, Record
from region_grower_hpc.engine.state import StateFolder

logger = logging.getLogger(__name__)


@dataclass
class KeptTask:
    """What is kept of a task.

    Attributes:
        n_starts: how often the run began it, as far as journals tell.
        outcome: its result or failure; None where it is not kept here.
        file: that holds it.
        seconds: that it took.
    """

    n_starts: int = 0
    outcome: StoredResult | Failure | None = None
    file: Path | None = None
    seconds: float = 0.0


def find_kept(
    state: StateFolder, tasks: Sequence[int], row_dtype: np.dtype[Any]
) -> Mapping[int, KeptTask]:
    """What the journals hold of each task; those of an unfinished run hold all of a result.

    The summary of a part holds its row and what describes it. Of a task done twice the last one
    counts, as in the run. Files that vanish meanwhile are left out: the run has ended then.
    """
    kept = {task: KeptTask() for task in tasks}
    try:
        files = journal_files(state.run_journals)
    except (OSError, ValueError, KeyError, TypeError):
        files = []
    for path in [state.summary, *files]:
        try:
            _read(path, kept, row_dtype)
        except OSError:
            continue
        except (ValueError, struct.error) as error:
            logger.warning("%s is of another version, or damaged: %s", path, error)
    return kept


def _read(path: Path, kept: Mapping[int, KeptTask], row_dtype: np.dtype[Any]) -> None:
    reader = JournalReader(path)
    try:
        for record in reader.records_of(kept):
            if record.kind is Kind.SHARD:
                continue  # They are numbered too.
            task = kept[record.task]
            if record.kind is Kind.STARTED:
                task.n_starts += 1
            elif record.kind in (Kind.DONE, Kind.FAILED):
                task.outcome = _outcome(reader, record, row_dtype)
                task.file, task.seconds = path, record.seconds
    finally:
        reader.close()


def _outcome(
    reader: JournalReader, record: Record, row_dtype: np.dtype[Any]
) -> StoredResult | Failure:
    place = record.task, record.offset, record.length
    if record.kind is Kind.FAILED:
        return reader.failure(*place)
    return reader.result(*place, row_dtype)
