"""failures.csv of a clone folder: what could not be done, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path

from region_grower_hpc.formats import atomic

COLUMNS = ("kind", "name", "reason")
Row = tuple[str, str, str]
#: Kind of the rows of cells that no clone was chosen for.
CELL = "cell"


def write_failures(path: Path, kinds: Collection[str] | None, rows: Iterable[Row]) -> None:
    """Write rows of some kinds in place of those of former runs; rows of other kinds stay.

    Clones and cells are two passes that write one file.

    Args:
        path: of the CSV file; one without rows has its header.
        kinds: of the rows that are replaced; None replaces all but those of cells.
        rows: kind, name and reason.
    """
    former = read_failures(path)
    if kinds is None:
        kept = [row for row in former if row[0] == CELL]
    else:
        kept = [row for row in former if row[0] not in kinds]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    # Those of cells come last, whichever pass writes.
    ordered: list[Row] = sorted([*kept, *rows], key=lambda row: row[0] == CELL)
    writer.writerows(ordered)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_text(path, text.getvalue())


def read_failures(path: Path) -> list[Row]:
    """Kind, name and reason of each row; none of a file that is absent or has other columns."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return []
    if not rows or tuple(rows[0]) != COLUMNS:
        return []
    return [(row[0], row[1], row[2]) for row in rows[1:] if len(row) == len(COLUMNS)]
