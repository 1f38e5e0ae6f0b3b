"""Igor binary waves."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import read_entry
from region_grower_hpc.efeatures.readers.igor_wave import read_wave
from tests.efeatures.readers.waves import write_wave

VOLTAGE = np.linspace(-0.07, 0.03, 50, dtype=np.float32)
CURRENT = np.linspace(0, 1e-9, 50, dtype=np.float32)


def pair(folder: Path, **options: Any) -> dict[str, str]:
    return {
        "v_file": str(write_wave(folder / "v.ibw", VOLTAGE, "V", **options)),
        "i_file": str(write_wave(folder / "i.ibw", CURRENT, "A", **options)),
    }


@pytest.mark.parametrize("version", [2, 3, 5])
@pytest.mark.parametrize("order", ["<", ">"])
def test_versions_and_byte_orders(tmp_path: Path, version: int, order: str) -> None:
    (raw,) = read_entry(pair(tmp_path, version=version, order=order))
    assert raw.voltage.dtype == np.dtype("=f4")
    np.testing.assert_array_equal(raw.voltage, VOLTAGE)
    np.testing.assert_array_equal(raw.current, CURRENT)
    assert (raw.dt, raw.t_unit, raw.i_unit, raw.v_unit) == (0.00025, "s", "A", "V")
    assert raw.id is None


def test_files_are_swapped_where_their_units_are(tmp_path: Path) -> None:
    files = pair(tmp_path)
    (raw,) = read_entry({"v_file": files["i_file"], "i_file": files["v_file"]})
    np.testing.assert_array_equal(raw.voltage, VOLTAGE)
    assert (raw.i_unit, raw.v_unit) == ("A", "V")


def test_step_of_another_kind_than_time(tmp_path: Path) -> None:
    assert read_entry(pair(tmp_path, step_unit="m"))[0].t_unit is None


def test_truncated_everywhere(tmp_path: Path) -> None:
    files = pair(tmp_path)
    content = Path(files["v_file"]).read_bytes()
    # The note, which nobody needs, may be missing.
    for n_bytes in range(len(content) - len(b"note")):
        Path(files["v_file"]).write_bytes(content[:n_bytes])
        with pytest.raises(RecordingProblem) as caught:
            read_entry(files)
        assert caught.value.key == "v_file"


@pytest.mark.parametrize(("offset", "value"), [(4, 2**31 - 1), (4, -5), (4, 400), (76, 10**9)])
def test_wrong_sizes(tmp_path: Path, offset: int, value: int) -> None:
    files = pair(tmp_path)
    content = bytearray(Path(files["v_file"]).read_bytes())
    struct.pack_into("<i", content, offset, value)
    Path(files["v_file"]).write_bytes(content)
    with pytest.raises(RecordingProblem, match="v_file"):
        read_entry(files)


def test_a_note_of_any_size_costs_nothing(tmp_path: Path) -> None:
    files = pair(tmp_path)
    content = bytearray(Path(files["v_file"]).read_bytes())
    struct.pack_into("<i", content, 12, 2**31 - 1)
    Path(files["v_file"]).write_bytes(content)
    np.testing.assert_array_equal(read_entry(files)[0].voltage, VOLTAGE)


@pytest.mark.parametrize("n_rows", [7, 70])
def test_nothing_is_printed_of_a_damaged_wave(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], n_rows: int
) -> None:
    files = pair(tmp_path)
    content = bytearray(Path(files["v_file"]).read_bytes())
    struct.pack_into("<i", content, 132, n_rows)
    Path(files["v_file"]).write_bytes(content)
    with pytest.raises(RecordingProblem):
        read_entry(files)
    assert capfd.readouterr() == ("", "")


@pytest.mark.shared
def test_real_waves_are_those_of_igor2(shared_data: Path) -> None:
    from igor2 import binarywave

    paths = sorted((shared_data / "efeatures" / "sscx").rglob("*.ibw"))
    for path in paths:
        expected, found = binarywave.load(str(path)), read_wave(path, "v_file")
        data, header = np.asarray(expected["wave"]["wData"]), expected["wave"]["wave_header"]
        assert found.values.dtype == data.dtype
        assert found.values.tobytes() == data.tobytes()
        assert found.step == (header["sfA"][0] if expected["version"] == 5 else header["hsA"])
    assert len(paths) > 300
