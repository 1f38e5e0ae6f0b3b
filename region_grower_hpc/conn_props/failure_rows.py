"""failures.csv: what was left out, replaced or not understood, and why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from region_grower_hpc.conn_props.csv_table import csv_text
from region_grower_hpc.formats import atomic


@dataclass(frozen=True)
class FailureRow:
    """One row.

    Attributes:
        stage: extract, build, plot, scores or config.
        src_type, tgt_type: of the pathway; empty: all.
        property: its name; empty: all.
        kind: distribution_fallback, non_finite, non_numeric, unknown_key, fold_type_missing, ...
        message: one line.
    """

    stage: str
    src_type: str
    tgt_type: str
    property: str
    kind: str
    message: str


COLUMNS = tuple(one.name for one in fields(FailureRow))


def write_failures(path: Path, stage: str, rows: Sequence[FailureRow]) -> None:
    """Replace the rows of a stage, and keep those of the others; without rows a header is left."""
    others = [row for row in read_failures(path) if row.stage != stage]
    atomic.write_text(path, csv_text(FailureRow, [*others, *rows]))


def read_failures(path: Path) -> list[FailureRow]:
    """All rows; none of a file that is absent or has other columns."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return []
    if not rows or tuple(rows[0]) != COLUMNS:
        return []
    return [FailureRow(*row) for row in rows[1:] if len(row) == len(COLUMNS)]
