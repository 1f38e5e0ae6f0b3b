"""The sweeps that tell a cell's rheobase: how strong each was and how often the cell spiked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    pairs = [
        (amp, count) for _, amp, count in _found(cell, protocols_rheobase) if count or not compat
    ]
    pairs.sort()
    return Sweeps(
        np.array([amp for amp, _ in pairs], dtype=np.float64),
        np.array([count for _, count in pairs], dtype=np.int64),
    )


def suspicious_files(cell: Any, protocols_rheobase: Collection[str]) -> list[str]:
    """Sweeps of a cell with spikes at next to no current: cell, protocol and files of each."""
    return [
        f"{cell.name}, {recording.protocol_name}: {', '.join(map(str, recording.files))}"
        for recording, amp, count in _found(cell, protocols_rheobase)
        if count and amp < SUSPICIOUS_AMP_NA
    ]


def _found(cell: Any, protocols_rheobase: Collection[str]) -> Iterator[tuple[Any, float, int]]:
    for recording in cell.recordings:
        if recording.protocol_name in protocols_rheobase and recording.amp is not None:
            amp, count = float(recording.amp), int(recording.spikecount or 0)
            if np.isfinite(amp):
                yield recording, amp, count
