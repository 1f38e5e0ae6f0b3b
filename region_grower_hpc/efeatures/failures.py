"""failures.csv: the recordings that could not be used, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.errors import TooManyFailuresError
from region_grower_hpc.formats import atomic


@dataclass(frozen=True)
class FailureRow:
    """One recording, or all that an entry of the metadata names."""

    cell: str
    protocol: str
    index: int
    file: str
    stage: str
    key: str
    error: str

    @classmethod
    def of(cls, entry: Entry, problem: RecordingProblem) -> FailureRow:
        """What failed of an entry."""
        return cls(
            *(entry.cell, entry.protocol, entry.index, " ".join(entry.files)),
            *(problem.stage, problem.key, problem.text),
        )


COLUMNS = tuple(one.name for one in fields(FailureRow))


def write_failures(path: Path, rows: Iterable[FailureRow]) -> None:
    """Write all rows; a file without rows has its header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(astuple, rows))
    atomic.write_text(path, text.getvalue())


def too_many(
    path: Path, n_failed: int, n_entries: int, max_failed_ratio: float | None
) -> TooManyFailuresError | None:
    """The error that ends a run with more failures than are allowed; None is success.

    Args:
        path: of failures.csv.
        n_failed: rows of it.
        n_entries: of the metadata.
        max_failed_ratio: failures / entries that is allowed; None: no failure; 1: any, also of an
            entry with many recordings.
    """
    ratio = max_failed_ratio or 0.0
    if n_failed <= ratio * n_entries or ratio >= 1.0:
        return None
    return TooManyFailuresError(
        f"{path} lists {n_failed} recordings or features that failed; everything else is written. "
        "--skip-failures makes this a success, --max-failed-ratio F allows some"
    )


def read_failures(path: Path) -> list[FailureRow]:
    """All rows; none of a file that is absent or has other columns."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return []
    if not rows or tuple(rows[0]) != COLUMNS:
        return []
    return [
        FailureRow(row[0], row[1], int(row[2]), *row[3:])
        for row in rows[1:]
        if len(row) == len(COLUMNS) and row[2].isdigit()
    ]
