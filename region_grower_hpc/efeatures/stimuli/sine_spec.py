"""A sine of growing frequency, which shows the impedance of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.stimuli.smoothing import base_current, smoothed
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Stimulus,
    plain_step,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep

_DEFAULTS_MS = {"ton": 150.0, "toff": 5100.0}
#: Constants of the chirp: Hz, Hz s, s, s.
_CHIRP = {
    "chirp_frequency_base": 1.0,
    "chirp_frequency_scale": 1.0,
    "chirp_frequency_denominator": 5.15,
    "chirp_time_offset": 0.1,
}


class SineSpec(Stimulus):
    """hypamp + amp sin(2 pi (base + scale / (denominator - u)) u) on [ton, toff), u = t - offset.

    t and u are in s.
    """

    name = "SineSpec"
    exported = (
        *("ton", "toff", "tend", "amp", "hypamp", "dt", "amp_rel", "hypamp_rel"),
        *_CHIRP,
    )

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        times, warnings = {}, []
        for key, default_ms in _DEFAULTS_MS.items():
            index = sweep.index(key)
            if index is None:
                # bluepyefe takes the milliseconds as samples.
                taken_ms = default_ms * sweep.dt if compat else default_ms
                index = sweep.default_index(key, taken_ms)
                warnings.append(f"{key} is not given: {taken_ms:g} ms is taken")
            times[key] = index
        sweep.check_order(times)
        hold, amp = sweep.amplitude("hypamp"), sweep.amplitude("amp")
        if hold is None:
            hold = float(base_current(sweep.current))
        if amp is None:
            amp = float(np.max(smoothed(sweep.current))) - hold
        values = {
            "ton": sweep.ms(times["ton"]),
            "toff": sweep.ms(times["toff"]),
            "tend": sweep.tend,
            "amp": amp,
            "hypamp": hold,
            "dt": sweep.dt,
        }
        for key, default in _CHIRP.items():
            given = sweep.number(key)
            values[key] = default if given is None else given
        return Interpretation(values, warnings=warnings)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        inside = slice(sample(values, "ton"), sample(values, "toff"))
        seconds = np.arange(len(current))[inside] * np.float64(values["dt"] / 1e3)
        base, scale, denominator, offset = (values[key] for key in _CHIRP)
        shifted = seconds - offset
        # Where the denominator ends the frequency has none: that sample stays without a value.
        with np.errstate(all="ignore"):
            frequency = base + scale / (denominator - shifted)
            current[inside] += values["amp"] * np.sin(2.0 * np.pi * frequency * shifted)

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay, amplitude, duration and the constants of the chirp."""
        return plain_step(values) | {key: values.get(key) for key in _CHIRP}
