"""The plain HDF5 layout, and HDF5 files that are damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import read_entry
from region_grower_hpc.efeatures.readers.hdf5_heaps import heap_problem
from tests.efeatures.readers.nwbs import write_scala
from tests.hostile_files import break_strings


def write(path: Path, **attributes: Any) -> Path:
    with h5py.File(path, "w") as file:
        top = file.create_group("recordings")
        top.attrs["dt"] = 0.1
        top.attrs["v_unit"] = "mV"
        for number, protocol in enumerate(("IV", "IDrest", None)):
            group = top.create_group(f"sweep {number}")
            group["voltage"] = np.arange(5, dtype=">f4") + number
            group["current"] = np.zeros(5)
            group.attrs["repetition"] = number
            if protocol is not None:
                group.attrs["protocol_name"] = protocol
        for key, value in attributes.items():
            top["sweep 0"].attrs[key] = value
    return path


def test_sweeps_and_their_attributes(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.h5",
        **{"dt": 0.2, "i_unit": "pA", "id": "first", "amp": 3, "hypamp": -1.0, "ton": 1, "toff": 3},
    )
    first, second, _ = read_entry({"filepath": str(path)})
    assert (first.dt, first.i_unit, first.v_unit, first.id) == (0.2, "pA", "mV", "first")
    assert (first.amp, first.hypamp, first.ton, first.toff) == (3.0, -1.0, 1, 3)
    assert (second.dt, second.i_unit, second.id, second.repetition) == (0.1, None, "sweep 1", 1)
    np.testing.assert_array_equal(second.voltage, np.arange(1, 6, dtype=np.float32))
    assert second.voltage.dtype == np.dtype("=f4")


def test_filters(tmp_path: Path) -> None:
    path = str(write(tmp_path / "x.hdf5"))
    chosen = read_entry({"filepath": path, "protocol_name": "iv"})
    assert [raw.id for raw in chosen] == ["sweep 0", "sweep 2"]
    chosen = read_entry({"filepath": path, "repetition": [1, 2]})
    assert [raw.id for raw in chosen] == ["sweep 1", "sweep 2"]


@pytest.mark.parametrize(
    "attributes",
    [{"dt": "x"}, {"dt": [1.0, 2.0]}, {"v_unit": 3}, {"ton": np.nan}, {"id": "x" * 10**5}],
)
def test_wrong_attributes(tmp_path: Path, attributes: dict[str, Any]) -> None:
    path = tmp_path / "x.h5"
    if "id" in attributes:
        with h5py.File(path, "w", libver="latest") as file:
            group = file.create_group("recordings/one")
            group.attrs["id"] = np.zeros(10**5)
    else:
        write(path, **attributes)
    with pytest.raises(RecordingProblem):
        read_entry({"filepath": str(path)})


def test_nwb_under_the_suffix_of_hdf5(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.h5")
    assert len(read_entry({"filepath": str(path), "protocol_name": "IV"})) == 3


def test_other_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["points"] = [1]
    with pytest.raises(RecordingProblem, match="neither a group /recordings"):
        read_entry({"filepath": str(tmp_path / "x.h5")})


def test_texts_that_keep_hdf5_busy(tmp_path: Path) -> None:
    path = write(tmp_path / "x.h5")
    assert heap_problem(path) is None
    break_strings(path)
    with pytest.raises(RecordingProblem, match=r"texts at byte .* are damaged"):
        read_entry({"filepath": str(path)})


def test_truncated(tmp_path: Path) -> None:
    path = write(tmp_path / "x.h5")
    content = path.read_bytes()
    for n_bytes in range(1, len(content), 97):
        path.write_bytes(content[:n_bytes])
        with pytest.raises(RecordingProblem):
            read_entry({"filepath": str(path)})
