"""Two steps of current, one right behind the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from region_grower_hpc.efeatures.stimuli.default_times import times_or_defaults
from region_grower_hpc.efeatures.stimuli.levels import level_outside
from region_grower_hpc.efeatures.stimuli.smoothing import smoothed
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Stimulus,
    duration,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep

_TIMES = ("ton", "tmid", "toff")
_DEFAULTS_MS = {"ton": 250.0, "tmid": 700.0, "toff": 970.0}


class _TwoSteps(Stimulus):
    """hypamp + amp on [ton, tmid), hypamp + amp2 on [tmid, toff)."""

    exported = (
        *_TIMES,
        *("tend", "amp", "amp2", "hypamp", "dt", "amp_rel", "amp2_rel", "hypamp_rel"),
    )
    _percent: ClassVar[str]

    def _times(self, sweep: Sweep, compat: bool) -> tuple[dict[str, int], list[str]]:
        return {key: sweep.required_index(key, self.name) for key in _TIMES}, []

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        times, warnings = self._times(sweep, compat)
        sweep.check_order(times)
        ton, tmid, toff = (times[key] for key in _TIMES)
        smooth = smoothed(sweep.current)
        hold, amp, amp2 = (sweep.amplitude(key) for key in ("hypamp", "amp", "amp2"))
        if hold is None:
            hold = level_outside(smooth, ton, toff)
        values = {key: sweep.ms(times[key]) for key in _TIMES} | {
            "tend": sweep.tend,
            "amp": float(np.median(smooth[ton:tmid])) - hold if amp is None else amp,
            "amp2": float(np.median(smooth[tmid:toff])) - hold if amp2 is None else amp2,
            "hypamp": hold,
            "dt": sweep.dt,
        }
        return Interpretation(values, warnings=warnings)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        ton, tmid, toff = (sample(values, key) for key in _TIMES)
        current[ton:tmid] += np.float64(values["amp"])
        current[tmid:toff] += np.float64(values["amp2"])

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Times and amplitudes of both steps."""
        return {
            "delay": values.get("ton"),
            "tmid": values.get("tmid"),
            "toff": values.get("toff"),
            "amp": values.get("amp"),
            "amp2": values.get("amp2"),
            "thresh_perc": values.get(self._percent),
            "duration": duration(values),
            "totduration": values.get("tend"),
        }


class DeHyperPol(_TwoSteps):
    """A step up, then one down."""

    name = "DeHyperPol"
    required = _TIMES
    _percent = "amp2_rel"


class HyperDePol(_TwoSteps):
    """A step down, then one up."""

    name = "HyperDePol"
    _percent = "amp_rel"

    def _times(self, sweep: Sweep, compat: bool) -> tuple[dict[str, int], list[str]]:
        return times_or_defaults(sweep, _DEFAULTS_MS, compat)
