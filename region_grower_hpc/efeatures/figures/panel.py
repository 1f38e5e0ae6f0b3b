"""What a figure shows of a recording: small, so that traces need not be kept until it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.figures.envelope import drawable, envelope
from region_grower_hpc.efeatures.figures.shown_text import shown_number, shown_percent, shown_text
from region_grower_hpc.efeatures.problem import RecordingProblem

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.recording import Recording

FloatArray = NDArray[np.float64]

#: Stretches of a trace: 450 an inch on the page.
_N_BINS = 900
_NAME_CHARACTERS = 34
_STATUS_TEXTS = {
    "detection_uncertain": "stimulus uncertain",
    "detection_failed": "stimulus not detected",
}


@dataclass(frozen=True)
class Panel:
    """The drawing of a recording, some 50 kB.

    Attributes:
        amp_na: to sort by; NaN: not known.
        titles: lines above the panel.
        doubt: about the stimulus; "" for none.
        current: times (ms) and current (nA), (2, n).
        voltage: times (ms) and voltage (mV), (2, m).
        generated: times (ms) and current (nA) made again from the parameters, (2, k).
        peaks_ms: times of the spikes.
        threshold_mv: of spikes; NaN: not known.
    """

    amp_na: float
    titles: tuple[str, ...]
    doubt: str
    current: FloatArray
    voltage: FloatArray
    generated: FloatArray
    peaks_ms: FloatArray
    threshold_mv: float


def panel_of(recording: Recording) -> Panel:
    """What to draw of a recording; afterwards its trace may be released.

    A recording without trace gives an empty panel; a stimulus that cannot be made again from its
    parameters is left out.
    """
    trace = recording.trace
    nothing = np.empty((2, 0))
    peaks = drawable([] if recording.peak_times is None else recording.peak_times)
    threshold = recording.auto_threshold
    return Panel(
        amp_na=_number(recording, "amp"),
        titles=_titles(recording),
        doubt=_STATUS_TEXTS.get(recording.status, ""),
        current=nothing if trace is None else _drawn(trace.t_ms, trace.current_na),
        voltage=nothing if trace is None else _drawn(trace.t_ms, trace.voltage_mv),
        generated=nothing if trace is None else _generated(recording),
        peaks_ms=peaks[~np.isnan(peaks)],
        threshold_mv=math.nan if threshold is None else float(drawable([threshold])[0]),
    )


def _drawn(x: NDArray[np.float64], y: NDArray[np.float64]) -> FloatArray:
    return np.stack(envelope(x, y, _N_BINS))


def _generated(recording: Recording) -> FloatArray:
    try:
        return _drawn(*recording.generate())
    except (ArithmeticError, LookupError, MemoryError, RecordingProblem, TypeError, ValueError):
        # Parameters of a recording whose detection failed may be anything.
        return np.empty((2, 0))


def _titles(recording: Recording) -> tuple[str, ...]:
    """Amplitudes, holding, and the name of the recording."""
    amplitudes = f"amp {_amplitude(recording, 'amp')}"
    if "amp2" in recording.values:
        amplitudes += f", amp2 {_amplitude(recording, 'amp2')}"
    holding = f"holding {shown_number(_number(recording, 'hypamp'))} nA"
    delta = _number(recording, "delta")
    if math.isfinite(delta):
        holding += f", delta {shown_number(delta)} ms"
    repetition = recording.repetition
    end = "" if repetition is None else f", repetition {shown_text(repetition, 12)}"
    name = shown_text(recording.name, _NAME_CHARACTERS - len(end))
    return amplitudes, holding, f"{name}{end}"


def _amplitude(recording: Recording, key: str) -> str:
    """An amplitude of the stimulus, with its part of the rheobase if there is one."""
    relative = recording.relative.get(f"{key}_rel")
    absolute = shown_number(_number(recording, key))
    if relative is None or not math.isfinite(relative):
        return f"{absolute} nA"
    return f"{absolute} nA ({shown_percent(relative)})"


def _number(recording: Recording, key: str) -> float:
    """A parameter of the stimulus, NaN if it has none."""
    value = recording.values.get(key)
    return float(value) if isinstance(value, (int, float, np.number)) else math.nan
