"""MATLAB files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import read_entry

UNITS = {"i_unit": "A", "v_unit": "V", "t_unit": "s"}
TIME = np.arange(20) * 0.1


def write(path: Path, **variables: Any) -> dict[str, str]:
    scipy.io.savemat(path, variables, do_compression=True)
    return {"filepath": str(path), **UNITS}


def table(value: float, n_rows: int = 20) -> Any:
    return np.column_stack([TIME[:n_rows], np.full(n_rows, value)])


def test_pairs_in_the_order_of_the_file(tmp_path: Path) -> None:
    entry = write(
        tmp_path / "x.mat",
        Trace_1_2_1_1=table(1.0),
        other=[1],
        Trace_1_2_1_2=table(2.0),
        Trace_1_1_1_2=table(4.0),
        Trace_1_1_1_1=table(3.0),
    )
    traces = read_entry(entry)
    assert [(raw.current[0], raw.voltage[0]) for raw in traces] == [(1.0, 2.0), (3.0, 4.0)]
    assert traces[0].dt == 0.1


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"x": [1]}, "no variable named"),
        ({"Trace_1_1": table(1.0)}, "takes current and voltage"),
        ({"Trace_1_1": table(1.0), "Trace_1_2": "abc"}, "is no table"),
        ({"Trace_1_1": table(1.0), "Trace_1_2": np.zeros((3, 3))}, "is no table"),
        ({"Trace_1_1": table(1.0), "Trace_1_2": np.ones((20, 2)) * 1j}, "complex"),
        ({"Trace_1_1": {"a": 1}, "Trace_1_2": table(1.0)}, "is no table"),
    ],
)
def test_other_variables(tmp_path: Path, variables: dict[str, Any], text: str) -> None:
    with pytest.raises(RecordingProblem, match=text):
        read_entry(write(tmp_path / "x.mat", **variables))


def test_truncated(tmp_path: Path) -> None:
    entry = write(tmp_path / "x.mat", Trace_1_1=table(1.0), Trace_1_2=table(2.0))
    content = Path(entry["filepath"]).read_bytes()
    for n_bytes in range(0, len(content) - 8, 7):
        Path(entry["filepath"]).write_bytes(content[:n_bytes])
        with pytest.raises(RecordingProblem):
            read_entry(entry)


def test_matlab_7_3_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["Trace_1_1"] = table(1.0)
    content = bytearray(path.read_bytes())
    content[:128] = b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM"
    path.write_bytes(content)
    with pytest.raises(RecordingProblem, match=r"v7\.3"):
        read_entry({"filepath": str(path), **UNITS})


@pytest.mark.shared
def test_real_file(shared_data: Path) -> None:
    path = shared_data / "efeatures" / "mat" / "gigadb.mat"
    traces = read_entry({"filepath": str(path), **UNITS})
    assert len(traces) > 1
    assert all(len(raw.voltage) == len(raw.current) == 12000 for raw in traces)
