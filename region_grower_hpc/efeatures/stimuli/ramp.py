"""A linear ramp of current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.stimuli.smoothing import base_current, smoothed
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Status,
    Stimulus,
    plain_step,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep, holding_scalar

#: Samples before the end of a ramp that tell its amplitude.
_TOP_SAMPLES = 10


class Ramp(Stimulus):
    """hypamp, then a line from hypamp to hypamp + amp on [ton, toff), then hypamp."""

    name = "Ramp"
    exported = ("ton", "toff", "tend", "amp", "hypamp", "dt", "amp_rel", "hypamp_rel")
    required = ("ton",)

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        ton, toff = sweep.required_index("ton", self.name), sweep.index("toff")
        status: Status = "ok"
        warnings = []
        if toff is None:
            toff = ton + int(np.argmax(smoothed(sweep.current)[ton:])) if ton < sweep.n else ton
            if toff == ton:
                status, toff = "detection_failed", sweep.n
                warnings.append(
                    "the current does not rise behind ton: give toff in the metadata; the ramp is "
                    "taken to last to the end of the recording"
                )
        sweep.check_order({"ton": ton, "toff": toff})
        given_hold = sweep.amplitude("hypamp")
        hold = holding_scalar(given_hold, sweep.current.dtype)
        if hold is None:
            hold = base_current(sweep.current)
        top = np.median(sweep.current[max(0, toff - _TOP_SAMPLES) : toff])
        values = sweep.plain_values(ton, toff, top - hold, hold)
        return Interpretation(values, status, warnings)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        inside = current[sample(values, "ton") : sample(values, "toff")]
        inside += np.linspace(0.0, values["amp"], len(inside))

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay, amplitude and duration of the ramp."""
        return plain_step(values)
