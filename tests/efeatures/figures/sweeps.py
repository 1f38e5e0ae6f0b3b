"""Made recordings for the figures' tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from region_grower_hpc.efeatures.figures.panel import panel_of
from region_grower_hpc.efeatures.figures.recording_pages import panel_pages
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.stimuli import stimulus_of
from region_grower_hpc.efeatures.trace import Trace

DT_MS = 0.1


def sweep(voltage: ArrayLike, current: ArrayLike, amp: Any = 0.1, **others: Any) -> Recording:
    """A recording under a step from 100 to 300 ms."""
    voltage, current = np.asarray(voltage), np.asarray(current)
    t_ms = np.arange(voltage.size) * DT_MS
    stimulus = stimulus_of("IDrest")
    assert stimulus is not None
    values = {
        "ton": 100.0,
        "toff": 300.0,
        "tend": voltage.size * DT_MS,
        "amp": amp,
        "hypamp": 0.0,
        "dt": DT_MS,
    }
    return Recording(
        "cell",
        "IDrest",
        index=0,
        number=0,
        stimulus=stimulus,
        **{
            "values": values,
            "files": ["sweep_7.ibw"],
            "auto_threshold": -40.0,
            "peak_times": [150.0],
            "trace": Trace(t_ms, voltage, current, DT_MS),
            "relative": {"amp_rel": 150.0},
            **others,
        },
    )


def step_sweep(amp: float = 0.1, n_samples: int = 4000, **others: Any) -> Recording:
    """A noisy step with a spike, as float32."""
    noise = np.random.default_rng(7).normal(size=(2, n_samples)).astype(np.float32)
    current, voltage = np.float32(0.01) * noise[0], np.float32(-70) + noise[1]
    current[1000:3000] += np.float32(amp)
    voltage[1500:1520] = 30
    return sweep(voltage, current, amp, **others)


def pages(cell_name: str, protocol: str, recordings: Iterable[Recording]) -> dict[str, bytes]:
    """The files that show recordings."""
    return panel_pages(cell_name, protocol, [panel_of(one) for one in recordings])
