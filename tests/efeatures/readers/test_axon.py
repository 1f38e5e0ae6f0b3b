"""Axon files."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import read_entry
from region_grower_hpc.efeatures.trace import standardised
from tests.efeatures.readers.axons import write_abf1

N_SAMPLES = 640


def sweeps(n_channels: int, n_sweeps: int = 3) -> Any:
    index = np.arange(n_sweeps * N_SAMPLES * n_channels, dtype=np.float32)
    return index.reshape(n_sweeps, N_SAMPLES, n_channels)


@pytest.mark.parametrize(
    ("units", "voltage", "current"),
    [(("mV", "pA"), 0, 1), (("pA", "mV"), 1, 0), (("C", "nA", "V", "mV", "pA"), 2, 1)],
)
def test_channels_by_unit(
    tmp_path: Path, units: tuple[str, ...], voltage: int, current: int
) -> None:
    values = sweeps(len(units))
    path = write_abf1(tmp_path / "x.abf", values, units)
    traces = read_entry({"filepath": str(path)})
    assert len(traces) == 3
    for raw, sweep in zip(traces, values, strict=True):
        np.testing.assert_array_equal(raw.voltage, sweep[:, voltage])
        np.testing.assert_array_equal(raw.current, sweep[:, current])
        assert (raw.v_unit, raw.i_unit) == (units[voltage], units[current])
        assert (raw.dt, raw.t_unit) == (pytest.approx(1e-4), "s")


def test_channels_of_the_peer(tmp_path: Path) -> None:
    values = sweeps(2)
    path = write_abf1(tmp_path / "x.abf", values, ("pA", "mV"))
    raw = read_entry({"filepath": str(path)}, compat=True)[0]
    np.testing.assert_array_equal(raw.voltage, values[0, :, 0])
    one = write_abf1(tmp_path / "y.abf", sweeps(1), ("mV",))
    with pytest.raises(RecordingProblem, match="1 channel"):
        read_entry({"filepath": str(one)}, compat=True)


def test_command_from_the_epochs(tmp_path: Path) -> None:
    epochs = [
        (1, 5.0, 0.0, 100, 0),
        (1, -50.0, 10.0, 200, 20),
        (0, 9.0, 0, 50, 0),
        (2, 8.0, 0, 4, 0),
    ]
    path = write_abf1(tmp_path / "x.abf", sweeps(1), ("mV",), epochs, holding=-2.0)
    for number, raw in enumerate(read_entry({"filepath": str(path)})):
        stop = 110 + 200 + 20 * number
        level = -50.0 + 10 * number
        expected = np.full(N_SAMPLES, -2.0)
        expected[10:110] = 5.0
        expected[110:stop] = level
        expected[stop : stop + 4] = np.linspace(level, 8.0, 4)
        np.testing.assert_array_equal(raw.current, expected)
        assert raw.i_unit == "pA"


def test_command_that_stays_at_its_last_level(tmp_path: Path) -> None:
    path = write_abf1(tmp_path / "x.abf", sweeps(1), ("mV",), [(1, 3.0, 1.0, 100, 0)], stays=True)
    first, second, _ = (raw.current for raw in read_entry({"filepath": str(path)}))
    assert (first[0], first[-1], second[0], second[10], second[-1]) == (0.0, 3.0, 3.0, 4.0, 4.0)


def test_an_epoch_beyond_the_sweep_is_cut(tmp_path: Path) -> None:
    path = write_abf1(tmp_path / "x.abf", sweeps(1), ("mV",), [(1, 3.0, 0.0, 2**30, 0)])
    assert (read_entry({"filepath": str(path)})[0].current[10:] == 3.0).all()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"units": ("mV",), "output_units": ("mV", "mV")}, "no output of current"),
        ({"units": ("pA",)}, "no channel has a unit of voltage: 'pA'"),
        ({"units": ("mV",), "source": 2, "epochs": [(1, 1.0, 0, 5, 0)]}, "from another file"),
        ({"units": ("mV",), "epochs": [(9, 1.0, 0, 5, 0)]}, "unknown kind 9"),
    ],
)
def test_no_current(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    path = write_abf1(tmp_path / "x.abf", sweeps(1), **options)
    with pytest.raises(RecordingProblem, match=text):
        read_entry({"filepath": str(path)})


@pytest.mark.parametrize(
    ("offset", "value"), [(10, 2**31 - 1), (48, 2**30), (96, 2**31 - 1), (96, -1), (92, 2**30)]
)
def test_claims_of_the_header(tmp_path: Path, offset: int, value: int) -> None:
    path = write_abf1(tmp_path / "x.abf", sweeps(2), ("mV", "pA"))
    content = bytearray(path.read_bytes())
    struct.pack_into("<i", content, offset, value)
    path.write_bytes(content)
    with pytest.raises(RecordingProblem, match="claims"):
        read_entry({"filepath": str(path)})


def test_truncated(tmp_path: Path) -> None:
    path = write_abf1(tmp_path / "x.abf", sweeps(2), ("mV", "pA"))
    content = path.read_bytes()
    for n_bytes in (1, 4, 100, 363, 364, 5000, 6144, 6244, len(content) - 1):
        path.write_bytes(content[:n_bytes])
        with pytest.raises(RecordingProblem):
            read_entry({"filepath": str(path)})


@pytest.mark.shared
def test_real_file_of_one_channel(shared_data: Path) -> None:
    folder = shared_data / "efeatures"
    (name, truth), *_ = json.loads((folder / "expected" / "abf_truth.json").read_text()).items()
    traces = read_entry({"filepath": str(folder / "abf" / name)})
    for raw, amplitude in zip(traces, truth["amp"], strict=True):
        trace = standardised(raw, {})
        first, stop = (round(truth[key] / trace.dt_ms) for key in ("ton", "toff"))
        inside = trace.current_na[first:stop]
        np.testing.assert_allclose(inside, amplitude, rtol=0, atol=1e-12)
        assert trace.current_na[first - 1] == trace.current_na[stop] == truth["holding"]
        assert raw.voltage.dtype == np.float32
        # Another step, the same in all sweeps, follows: it is not the stimulus.
        assert (raw.ton, raw.toff) == (first, stop)


@pytest.mark.shared
def test_sections_of_a_real_file(shared_data: Path, tmp_path: Path) -> None:
    real = shared_data / "efeatures" / "abf" / "17o05028_ic_steps.abf"
    content = real.read_bytes()
    for section in (1, 2, 3, 5, 10, 11, 15):
        for size, number in ((0, 2**62), (64, 2**40), (64, -1)):
            damaged = bytearray(content)
            struct.pack_into("<Iq", damaged, 76 + 16 * section + 4, size, number)
            path = tmp_path / "x.abf"
            path.write_bytes(damaged)
            with pytest.raises(RecordingProblem, match="claims"):
                read_entry({"filepath": str(path)})
