"""A train of short pulses of current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.stimuli.smoothing import base_current, smoothed
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Stimulus,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep

#: Pulses are narrower than what 85 samples keep.
_SMOOTHING = 15
#: Share of the amplitude beyond the holding current where a pulse begins.
_RISE = 0.1
#: Samples between two pulses at least, less one.
_GAP = 10


class _Pulses(NamedTuple):
    """Begins (ms); mean duration and mean time from an end to the next begin, ms."""

    begins: list[float]
    duration: float | None
    delta: float | None


class SpikeRec(Stimulus):
    """Pulses at hypamp + amp, of one duration, with pauses delta between them.

    The amplitude includes the holding current, as in bluepyefe. Targets are compared with delta.
    """

    name = "SpikeRec"
    exported = (
        *("tend", "tspike", "spike_duration", "delta", "amp", "hypamp", "dt"),
        *("amp_rel", "hypamp_rel"),
    )
    listed = ("tspike",)
    matched = "delta"

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        smooth = smoothed(sweep.current, _SMOOTHING)
        hold, amp = sweep.amplitude("hypamp"), sweep.amplitude("amp")
        if hold is None:
            hold = float(base_current(sweep.current))
        if amp is None:
            amp = float(np.max(smooth))
        found = _pulses(smooth > hold + _RISE * amp, sweep.dt)
        values = {
            "ton": 0.0,
            "toff": sweep.tend,
            "tend": sweep.tend,
            "tspike": found.begins,
            "spike_duration": found.duration,
            "delta": found.delta,
            "amp": amp,
            "hypamp": hold,
            "dt": sweep.dt,
        }
        if found.begins:
            return Interpretation(values)
        return Interpretation(values, "detection_failed", ["no pulse was found in the current"])

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        if not values["tspike"]:
            return
        begin = sample({"first": values["tspike"][0], "dt": values["dt"]}, "first")
        end = int((values["tspike"][0] + values["spike_duration"]) / values["dt"])
        current[max(0, begin) : end] += np.float64(values["amp"])
        for _ in values["tspike"][1:]:
            begin = int(end + values["delta"] / values["dt"])
            end = begin + sample(values, "spike_duration")
            current[begin:end] += np.float64(values["amp"])

    def effective(
        self, values: Mapping[str, Any], relative: Mapping[str, Any], absolute: bool
    ) -> float | None:
        """Time between the pulses, ms, in either mode."""
        return super().effective(values, relative, absolute=True)

    def pulses(self, values: Mapping[str, Any]) -> tuple[list[float], list[float]] | None:
        """Begins and ends of the pulses, ms."""
        begins = list(values["tspike"])
        return begins, [begin + values["spike_duration"] for begin in begins]

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay, number and amplitude of the pulses."""
        begins = values.get("tspike") or []
        return {
            "delay": begins[0] if begins else None,
            "n_spikes": len(begins),
            "delta": values.get("delta"),
            "amp": values.get("amp"),
            "thresh_perc": values.get("amp_rel"),
            "spike_duration": values.get("spike_duration"),
            "totduration": values.get("tend"),
        }


def _pulses(is_high: NDArray[np.bool_], dt_ms: float) -> _Pulses:
    """Runs of high samples; those at most `_GAP` samples apart are one."""
    high = np.flatnonzero(is_high)
    if not len(high):
        return _Pulses([], None, None)
    cuts = np.flatnonzero(np.diff(high) > _GAP)
    first = high[np.concatenate(([0], cuts + 1))]
    last = high[np.concatenate((cuts, [len(high) - 1]))]
    begins, lengths = first - 1, last - first + 1
    dt = np.float64(dt_ms)
    pauses = dt * (begins[1:] - (begins[:-1] + lengths[:-1]))
    delta = float(np.mean(pauses)) if len(pauses) else None
    return _Pulses((begins * dt).tolist(), float(np.mean(lengths * dt)), delta)
