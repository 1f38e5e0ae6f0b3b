"""A short step of current within a long one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.stimuli.levels import level_outside
from region_grower_hpc.efeatures.stimuli.sahp_detection import detect_sahp
from region_grower_hpc.efeatures.stimuli.smoothing import smoothed
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Stimulus,
    duration,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep

_TIMES = ("ton", "tmid", "tmid2", "toff")


class SAHP(Stimulus):
    """hypamp + amp on [ton, tmid) and [tmid2, toff), hypamp + amp2 on [tmid, tmid2)."""

    name = "SAHP"
    exported = (
        *_TIMES,
        *("tend", "amp", "amp2", "hypamp", "dt", "amp_rel", "amp2_rel", "hypamp_rel"),
    )
    matched = "amp2"

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        given = {key: index for key in _TIMES if (index := sweep.index(key)) is not None}
        given_hold = sweep.amplitude("hypamp")
        tend = sweep.tend
        if len(given) == len(_TIMES):
            sweep.check_order(given)
            times = given
            ton, tmid, tmid2, toff = (given[key] for key in _TIMES)
            smooth = smoothed(sweep.current)
            hold = level_outside(smooth, ton, toff) if given_hold is None else given_hold
            long = float(np.median(np.concatenate((smooth[ton:tmid], smooth[tmid2:toff]))))
            short = float(np.median(smooth[tmid:tmid2]))
            if sweep.index("tend") is not None:
                tend = sweep.number("tend") or 0.0
        else:
            found = detect_sahp(sweep.current, sweep.dt, given.get("ton"))
            times = {key: getattr(found, key) for key in _TIMES}
            hold = found.hold if given_hold is None else given_hold
            long, short = found.long_level, found.short_level
        amp, amp2 = sweep.amplitude("amp"), sweep.amplitude("amp2")
        values = {key: sweep.ms(times[key]) for key in _TIMES} | {
            "tend": tend,
            "amp": long - hold if amp is None else amp,
            "amp2": short - hold if amp2 is None else amp2,
            "hypamp": hold,
            "dt": sweep.dt,
        }
        return Interpretation(values)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        ton, tmid, tmid2, toff = (sample(values, key) for key in _TIMES)
        current[ton:tmid] += np.float64(values["amp"])
        current[tmid:tmid2] += np.float64(values["amp2"])
        current[tmid2:toff] += np.float64(values["amp"])

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay and duration of both steps; `amp` is that of the short one."""
        return {
            "delay": values.get("ton"),
            "tmid": values.get("tmid"),
            "tmid2": values.get("tmid2"),
            "toff": values.get("toff"),
            "amp": values.get("amp2"),
            "long_amp": values.get("amp"),
            "thresh_perc": values.get("amp2_rel"),
            "duration": duration(values, "tmid", "tmid2"),
            "totduration": values.get("tend"),
        }
