from __future__ import annotations

import math
from dataclasses import dataclass

from region_grower_hpc.conn_props.csv_table import csv_text


@dataclass(frozen=True)
class Row:
    name: str
    number: float | None
    whole: int = 0


def test_what_is_not_known_is_empty_and_floats_are_whole() -> None:
    rows = [Row("a,b", 1 / 3, 2), Row("", None), Row("c", math.nan), Row("d", -math.inf, -1)]
    expected = f'name,number,whole\n"a,b",{1 / 3!r},2\n,,0\nc,,0\nd,,-1\n'
    assert csv_text(Row, rows) == expected


def test_the_header_needs_no_row_and_columns_may_be_left_out() -> None:
    assert csv_text(Row, []) == "name,number,whole\n"
    assert csv_text(Row, [Row("a", 0.5)], without=("number",)) == "name,whole\na,0\n"
