from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import iirpeak, lfilter

from region_grower_hpc.efeatures.figures.impedance import impedance, impedance_curve
from tests.efeatures.figures.sweeps import DT_MS, step_sweep, sweep


def resonance(dt_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """Voltage of a membrane that resonates at 8 Hz, and a current with all frequencies."""
    current = np.random.default_rng(5).normal(0, 0.1, int(20_000 / dt_ms))
    return -70 + lfilter(*iirpeak(8.0, 2.0, fs=1e3 / dt_ms), current), current


@pytest.mark.parametrize("dt_ms", [0.1, 0.25])
def test_the_peak_lies_at_the_resonance_whatever_the_interval(dt_ms: float) -> None:
    frequencies, curve = impedance_curve(*resonance(dt_ms), dt_ms, 50.0)
    assert frequencies[curve.argmax()] == pytest.approx(8.0, abs=0.2)
    assert frequencies[0] > 0
    assert frequencies[-1] == pytest.approx(50.0)
    assert 0.5 < curve.max() <= 1


def test_holding_values_have_no_influence() -> None:
    voltage, current = resonance(0.25)
    plain = impedance_curve(voltage, current, 0.25, 50.0)
    shifted = impedance_curve(voltage + 200, current - 3, 0.25, 50.0)
    np.testing.assert_allclose(shifted[1], plain[1], rtol=1e-9)


def test_it_peaks_where_efel_says() -> None:
    efel = pytest.importorskip("efel")
    voltage, current = resonance(0.25)
    t_ms = np.arange(voltage.size) * 0.25
    trace = {"T": t_ms, "V": voltage, "I": current, "stim_start": [100.0], "stim_end": [19_000.0]}
    efel.reset()
    efel.set_setting("interp_step", 0.25)
    found = efel.get_feature_values([trace], ["impedance"], raise_warnings=False)[0]["impedance"]
    efel.reset()
    frequencies, curve = impedance_curve(voltage, current, 0.25, 50.0)
    assert frequencies[curve.argmax()] == pytest.approx(found[0], abs=1e-3)


@pytest.mark.parametrize(
    ("voltage", "current"),
    [
        (np.ones(100), np.zeros(100)),
        (np.zeros(100), np.arange(100)),
        (np.arange(100.0) * np.nan, np.arange(100)),
        (np.arange(100), np.full(100, np.inf)),
        (np.ones(1), np.ones(1)),
        (np.ones(0), np.ones(0)),
    ],
)
def test_without_current_or_numbers_the_figure_says_so(
    voltage: np.ndarray, current: np.ndarray
) -> None:
    assert impedance_curve(voltage, current, DT_MS, 50.0)[0].size == 0
    files = impedance("c", "SineSpec", 2, sweep(voltage, current), 50.0)
    stem = "c/impedance/c_SineSpec_2_sweep_7_impedance"
    assert list(files) == [f"{stem}.pdf", f"{stem}.png"]


def test_without_trace_there_is_no_figure() -> None:
    assert impedance("c", "SineSpec", 0, step_sweep(trace=None), 50.0) == {}
