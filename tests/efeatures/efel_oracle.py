"""Sweeps, and eFEL called plainly: reset, settings, one feature."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.trace import Trace

Window = tuple[float, float]
#: Settings of a target that are no settings of eFEL.
_WINDOW = ("stim_start", "stim_end", "multi_stim_start", "multi_stim_end")


def made_trace(
    voltage_mv: Any, dt_ms: float = 0.1, dtype: Any = np.float32, current_na: Any = None
) -> Trace:
    """A sweep of given samples."""
    voltage = np.asarray(voltage_mv, dtype)
    current = np.zeros_like(voltage) if current_na is None else np.asarray(current_na, dtype)
    return Trace(np.arange(len(voltage)) * dt_ms, voltage, current, dt_ms)


def spiking(n_spikes: int = 6, dt_ms: float = 0.1) -> tuple[Trace, Window]:
    """A step of current with spikes, each with a fast afterhyperpolarisation; its window."""
    t_ms = np.arange(0, 300, dt_ms)
    on = (t_ms >= 100) & (t_ms < 250)
    voltage = -70 + 12 * on * (1 - np.exp(-(t_ms - 100) / 8))
    for number in range(n_spikes):
        since = t_ms - (112 + 130 * (number / max(n_spikes, 1)) ** 1.2)
        voltage += 95 * np.exp(-((since / 0.6) ** 2)) - 9 * np.exp(-(((since - 4) / 2.5) ** 2))
    noise = np.random.default_rng(1).normal(0, 0.05, t_ms.size)
    return made_trace(voltage + noise, dt_ms, current_na=0.3 * on), (100.0, 250.0)


def hyperpolarised() -> tuple[Trace, Window]:
    """A step of negative current with a sag; its window."""
    t_ms = np.arange(0, 400, 0.1)
    since = np.clip(t_ms - 100, 0, None)
    on = (t_ms >= 100) & (t_ms < 300)
    voltage = -70 - on * (15 * (1 - np.exp(-since / 12)) - 5 * (1 - np.exp(-since / 40)))
    voltage -= (t_ms >= 300) * 10 * np.exp(-(t_ms - 300) / 12)
    return made_trace(voltage, current_na=-0.1 * on), (100.0, 300.0)


def real_sweeps(shared_data: Path, cell: str, protocol: str) -> Iterator[tuple[Trace, Window]]:
    """Recordings of the three cortical cells."""
    source = shared_data / "efeatures" / "metadata" / "files_sscx.json"
    for entry in json.loads(source.read_text())[cell][protocol]:
        voltage, current = (_wave(source.parent / entry[key]) for key in ("v_file", "i_file"))
        if np.abs(current).max() > 1e-3:
            voltage, current = current, voltage
        voltage = voltage * np.float32(1e3) - np.float32(entry.get("ljp", 0))
        dt_ms = entry["dt"] * 1e3
        trace = made_trace(voltage, dt_ms, current_na=current * np.float32(1e9))
        yield trace, (entry.get("ton", 0.0), entry.get("toff", len(voltage) * dt_ms))


def _wave(path: Path) -> NDArray[np.float32]:
    from igor2 import binarywave

    return np.asarray(binarywave.load(str(path))["wave"]["wData"]).astype(np.float32)


def plain_value(
    name: str,
    trace: Trace,
    window_ms: Window,
    amp_na: float,
    auto_threshold_mv: float,
    settings: Mapping[str, Any],
) -> float | Exception:
    """One feature by eFEL's public functions, straight after a reset."""
    import efel

    efel.reset()
    efel.set_setting("stimulus_current", amp_na)
    if "Threshold" not in settings:
        efel.set_setting("Threshold", auto_threshold_mv)
    for setting, value in settings.items():
        if setting not in _WINDOW:
            efel.set_setting(setting, value)
    begin, end = (settings.get(key, one) for key, one in zip(_WINDOW, window_ms, strict=False))
    sweep = {
        "T": trace.t_ms,
        "V": trace.voltage_mv,
        "I": trace.current_na,
        "stim_start": [begin],
        "stim_end": [end],
    }
    sweep |= {key: list(settings[key]) for key in _WINDOW[2:] if key in settings}
    try:
        values = efel.get_feature_values([sweep], [name], raise_warnings=False)[0][name]
    except Exception as error:
        return error
    values = [] if values is None else [one for one in values if one is not None]
    if not values or np.all(np.isnan(values)):
        return math.nan
    mean = float(np.nanmean(values))
    return math.nan if math.isinf(mean) else mean
