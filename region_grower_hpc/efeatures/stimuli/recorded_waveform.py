"""Stimuli of any shape, which the recording itself tells."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.stimuli.smoothing import (
    base_current,
    holding_current,
    smoothed,
)
from region_grower_hpc.efeatures.stimuli.stimulus import (
    FloatArray,
    Interpretation,
    Stimulus,
    plain_step,
    sample,
)
from region_grower_hpc.efeatures.stimuli.sweep import Sweep, given_or, holding_scalar

#: Begin and end of a sweep that tell the noise.
_EDGE_MS = 10.0


class _RecordedWaveform(Stimulus):
    """hypamp + amp x waveform on [ton, toff)."""

    exported = (
        *("ton", "toff", "tend", "amp", "hypamp", "dt", "waveform", "amp_rel", "hypamp_rel"),
    )
    listed = ("waveform",)

    @abstractmethod
    def _searched(self, current: NDArray[Any]) -> NDArray[Any]:
        """The current in which begin and end are looked for."""

    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation:
        current = sweep.current
        ton, toff = (sweep.index(key, is_clipped=True) for key in ("ton", "toff"))
        given_hold = sweep.amplitude("hypamp")
        hold = holding_scalar(given_hold, current.dtype)
        if hold is None and ton is not None:
            hold = holding_current(current, ton, sweep.n if toff is None else toff)
        elif hold is None:
            hold = base_current(current)
        interpretation = Interpretation({})
        if ton is None or toff is None:
            found = _active(np.abs(_less(self._searched(current), hold)), sweep.dt)
            if found is None:
                interpretation.status = "detection_failed"
                interpretation.warnings.append(
                    "no stimulus stands out of the noise of the current: give ton and toff in the "
                    "metadata; the whole recording is taken as the stimulus"
                )
                found = 0, sweep.n
            ton = found[0] if ton is None else ton
            toff = found[1] if toff is None else toff
        ton = max(0, min(ton, sweep.n - 1))
        toff = max(ton + 1, min(toff, sweep.n))
        stimulus = _less(current[ton:toff], hold)
        amp = given_or(sweep.amplitude("amp"), np.max(np.abs(stimulus)))
        interpretation.values = {
            **sweep.plain_values(ton, toff, np.float64(amp), hold),
            "waveform": _scaled(stimulus, amp).tolist(),
        }
        return interpretation

    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        begin = sample(values, "ton")
        waveform = np.asarray(values["waveform"], dtype=np.float64)
        inside = current[begin : begin + len(waveform)]
        inside += np.float64(values["amp"]) * waveform[: len(inside)]

    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Delay, amplitude, duration and the waveform with its sampling interval."""
        return plain_step(values) | {key: values.get(key) for key in ("dt", "waveform")}


class PinkNoise(_RecordedWaveform):
    """Noise whose power falls with frequency; its ends are looked for in the smoothed current."""

    name = "PinkNoise"

    def _searched(self, current: NDArray[Any]) -> NDArray[Any]:
        return smoothed(current)


class CapCheck(_RecordedWaveform):
    """Short pulses up and down, for the capacitance; smoothing would swallow them."""

    name = "CapCheck"

    def _searched(self, current: NDArray[Any]) -> NDArray[Any]:
        return current


def _less(current: NDArray[Any], hold: np.floating[Any]) -> NDArray[Any]:
    """Current without the holding current, in the wider of their dtypes, whatever numpy it is."""
    wide = np.result_type(current.dtype, hold.dtype)
    deviation: NDArray[Any] = current.astype(wide) - hold
    return deviation


def _scaled(stimulus: NDArray[Any], amp: float) -> NDArray[Any]:
    """Waveform of amplitude 1; zeros without amplitude."""
    divisor = stimulus.dtype.type(amp)
    if divisor == 0:
        return np.zeros_like(stimulus)
    waveform: NDArray[Any] = stimulus / divisor
    return waveform


def _active(deviations: NDArray[Any], dt_ms: float) -> tuple[int, int] | None:
    """Index of the first sample beyond noise, and of the one behind the last; None if none is."""
    scalar = deviations.dtype.type
    edge = min(max(1, round(_EDGE_MS / dt_ms)), len(deviations))
    noise = np.std(np.concatenate((deviations[:edge], deviations[-edge:])))
    highest = np.max(deviations)
    threshold = max(scalar(4.5) * noise, scalar(0.02) * highest, scalar(1e-5))
    beyond = np.flatnonzero(deviations > threshold)
    return (int(beyond[0]), int(beyond[-1]) + 1) if len(beyond) else None
