"""Protocols of current clamp: what current is injected, and what the metadata tell about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from small_neuron import STEP_MS, FloatArray


@dataclass(frozen=True)
class Protocol:
    """A stimulus in several amplitudes.

    Attributes:
        name: as files and metadata call it.
        shape: current by time: (ms, fraction of the amplitude) at which it turns into a line;
            two points at one time are a step. Before the first and after the last it is 0.
        duration_ms: of a sweep.
        percent: amplitudes in % of the rheobase; those of IDthresh are in pA, as it is not known.
        long_percent: amplitude of a long step below the shape, from and to (ms).
        times_ms: begin, end and what else the metadata have to tell. Begins and ends of single
            steps are found by the program.
    """

    name: str
    shape: Sequence[tuple[float, float]]
    duration_ms: float
    percent: Sequence[float]
    long_step: tuple[float, float, float] | None = None
    times_ms: dict[str, float] = field(default_factory=dict)

    def current_na(self, percent: float, rheobase_na: float) -> FloatArray:
        """Injected current without holding current, one value a step of the simulation."""
        t_ms = np.arange(round(self.duration_ms / STEP_MS)) * STEP_MS
        times_ms, levels = zip(*self.shape, strict=True)
        # A sample at the time of a step has the level behind it.
        current = np.interp(t_ms + 1e-6, times_ms, levels, left=0.0, right=0.0) * percent
        if self.long_step is not None:
            begin_ms, end_ms, level = self.long_step
            inside = (t_ms >= begin_ms) & (t_ms < end_ms)
            current = np.where(inside & (current == 0), level, current)
        return np.asarray(current * rheobase_na / 100)


def box(begin_ms: float, end_ms: float) -> list[tuple[float, float]]:
    """Shape of a step."""
    return [(begin_ms, 0.0), (begin_ms, 1.0), (end_ms, 1.0), (end_ms, 0.0)]


#: The gap between the end of a pulse and the begin of the next is what targets of SpikeRec ask for.
PULSES = [point for begin in (50.0, 72.0, 94.0, 116.0) for point in box(begin, begin + 2.0)]
SEARCH = Protocol("IDthresh", box(100, 500), 600.0, tuple(range(20, 320, 20)))
PROTOCOLS = (
    Protocol("IDrest", box(100, 700), 850.0, (60, 110, 130, 150, 170, 200, 225, 250, 275)),
    Protocol("IV", box(100, 500), 700.0, (-100, -80, -60, -40, -20, 20, 40)),
    Protocol("APWaveform", box(20, 70), 120.0, (200, 250, 300, 350)),
    Protocol(
        "APThreshold", [(100, 0.0), (700, 1.0), (700, 0.0)], 800.0, (150, 200, 250),
        times_ms={"ton": 100.0, "toff": 700.0},
    ),
    Protocol(
        "sAHP", box(300, 500), 850.0, (150, 200, 250), (100.0, 800.0, 40.0),
        {"ton": 100.0, "tmid": 300.0, "tmid2": 500.0, "toff": 800.0},
    ),
    Protocol("SpikeRec", PULSES, 250.0, (2000, 2500)),
)  # fmt: skip
