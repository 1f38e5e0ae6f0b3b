"""The sweeps that tell a cell's rheobase: how strong each was and how often the cell spiked."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

#: A spike at less current than this is likely no response to it, nA.
SUSPICIOUS_AMP_NA = 0.01


@dataclass(frozen=True)
class Sweeps:
    """Sweeps in the order of their amplitudes, then of their spikes.

    Attributes:
        amps: (n,) float64, nA.
        counts: (n,) int64, spikes; 0 for a silent sweep.
    """

    amps: NDArray[np.float64]
    counts: NDArray[np.int64]


def sweeps_of(cell: Any, protocols_rheobase: Collection[str], compat: bool = False) -> Sweeps:
    """The sweeps of a cell under protocols of these exact names.

    Args:
        cell: with `name` and `recordings`, which have `protocol_name`, `amp`, `spikecount`
            (None where there is no spike) and `files`.
        protocols_rheobase: names.
        compat: leave out silent sweeps, as bluepyefe does.
    """
    pairs = []
    for recording in cell.recordings:
        if recording.protocol_name not in protocols_rheobase or recording.amp is None:
            continue
        amp, count = float(recording.amp), int(recording.spikecount or 0)
        if not np.isfinite(amp) or (compat and not count):
            continue
        if count and amp < SUSPICIOUS_AMP_NA:
            logger.warning(
                "cell %s, protocol %s: spikes at %g nA in %s: check ton and toff",
                *(cell.name, recording.protocol_name, amp, ", ".join(map(str, recording.files))),
            )
        pairs.append((amp, count))
    pairs.sort()
    return Sweeps(
        np.array([amp for amp, _ in pairs], dtype=np.float64),
        np.array([count for _, count in pairs], dtype=np.int64),
    )
