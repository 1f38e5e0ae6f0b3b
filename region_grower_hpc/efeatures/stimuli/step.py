"""One step of current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.stimuli.peer_step_detection import detect_step_as_peer
from region_grower_hpc.efeatures.stimuli.smoothing import base_current, holding_current
from region_grower_hpc.efeatures.stimuli.step_detection import detect_step
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Status,
    Stimulus,
    plain_step,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep, holding_scalar

_GIVE_TIMES = "give ton and toff in the metadata; the whole recording is taken as the stimulus"


class Step(Stimulus):
    """hypamp, then hypamp + amp on [ton, toff), then hypamp."""

    name = "Step"
    exported = ("ton", "toff", "tend", "amp", "hypamp", "dt", "amp_rel", "hypamp_rel")

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        ton, toff = sweep.index("ton"), sweep.index("toff")
        given_hold = sweep.amplitude("hypamp")
        hold = holding_scalar(given_hold, sweep.current.dtype)
        status: Status = "ok"
        warnings = []
        if ton is None or toff is None:
            if compat:
                if hold is None:
                    hold = base_current(sweep.current, ton) if ton else base_current(sweep.current)
                ton, toff = detect_step_as_peer(sweep.current, sweep.dt, float(hold), ton, toff)
            else:
                found = detect_step(sweep.current, ton, toff)
                if found.is_certain:
                    ton, toff = found.ton_index, found.toff_index
                else:
                    status = "detection_uncertain"
                    warnings.append(
                        f"no step stands out of the noise of the current: {_GIVE_TIMES}"
                    )
                    ton, toff = ton or 0, sweep.n if toff is None else toff
        if not 0 <= ton < toff:
            status = "detection_failed"
            warnings.append(f"the step ends before it begins: {_GIVE_TIMES}")
            ton, toff = 0, sweep.n
        if hold is None:
            hold = holding_current(sweep.current, ton, toff)
        level = np.median(sweep.current[ton:toff])
        values = sweep.plain_values(ton, toff, level - hold, hold)
        return Interpretation(values, status, warnings)

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        current[sample(values, "ton") : sample(values, "toff")] += np.float64(values["amp"])

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay, amplitude and duration."""
        return plain_step(values)
