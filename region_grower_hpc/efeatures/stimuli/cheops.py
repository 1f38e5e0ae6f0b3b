"""Three triangles of current, the Cheops pyramids."""

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

_TIMES = ("ton", "t1", "t2", "t3", "t4", "toff")


class _Cheops(Stimulus):
    """Triangles of height amp on [ton, t1), [t2, t3) and [t4, toff), apex in the middle."""

    exported = (*_TIMES, "tend", "amp", "hypamp", "dt", "amp_rel", "hypamp_rel")
    _defaults_ms: ClassVar[dict[str, float]]
    _sign: ClassVar[float]

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        times, warnings = times_or_defaults(sweep, self._defaults_ms, compat)
        sweep.check_order(times)
        smooth = smoothed(sweep.current)
        hold, amp = sweep.amplitude("hypamp"), sweep.amplitude("amp")
        if hold is None:
            hold = level_outside(smooth, times["ton"], sweep.n)
        if amp is None:
            amp = float(np.max(smooth) if self._sign > 0 else np.min(smooth)) - hold
        values = {key: sweep.ms(times[key]) for key in _TIMES} | {
            "tend": sweep.tend,
            "amp": amp,
            "hypamp": hold,
            "dt": sweep.dt,
        }
        return Interpretation(values, warnings=warnings)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        for begin_key, end_key in (("ton", "t1"), ("t2", "t3"), ("t4", "toff")):
            begin, end = sample(values, begin_key), sample(values, end_key)
            apex = int(0.5 * (begin + end))
            rise, fall = current[begin:apex], current[apex:end]
            rise += np.linspace(0.0, values["amp"], len(rise))
            fall += np.linspace(values["amp"], 0.0, len(fall))

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Times of the triangles, and their height."""
        return {
            "delay": values.get("ton"),
            **{key: values.get(key) for key in _TIMES[1:]},
            "amp": values.get("amp"),
            "thresh_perc": values.get("amp_rel"),
            "duration": duration(values),
            "totduration": values.get("tend"),
        }


class NegCheops(_Cheops):
    """Triangles that point down."""

    name = "NegCheops"
    _sign = -1.0
    _defaults_ms: ClassVar[dict[str, float]] = dict(
        zip(_TIMES, (1750.0, 8416.0, 10416.0, 13748.0, 15748.0, 17970.0), strict=True)
    )


class PosCheops(_Cheops):
    """Triangles that point up."""

    name = "PosCheops"
    _sign = 1.0
    _defaults_ms: ClassVar[dict[str, float]] = dict(
        zip(_TIMES, (250.0, 8250.0, 10250.0, 14250.0, 16250.0, 18916.0), strict=True)
    )
