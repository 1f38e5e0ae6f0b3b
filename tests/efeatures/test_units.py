"""Units, and sweeps in ms, mV and nA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace, samples
from region_grower_hpc.efeatures.trace import standardised
from region_grower_hpc.efeatures.units import (
    current_factor,
    time_factor,
    unit_problem,
    voltage_factor,
)

UNITS = {"t_unit": "s", "i_unit": "A", "v_unit": "V"}


def raw_trace(dtype: Any = np.float32, n_samples: int = 200, **others: Any) -> RawTrace:
    rng = np.random.default_rng(1)
    voltage = rng.normal(-0.07, 0.01, n_samples).astype(dtype)
    current = rng.normal(1e-10, 1e-11, n_samples).astype(dtype)
    return RawTrace(voltage, current, **{"dt": 0.00025, **others})


def test_units_in_any_case_or_exactly() -> None:
    assert [current_factor(unit) for unit in ("A", "AMPS", "amperes", "mA", "uA", "nA", "pA")] == [
        *(1e9, 1e9, 1e9, 1e6, 1e3, 1.0, 1e-3)
    ]
    assert [voltage_factor(unit) for unit in ("V", "Volts", "mV", "uV")] == [1e3, 1e3, 1.0, 1e-3]
    assert [time_factor(unit) for unit in ("S", "sec", "Seconds", "ms", "10th_ms")] == [
        *(1e3, 1e3, 1e3, 1.0, 0.1)
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [("i_unit", "na"), ("i_unit", "V"), ("v_unit", "MV"), ("t_unit", "MS"), ("t_unit", 1)],
)
def test_unknown_unit(key: str, value: Any) -> None:
    problem = unit_problem(key, value)
    assert problem is not None
    assert repr(value) in problem


def test_arithmetic_stays_in_the_dtype_of_the_file() -> None:
    raw = raw_trace()
    trace = standardised(raw, {**UNITS, "v_corr": -70.1, "ljp": 14})
    assert trace.voltage_mv.dtype == trace.current_na.dtype == np.float32
    assert trace.t_ms.dtype == np.float64
    voltage = raw.voltage * np.float32(1e3)
    voltage = voltage - np.median(voltage[:100]) + np.float32(-70.1) - np.float32(14)
    np.testing.assert_array_equal(trace.voltage_mv, voltage)
    np.testing.assert_array_equal(trace.current_na, raw.current * np.float32(1e9))
    np.testing.assert_array_equal(trace.t_ms, np.arange(200) * 0.00025 * 1e3)
    assert trace.dt_ms == trace.t_ms[1]
    assert trace.tend_ms == 200 * trace.dt_ms


@pytest.mark.parametrize("value", [None, False])
def test_no_correction(value: Any) -> None:
    raw = raw_trace(np.float64)
    trace = standardised(raw, {**UNITS, "v_unit": "mV", "v_corr": value})
    np.testing.assert_array_equal(trace.voltage_mv, raw.voltage)


def test_correction_to_zero_is_one() -> None:
    trace = standardised(raw_trace(np.float64), {**UNITS, "v_corr": 0})
    assert np.median(trace.voltage_mv[:100]) == pytest.approx(0.0, abs=1e-12)


def test_metadata_win_over_the_file() -> None:
    raw = raw_trace(t_unit="s", i_unit="A", v_unit="V")
    trace = standardised(raw, {"t_unit": "ms", "i_unit": "nA", "v_unit": "mV", "dt": 0.5})
    np.testing.assert_array_equal(trace.current_na, raw.current)
    np.testing.assert_array_equal(trace.voltage_mv, raw.voltage)
    assert trace.dt_ms == 0.5


@pytest.mark.parametrize(
    ("raw", "metadata", "stage", "key"),
    [
        (raw_trace(), {"t_unit": "s", "i_unit": "A"}, "units", "v_unit"),
        (raw_trace(dt=None), UNITS, "units", "dt"),
        (raw_trace(dt=0.0), UNITS, "units", "dt"),
        (raw_trace(dt=1e307), UNITS, "units", "dt"),
        (raw_trace(i_unit="furlong"), {"t_unit": "s", "v_unit": "V"}, "units", "i_unit"),
        (raw_trace(n_samples=1), UNITS, "read", "voltage"),
        (RawTrace(np.zeros(5), np.zeros(6), 0.1), UNITS, "read", "current"),
        (RawTrace(np.zeros(5), np.full(5, np.nan), 0.1), UNITS, "read", "current"),
        (RawTrace(np.full(5, 1e306), np.zeros(5), 0.1), UNITS, "read", "voltage"),
    ],
)
def test_problem(raw: RawTrace, metadata: dict[str, Any], stage: str, key: str) -> None:
    with pytest.raises(RecordingProblem) as caught:
        standardised(raw, metadata)
    assert (caught.value.stage, caught.value.key) == (stage, key)


def test_samples_in_native_order() -> None:
    big = np.array([1.5, -2.25], dtype=">f4")
    assert samples(big, "voltage").dtype == np.dtype("=f4")
    np.testing.assert_array_equal(samples(big, "voltage"), big)
    assert samples(np.array([1, 2], dtype=np.int16), "voltage").dtype == np.float64


@pytest.mark.parametrize("values", [[[1.0]], ["a"], [1j], None, [[1], [1, 2]], np.array([True])])
def test_no_samples(values: Any) -> None:
    with pytest.raises(RecordingProblem, match="voltage"):
        samples(values, "voltage")


def test_dictionary_of_a_users_reader() -> None:
    raw = RawTrace.of({"voltage": [1, 2], "current": [0.0, 1.0], "dt": 1, "ton": 1.2, "id": 7})
    assert (raw.dt, raw.ton, raw.id, raw.toff) == (1.0, 1, "7", None)


@pytest.mark.parametrize(
    "mapping",
    [
        {"voltage": [1.0]},
        {"voltage": [1.0], "current": [1.0], "dt": "x"},
        {"voltage": [1.0], "current": [1.0], "i_unit": 3},
        [1.0],
    ],
)
def test_wrong_dictionary_of_a_users_reader(mapping: Any) -> None:
    with pytest.raises(RecordingProblem):
        RawTrace.of(mapping)
