"""Random connections and synapses between neurons of some types, a block of targets at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

#: Edges of a block, about.
BLOCK = 1_000_000
#: Properties that the default selection takes, with the dtypes that circuits have.
PROPERTIES = {
    "conductance": np.float32,
    "decay_time": np.float32,
    "depression_time": np.float32,
    "facilitation_time": np.float32,
    "n_rrp_vesicles": np.uint16,
    "path_distance": np.float64,
    "syn_type_id": np.uint16,
    "u_hill_coefficient": np.float32,
    "u_syn": np.float32,
}
#: Share of the pathways without any connection.
MISSING = 0.1
#: Range of the mean of each pathway.
MEANS = {
    "n_syn": (1.6, 4.5),
    "conductance": (0.4, 2.0),
    "decay_time": (1.5, 9.0),
    "depression_time": (200.0, 800.0),
    "facilitation_time": (10.0, 30.0),
    "n_rrp_vesicles": (1.0, 4.0),
    "path_distance": (50.0, 400.0),
    "u_syn": (0.15, 0.8),
}


@dataclass(frozen=True)
class Wiring:
    """What random edges are drawn with.

    Attributes:
        types: (n_nodes,) number of the type of each.
        is_excitatory: (types,).
        probability: (types, types) of a connection, source by target.
        means: (types, types) of each property and of the synapses of a connection.
    """

    types: Ints
    is_excitatory: NDArray[np.bool_]
    probability: Reals
    means: dict[str, Reals]

    @property
    def n_edges_expected(self) -> Reals:
        """(n_nodes,) how many edges end at each."""
        n_sources = np.bincount(self.types, minlength=len(self.probability))
        of_type = (n_sources[:, None] * self.probability * self.means["n_syn"]).sum(axis=0)
        expected: Reals = of_type[self.types]
        return expected


def draw_wiring(types: Ints, n_types: int, n_edges: int, random: np.random.Generator) -> Wiring:
    """Pathways of different size and means, with about so many edges in all."""
    shape = n_types, n_types
    means = {name: random.uniform(*limits, shape) for name, limits in MEANS.items()}
    weight = random.uniform(0.3, 1.7, shape) * (random.random(shape) >= MISSING)
    n_nodes = np.bincount(types, minlength=n_types)
    expected = (weight * np.outer(n_nodes, n_nodes) * means["n_syn"]).sum()
    return Wiring(types, np.arange(n_types) % 4 < 2, weight * n_edges / expected, means)


def draw_blocks(
    wiring: Wiring, random: np.random.Generator
) -> Iterator[tuple[Ints, Ints, Columns]]:
    """Sources, targets and properties of the edges of consecutive targets, sorted by both ids."""
    by_type = [np.flatnonzero(wiring.types == kind) for kind in range(len(wiring.probability))]
    block_of = (np.cumsum(wiring.n_edges_expected) // BLOCK).astype(np.int64)
    firsts = np.flatnonzero(np.diff(block_of, prepend=-1))
    for first, last in zip(firsts, [*firsts[1:], len(wiring.types)], strict=True):
        kinds = wiring.types[first:last]
        found = []
        for kind, nodes in enumerate(by_type):
            n = random.binomial(len(nodes), wiring.probability[kind, kinds])
            # The same one may be drawn twice: a few connections less.
            sources = nodes[random.integers(0, len(nodes), n.sum())]
            found.append(np.repeat(np.arange(first, last), n) * len(wiring.types) + sources)
        targets, sources = np.divmod(np.unique(np.concatenate(found)), len(wiring.types))
        if len(sources):
            yield _with_synapses(wiring, sources, targets, random)


def _with_synapses(
    wiring: Wiring, sources: Ints, targets: Ints, random: np.random.Generator
) -> tuple[Ints, Ints, Columns]:
    pathway = wiring.types[sources], wiring.types[targets]
    mean = {name: values[pathway] for name, values in wiring.means.items()}
    n_synapses = 1 + random.poisson(mean["n_syn"] - 1)
    owners = np.repeat(np.arange(len(sources)), n_synapses)
    n, n_edges = len(sources), len(owners)
    # Of connections, all synapses of which have one value.
    shared = {
        "conductance": mean["conductance"] * random.gamma(6.0, 1 / 6.0, n),
        "decay_time": np.maximum(random.normal(mean["decay_time"], 0.5), 0.1),
        "u_syn": np.clip(random.normal(mean["u_syn"], 0.1), 0.01, 0.99),
        "syn_type_id": np.where(wiring.is_excitatory[pathway[0]], 120, 0),
        "u_hill_coefficient": np.full(n, 2.79),
    }
    values = {name: of_connection[owners] for name, of_connection in shared.items()}
    spread = random.gamma(25.0, 1 / 25.0, n_edges)
    # Shared in half of the pathways.
    is_shared = ((pathway[0] + pathway[1]) % 2 == 0)[owners]
    spread_of_connection = spread[np.cumsum(n_synapses) - n_synapses][owners]
    values["depression_time"] = mean["depression_time"][owners] * np.where(
        is_shared, spread_of_connection, spread
    )
    values["facilitation_time"] = mean["facilitation_time"][owners] * random.gamma(
        9, 1 / 9, n_edges
    )
    values["n_rrp_vesicles"] = 1 + random.poisson(mean["n_rrp_vesicles"][owners])
    values["path_distance"] = mean["path_distance"][owners] * random.random(n_edges)
    columns: Columns = {name: values[name].astype(dtype) for name, dtype in PROPERTIES.items()}
    return sources[owners], targets[owners], columns
