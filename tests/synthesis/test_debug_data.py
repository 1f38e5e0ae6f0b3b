"""The table of debug data, as it is pickled."""

from __future__ import annotations

import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from region_grower_hpc.synthesis.debug_data import (
    NEW_COLUMNS,
    read_results,
    with_results,
    write_table,
)

RESULTS: dict[str, list[Any]] = {
    "name": ["aa", None],
    "apical_points": [[np.array([1.0, 2.0, 3.0], dtype=np.float32)], None],
    "apical_sections": [[4], None],
    "apical_NRN_sections": [[None], None],
    "debug_infos": [{"input_scaling": {"basal": {"factor": 0.5}}}, None],
}


def table(**columns: Any) -> pd.DataFrame:
    cells = pd.DataFrame(
        {
            "mtype": pd.Series(["L1", "L1"], dtype="category"),
            "layer": pd.Series(["1", None], dtype="string"),
            "count": pd.Series([1, None], dtype="Int64"),
            "x": np.array([1, np.nan], dtype=np.float32),
            "number": [1, 2],
            "is_first": [True, False],
            **columns,
        }
    )
    cells.index = pd.Index([5, 7], name="index")
    return with_results(cells, RESULTS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "debug.pkl"


def test_there_are_numbers_and_objects_alone(path: Path) -> None:
    write_table(path, table())
    found = pickle.loads(path.read_bytes())
    assert {str(dtype) for dtype in found.dtypes} == {"object", "float32", "int64", "bool"}
    assert found.columns.dtype == object
    assert (found.index.tolist(), found.index.name) == ([5, 7], "index")
    assert found["mtype"].tolist() == ["L1", "L1"]
    assert found["layer"].tolist() == ["1", None]
    assert found["count"].tolist() == [1, None]
    np.testing.assert_array_equal(found["x"], np.array([1, np.nan], dtype=np.float32))


def test_no_older_pandas_meets_a_dtype_that_it_does_not_know(path: Path) -> None:
    write_table(path, table())
    words = {argument for _, argument, _ in pickletools.genops(path.read_bytes())}
    assert {"mtype", "L1", "DataFrame"} <= words
    unknown = {"StringDtype", "Categorical", "CategoricalDtype", "IntegerArray", "str", "string"}
    assert not words & unknown


def test_results_come_back_as_they_were(path: Path) -> None:
    write_table(path, table())
    found = read_results(path, [7, 5])
    assert list(found) == list(NEW_COLUMNS)
    assert found["name"] == [None, "aa"]
    (point,) = found["apical_points"][1]
    assert (point.dtype, point.tolist()) == (np.float32, [1.0, 2.0, 3.0])
    for name in ("apical_sections", "apical_NRN_sections", "debug_infos"):
        assert found[name] == RESULTS[name][::-1]


def test_none_stays_none_in_the_table() -> None:
    assert table()["name"].tolist() == ["aa", None]


def test_bytes_do_not_tell_where_values_come_from(path: Path) -> None:
    """One text twice or two equal ones, numpy's dtype or a copy of it."""
    one, other = "long text", " ".join(["long", "text"])
    assert one is not other
    numpys = np.dtype("<f4")
    copied = pickle.loads(pickle.dumps(numpys))
    assert numpys is not copied
    written = []
    for texts, dtypes in (
        ([one, one], [numpys, numpys]),
        ([one, other], [numpys, copied]),
        ([other, one], [copied, copied]),
    ):
        points = [[np.array([1.0, 2.0, 3.0], dtype=dtype)] for dtype in dtypes]
        shared = [texts[0]]
        infos = [{texts[1]: shared}, {texts[0]: shared if texts[0] is one else list(shared)}]
        cells = table(text=pd.Series(texts, dtype=object, index=[0, 1]))
        cells["apical_points"] = pd.Series(points, index=cells.index)
        cells["debug_infos"] = pd.Series(infos, index=cells.index)
        write_table(path, cells)
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]


def test_a_table_without_rows(path: Path) -> None:
    empty = table().iloc[:0]
    write_table(path, empty)
    found = pickle.loads(path.read_bytes())
    assert list(found.columns) == list(empty.columns)
    assert found.index.dtype == np.int64
    assert read_results(path, []) == {name: [] for name in NEW_COLUMNS}
