"""How the rheobase of a cell follows from its sweeps: one function a strategy.

Each takes the sweeps, and its settings as keywords; it returns the rheobase in nA, or None.
"""

from __future__ import annotations

import numpy as np

from region_grower_hpc.efeatures.sweeps import Sweeps
from region_grower_hpc.errors import InvalidInputError

#: bluepyefe's bins are laid out in memory.
MOST_BINS = 10_000_000


def absolute(sweeps: Sweeps, spike_threshold: float = 1) -> float | None:
    """Smallest amplitude that makes `spike_threshold` spikes."""
    return _first(sweeps, sweeps.counts >= spike_threshold)


def flush(
    sweeps: Sweeps,
    flush_length: int = 1,
    upper_bound_spikecount: float | None = None,
) -> float | None:
    """First spiking amplitude whose `flush_length` successors all spike.

    None if a sweep with more spikes than `upper_bound_spikecount` comes before it.
    """
    spikes = sweeps.counts > 0
    for index in range(len(spikes)):
        if upper_bound_spikecount is not None and sweeps.counts[index] > upper_bound_spikecount:
            return None
        successors = spikes[index + 1 : index + 1 + flush_length]
        if spikes[index] and len(successors) == flush_length and successors.all():
            return float(sweeps.amps[index])
    return None


def majority(sweeps: Sweeps, min_step: float = 0.01, majority: float = 0.5) -> float | None:
    """Centre of the lowest bin of amplitudes in which a fraction `majority` of sweeps spikes.

    Bins are `min_step` wide (nA), from the smallest amplitude; empty ones are passed over.
    """
    if not len(sweeps.amps):
        return None
    smallest = sweeps.amps[0]
    with np.errstate(over="ignore"):
        # An amplitude on an edge belongs to the upper bin, whatever the division loses.
        bins = np.floor((sweeps.amps - smallest) / min_step + 1e-9)
    for one in np.unique(bins):
        if np.mean(sweeps.counts[bins == one] > 0) >= majority:
            return float(smallest + (one + 0.5) * min_step)
    return None


def peer_majority(sweeps: Sweeps, min_step: float = 0.01, majority: float = 0.5) -> float | None:
    """As bluepyefe: the bin above the one that spikes, and never the last."""
    if not len(sweeps.amps):
        return None
    if (sweeps.amps[-1] - sweeps.amps[0]) / min_step > MOST_BINS:
        raise InvalidInputError(
            f"rheobase setting min_step {min_step:g} nA makes more than {MOST_BINS} bins: "
            "give a larger one"
        )
    edges = np.arange(sweeps.amps[0], sweeps.amps[-1], min_step)
    bins = np.digitize(sweeps.amps, edges)
    for one in np.unique(bins):
        if one < len(edges) and np.mean(sweeps.counts[bins == one] > 0) >= majority:
            return float(edges[one] + min_step / 2.0)
    return None


def interpolation(sweeps: Sweeps) -> float | None:
    """Where the line through amplitudes over spike counts has one spike.

    Least squares over the sweeps from the first silent one directly below a spiking one, or over
    all if there is none. None without a spike or without two different counts.
    """
    onsets = _onsets(sweeps)
    begin = int(onsets[0]) if len(onsets) else 0
    x, y = sweeps.counts[begin:].astype(np.float64), sweeps.amps[begin:]
    if not sweeps.counts.any() or len(np.unique(x)) < 2:
        return None
    centred = x - x.mean()
    slope = float(np.sum(centred * (y - y.mean())) / np.sum(centred**2))
    return float(y.mean() + slope * (1.0 - x.mean()))


def peer_interpolation(sweeps: Sweeps) -> float | None:
    """As bluepyefe: None where no silent sweep is directly below a spiking one."""
    return interpolation(sweeps) if len(_onsets(sweeps)) else None


def _onsets(sweeps: Sweeps) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Silent sweeps directly below a spiking one."""
    return np.flatnonzero((sweeps.counts[:-1] == 0) & (sweeps.counts[1:] > 0))


def _first(sweeps: Sweeps, found: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
    indices = np.flatnonzero(found)
    return float(sweeps.amps[indices[0]]) if len(indices) else None
