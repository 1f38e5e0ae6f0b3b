"""Tables of voltages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import read_entry

METADATA: dict[str, Any] = {
    "dt": 0.5,
    "amplitudes": [10, -20.0],
    "hypamp": -5,
    "ton": 1.0,
    "toff": 2.2,
    "i_unit": "pA",
    "v_unit": "mV",
    "t_unit": "ms",
}
TABLE = "1\t-\n2.5\t\n3\t-1e1\n4\t7\n5\t8\n6\t9\n"


def entry(folder: Path, content: str = TABLE, name: str = "x.txt", **others: Any) -> dict[str, Any]:
    path = folder / name
    path.write_text(content)
    return {"filepath": str(path), **METADATA, **others}


def test_a_column_an_amplitude(tmp_path: Path) -> None:
    first, second = read_entry(entry(tmp_path))
    np.testing.assert_array_equal(first.voltage, [1, 2.5, 3, 4, 5, 6])
    np.testing.assert_array_equal(second.voltage, [0, 0, -10, 7, 8, 9])
    np.testing.assert_array_equal(first.current, [-5, -5, 5, 5, -5, -5])
    np.testing.assert_array_equal(second.current, [-5, -5, -25, -25, -5, -5])
    assert (first.amp, first.hypamp, first.dt, first.i_unit) == (10.0, -5.0, 0.5, "pA")


def test_times_are_ms_whatever_the_unit_of_dt(tmp_path: Path) -> None:
    (raw, _) = read_entry(entry(tmp_path, dt=0.0005, t_unit="s"))
    np.testing.assert_array_equal(raw.current, [-5, -5, 5, 5, -5, -5])


def test_csv_with_commas_or_tabs(tmp_path: Path) -> None:
    tabs = read_entry(entry(tmp_path, name="a.csv"))
    commas = read_entry(entry(tmp_path, TABLE.replace("\t", ",") + "\r\n", "b.csv"))
    for one, other in zip(tabs, commas, strict=True):
        np.testing.assert_array_equal(one.voltage, other.voltage)


@pytest.mark.parametrize(("dt", "n_kept"), [(50.0, 4), (1000.0, 6), (1.0, 0)])
def test_last_100_ms(tmp_path: Path, dt: float, n_kept: int) -> None:
    raw = read_entry(entry(tmp_path, dt=dt, remove_last_100ms=True))[0]
    assert len(raw.voltage) == len(raw.current) == n_kept


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"content": "1\n2\n"}, "line 1 has 1 column"),
        ({"content": "1\t2\n3\tx\n"}, "line 2 holds something else"),
        ({"content": "1" * 2**20}, "line 1 is too long"),
        ({"amplitudes": 3}, "no list"),
        ({"amplitudes": ["a"]}, "no number"),
        ({"dt": 0.0}, "out of range"),
        ({"ton": -1.0}, "outside"),
        ({"dt": None}, "need dt"),
        ({"t_unit": "h"}, "no known unit"),
        ({"content": ""}, "empty"),
    ],
)
def test_problem(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(RecordingProblem, match=text):
        read_entry(entry(tmp_path, **changes))
