"""Properties of synapses: how each is distributed, and whether a connection shares one value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]


def synapses_per_connection(
    source_types: Ids, target_types: Ids, is_excitatory: Flags, random: np.random.Generator
) -> Ids:
    """Numbers of synapses, 1 or more: a few of excitatory axons, more of inhibitory ones."""
    mean = np.where(is_excitatory[source_types], 2.5, 7.0)
    # Each pathway has a mean of its own.
    mean = mean * (0.7 + 0.6 * ((source_types * 7 + target_types * 3) % 11) / 10)
    numbers: Ids = 1 + random.poisson(mean)
    return numbers


def draw_synapses(
    excitatory: Flags, target_layers: Ids, owners: Ids, random: np.random.Generator
) -> Columns:
    """All columns of the edges.

    Args:
        excitatory: (connections,) whether the source is excitatory.
        target_layers: (connections,) of the target.
        owners: (synapses,) connection of each.
        random: where all numbers come from.
    """
    n = len(excitatory)

    def gamma(mean: NDArray[np.float64], relative_std: float) -> NDArray[np.float64]:
        return random.gamma(relative_std**-2, mean * relative_std**2)

    def normal(
        mean: NDArray[np.float64], std: float, low: float, high: float
    ) -> NDArray[np.generic]:
        values = random.normal(mean, std)
        while (outside := (values < low) | (values > high)).any():
            values[outside] = random.normal(mean[outside], std)
        return values

    def either(of_excitatory: float, of_inhibitory: float) -> NDArray[np.float64]:
        return np.where(excitatory, of_excitatory, of_inhibitory)

    # Of connections: all their synapses have one value.
    shared = {
        # nS
        "conductance": gamma(either(0.7, 1.6) * (1 + 0.05 * target_layers), 0.35),
        # ms
        "decay_time": normal(either(1.74, 8.3), 0.18, 0.5, 12.0),
        "depression_time": gamma(either(670.0, 710.0), 0.05),
        "facilitation_time": gamma(either(17.0, 21.0), 0.3),
        # probability of release
        "u_syn": normal(either(0.5, 0.24), 0.06, 0.0, 1.0),
        "u_hill_coefficient": either(2.79, 1.09),
        "conductance_scale_factor": either(0.7, 0.0),
    }
    columns: Columns = {name: values[owners].astype(np.float32) for name, values in shared.items()}
    columns["syn_type_id"] = np.where(excitatory, 120, 0).astype(np.uint16)[owners]
    # Of synapses.
    n_synapses = len(owners)
    vesicles = 1 + random.poisson(np.where(excitatory[owners], 1.2, 0.4))
    columns["n_rrp_vesicles"] = vesicles.astype(np.uint16)
    # What the default selection leaves out.
    delay_ms = 0.5 + gamma(np.full(n, 1.0), 0.4)[owners] + random.random(n_synapses) * 0.1
    columns["delay"] = delay_ms.astype(np.float32)
    columns["afferent_section_id"] = random.integers(0, 80, n_synapses).astype(np.uint32)
    return columns
