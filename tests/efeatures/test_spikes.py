"""Threshold of spikes and their times."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import efel
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from region_grower_hpc.efeatures.efel_engine import Engine
from region_grower_hpc.efeatures.spikes import auto_threshold, is_silent
from region_grower_hpc.efeatures.trace import Trace
from tests.efeatures.efel_oracle import Window, hyperpolarised, made_trace, real_sweeps, spiking

STRICT = {"strict_stiminterval": True, "interp_step": 0.025}


def plain_peak_times(trace: Trace, window_ms: Window, given: dict[str, Any]) -> list[float]:
    efel.reset()
    for name, value in given.items():
        efel.set_setting(name, value)
    sweep = {"T": trace.t_ms, "V": trace.voltage_mv}
    sweep |= {"stim_start": [window_ms[0]], "stim_end": [window_ms[1]]}
    times = efel.get_feature_values([sweep], ["peak_time"], raise_warnings=False)[0]["peak_time"]
    return [] if times is None else times.tolist()


def test_threshold_above_the_higher_median() -> None:
    voltage = np.array([-70] * 10 + [-50] * 10, np.float32)
    assert auto_threshold(voltage, 10, 20) == -30
    assert auto_threshold(voltage[::-1], 10, 20) == -30
    assert auto_threshold(voltage + 100, 10, 20) == 50


def test_threshold_in_the_dtype_of_the_file() -> None:
    voltage = np.array([-70.1] * 5 + [-50.3] * 5, np.float32)
    assert auto_threshold(voltage, 5, 10) == float(np.float32(-50.3) + np.float32(20))
    assert auto_threshold(voltage.astype(np.float64), 5, 10) == float(np.float32(-50.3)) + 20


def test_threshold_without_samples_before_the_stimulus() -> None:
    voltage = np.full(10, -50.0)
    assert auto_threshold(voltage, 0, 10) == -30
    assert math.isnan(auto_threshold(voltage, 0, 10, compat=True))
    assert math.isnan(auto_threshold(voltage, 10, 10))


def test_peak_times_count_spikes_within_the_window() -> None:
    trace, window = spiking(6)
    with Engine() as engine:
        assert len(engine.peak_times(trace, window, -20.0, STRICT)) == 6
        assert len(engine.peak_times(trace, (100.0, 170.0), -20.0, STRICT)) < 6
        loose = STRICT | {"strict_stiminterval": False}
        assert len(engine.peak_times(trace, (100.0, 170.0), -20.0, loose)) == 6


def test_threshold_of_the_settings_wins() -> None:
    trace, window = spiking(3)
    with Engine() as engine:
        assert engine.peak_times(trace, window, 100.0, STRICT) == []
        assert len(engine.peak_times(trace, window, 100.0, STRICT | {"Threshold": -20})) == 3
        assert len(engine.peak_times(trace, window, -20.0, STRICT | {"Threshold": None})) == 3
        assert engine.peak_times(trace, window, math.nan, STRICT) == []


def test_window_is_that_of_the_stimulus() -> None:
    trace, window = spiking(3)
    with Engine() as engine:
        narrowed = STRICT | {"stim_start": 0.0, "stim_end": 1.0}
        assert len(engine.peak_times(trace, window, -20.0, narrowed)) == 3


def test_silent_sweep() -> None:
    trace, window = hyperpolarised()
    with Engine() as engine:
        assert engine.peak_times(trace, window, -20.0, STRICT) == []
    assert is_silent(trace.voltage_mv, -20.0)
    assert is_silent(trace.voltage_mv, math.nan)
    assert not is_silent(trace.voltage_mv, float(trace.voltage_mv.max()))


@pytest.mark.shared
@pytest.mark.parametrize("protocol", ["IDrest", "APWaveform", "SpikeRec"])
def test_peak_times_of_real_recordings(shared_data: Path, protocol: str) -> None:
    n_spikes = 0
    with Engine() as engine:
        for trace, window in list(real_sweeps(shared_data, "C060109A1-SR-C1", protocol))[::4]:
            begin, end = (round(one / trace.dt_ms) for one in window)
            threshold = auto_threshold(trace.voltage_mv, begin, end)
            times = engine.peak_times(trace, window, threshold, STRICT)
            assert times == plain_peak_times(trace, window, STRICT | {"Threshold": threshold})
            n_spikes += len(times)
    assert n_spikes > 0


# Levels at, next to and far from the threshold: plateaus, touches and crossings.
LEVELS = [-65.0, -20.0, np.nextafter(-20.0, 0), np.nextafter(-20.0, -30), -20.0000001, 30.0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(LEVELS), min_size=3, max_size=25),
    st.sampled_from([(0.0, 1.0), (0.2, 1.1), (0.5, 0.6), (0.0, 99.0), (0.3, 2.4)]),
    st.sampled_from([0.025, 0.1, 0.07, 0.25]),
    st.sampled_from([np.float32, np.float64]),
    st.booleans(),
)
@example([-65.0, 30.0, 30.0, -65.0], (0.1, 0.2), 0.1, np.float32, True)
def test_peak_times_of_plateaus_and_window_edges(
    voltage: list[float], window: Window, step: float, dtype: Any, strict: bool
) -> None:
    trace = made_trace(voltage, 0.1, dtype)
    if window[0] > trace.t_ms[-1]:
        return
    given = {"Threshold": -20.0, "interp_step": step, "strict_stiminterval": strict}
    with Engine() as engine:
        times = engine.peak_times(trace, window, 0.0, given)
    assert times == plain_peak_times(trace, window, given)
