"""A sweep in ms, mV and nA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.units import current_factor, time_factor, voltage_factor

#: Samples at the begin of a sweep that tell its resting potential to `v_corr`.
_RESTING_SAMPLES = 100


@dataclass(frozen=True)
class Trace:
    """Both traces of a sweep in our units.

    Attributes:
        t_ms: (n,) float64, begins with 0.
        voltage_mv: (n,) float32 or float64, as in the file.
        current_na: (n,) float32 or float64, as in the file.
        dt_ms: sampling interval.
    """

    t_ms: NDArray[np.float64]
    voltage_mv: NDArray[Any]
    current_na: NDArray[Any]
    dt_ms: float

    @property
    def n_samples(self) -> int:
        """Of each trace."""
        return len(self.t_ms)

    @property
    def tend_ms(self) -> float:
        """Time behind the last sample."""
        return self.n_samples * self.dt_ms


def standardised(raw: RawTrace, metadata: Mapping[str, Any]) -> Trace:
    """A sweep in ms, mV and nA, computed in the dtype of its file.

    Args:
        raw: as read; not changed.
        metadata: of the recording; `dt`, the units, `v_corr` and `ljp` (mV) are used.

    Raises:
        RecordingProblem: units or dt are neither in the metadata nor in the file; the traces differ
            in length, have less than two samples, or hold samples that are not finite.

    Source: spec 4.1; `bluepyefe.recording.Recording.standardize_trace`.
    """
    n_samples = len(raw.voltage)
    if len(raw.current) != n_samples:
        text = f"the voltage has {n_samples} samples, the current {len(raw.current)}"
        raise RecordingProblem("read", "current", text)
    if n_samples < 2:
        text = f"{n_samples} sample(s) are no recording, it takes two at least"
        raise RecordingProblem("read", "voltage", text)
    interval = sampling_interval(raw, metadata)
    time_scale = time_factor(unit_of(raw, metadata, "t_unit"))
    current_scale = current_factor(unit_of(raw, metadata, "i_unit"))
    voltage_scale = voltage_factor(unit_of(raw, metadata, "v_unit"))
    # What overflows is found below, by its value.
    with np.errstate(all="ignore"):
        t_ms = np.arange(n_samples, dtype=np.float64) * interval
        if time_scale != 1.0:
            t_ms *= time_scale
        current = _scaled(raw.current, current_scale)
        voltage = _corrected(_scaled(raw.voltage, voltage_scale), metadata)
    if not math.isfinite(t_ms[-1]) or t_ms[1] <= 0:
        raise RecordingProblem("units", "dt", f"a sampling interval of {interval} is out of range")
    for key, values in (("voltage", voltage), ("current", current)):
        n_bad = n_samples - int(np.count_nonzero(np.isfinite(values)))
        if n_bad:
            text = f"{n_bad} of {n_samples} samples are not finite"
            raise RecordingProblem("read", key, text)
    return Trace(t_ms, voltage, current, float(t_ms[1]))


def unit_of(raw: RawTrace, metadata: Mapping[str, Any], key: str) -> str:
    """Unit of the metadata, or else of the file.

    Args:
        raw: as read.
        metadata: of the recording.
        key: `i_unit`, `v_unit` or `t_unit`.

    Raises:
        RecordingProblem: units, there is none.
    """
    unit: str | None = metadata.get(key) or getattr(raw, key)
    if not unit:
        raise RecordingProblem(
            "units", key, f"the file does not tell its unit: give {key} in the metadata"
        )
    return unit


def sampling_interval(raw: RawTrace, metadata: Mapping[str, Any]) -> float:
    """Interval of the metadata, or else of the file, in the unit of time.

    Raises:
        RecordingProblem: units, there is none, or no finite number above 0.
    """
    interval = metadata.get("dt") if metadata.get("dt") is not None else raw.dt
    if interval is None:
        text = "the file does not tell its sampling interval: give dt in the metadata"
        raise RecordingProblem("units", "dt", text)
    number = _number("dt", interval)
    if not (math.isfinite(number) and number > 0):
        raise RecordingProblem("units", "dt", f"a sampling interval of {number} is out of range")
    return number


def _scaled(values: NDArray[Any], factor: float) -> NDArray[Any]:
    """Values times a factor, in their dtype."""
    return values if factor == 1.0 else values * values.dtype.type(factor)


def _corrected(voltage_mv: NDArray[Any], metadata: Mapping[str, Any]) -> NDArray[Any]:
    """Voltage moved to a known resting potential, and by the liquid junction potential."""
    scalar = voltage_mv.dtype.type
    resting_mv, junction_mv = metadata.get("v_corr"), metadata.get("ljp")
    if resting_mv is not None and resting_mv is not False:
        median = scalar(np.median(voltage_mv[:_RESTING_SAMPLES]))
        voltage_mv = voltage_mv - median + scalar(_number("v_corr", resting_mv))
    if junction_mv is not None:
        voltage_mv = voltage_mv - scalar(_number("ljp", junction_mv))
    return voltage_mv


def _number(key: str, value: Any) -> float:
    """A number of the metadata."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        text = f"{value!r:.60} is no number"
        raise RecordingProblem("units", key, text) from error
