"""Rows of dataclasses as the text of a CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def csv_text(
    kind: type[DataclassInstance],
    rows: Iterable[DataclassInstance],
    without: Collection[str] = (),
) -> str:
    """A header of the attributes, and a line a row.

    Floats have full precision; what is not known (None, or no finite number) is empty.

    Args:
        kind: dataclass of the rows, which makes the header where there are none.
        rows: of the table.
        without: attributes that are no columns.
    """
    names = [one.name for one in fields(kind) if one.name not in without]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and not math.isfinite(value) else value
