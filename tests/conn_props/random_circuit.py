"""A circuit of a few thousand random synapses: every kind of column, in any order of edges."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from tests.conn_props.small_circuits import config_of, write_json, write_nodes, write_properties

NODES, EDGES, OTHER_EDGES = "cells", "cells__cells__chemical", "cells__cells__electrical"
#: The last one sends nothing to the first one.
M_TYPES = ("L1_A", "L2_B", "L2_C", "L3_D")
#: How properties come out: `weight` has too many values to list, of `level` a number is missing.
PROPERTIES = ("conductance", "dose", "level", "n_rrp", "weight")
ORDERS = ("sorted", "by source", "random")


@dataclass(frozen=True)
class RandomCircuit:
    """Files of one folder."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "circuit_config.json"

    @property
    def edges(self) -> Path:
        return self.folder / "edges.h5"

    def extract(self, out: Path, *more: str | Path) -> list[str]:
        """Words of `conn-props extract` into a folder."""
        words = ["conn-props", "extract", "--circuit", self.config, "--out", out / "data.h5"]
        return [str(word) for word in (*words, *more)]


def make_random_circuit(
    folder: Path, n_edges: int = 4000, n_cells: int = 60, order: str = "sorted", seed: int = 0
) -> RandomCircuit:
    """Write nodes of four types, and two populations of edges.

    The same seed gives the same edges in any order: those of a connection follow each other in the
    same way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    types = np.sort(np.arange(n_cells) % len(M_TYPES))
    write_nodes(folder / "nodes.h5", _node_properties(types), NODES)
    with h5py.File(folder / "edges.h5", "w") as file:
        for name, count in ((EDGES, n_edges), (OTHER_EDGES, n_edges // 4)):
            sources, targets = _connections(types, count, random)
            columns = _columns(sources, targets, random)
            rows = _rows(sources, targets, order, random)
            group = file.create_group(f"edges/{name}")
            for side, ids in (("source", sources), ("target", targets)):
                group[f"{side}_node_id"] = ids[rows].astype(np.uint64)
                group[f"{side}_node_id"].attrs["node_population"] = NODES
            write_properties(group, {key: values[rows] for key, values in columns.items()})
    config = config_of({NODES: "nodes.h5"}, {EDGES: "edges.h5", OTHER_EDGES: "edges.h5"})
    write_json(folder / "circuit_config.json", config)
    return RandomCircuit(folder)


def _node_properties(types: NDArray[np.int64]) -> dict[str, Any]:
    layers = np.array([int(name[1]) for name in M_TYPES], dtype=np.int64)[types]
    return {
        "mtype": (list(M_TYPES), types),
        "synapse_class": [("EXC", "INH")[kind % 2] for kind in types],
        "layer": layers,
        "column": (np.arange(len(types)) % 3).astype(np.uint8),
    }


def _connections(
    types: NDArray[np.int64], n_edges: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ends of all edges, sorted by target, then source."""
    n_cells = len(types)
    n_connections = min(n_edges // 2, n_cells * n_cells // 2)
    pairs = random.choice(n_cells * n_cells, n_connections, replace=False)
    synapses = 1 + random.poisson(n_edges / n_connections - 1, n_connections)
    targets, sources = np.divmod(np.sort(np.repeat(pairs, synapses)), n_cells)
    kept = (types[sources] != len(M_TYPES) - 1) | (types[targets] != 0)
    return sources[kept], targets[kept]


def _columns(
    sources: NDArray[np.int64], targets: NDArray[np.int64], random: np.random.Generator
) -> dict[str, NDArray[Any]]:
    n_edges = len(sources)
    is_first = np.diff(sources, prepend=-1) != 0
    is_first |= np.diff(targets, prepend=-1) != 0
    connection = np.cumsum(is_first) - 1
    level = random.choice([0.25, 0.5, 0.75], n_edges)
    level[random.integers(n_edges, size=3)] = np.nan
    return {
        # Shared by the synapses of a connection; many values.
        "conductance": random.gamma(4, 0.3, connection[-1] + 1)[connection].astype(np.float32),
        # Of large and small numbers, so that the order of adding matters.
        "dose": 10.0 ** random.uniform(-8, 8, n_edges),
        "level": level,
        "n_rrp": (1 + random.poisson(2, n_edges)).astype(np.uint16),
        "weight": random.normal(1, 0.2, n_edges).astype(np.float32),
        "delay": np.ones(n_edges, dtype=np.float32),
    }


def _rows(
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    order: str,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows in their order in the file."""
    if order == "sorted":
        return np.arange(len(sources))
    if order == "by source":
        return np.lexsort((targets, sources))
    # The edges of a connection in the same order as in the others.
    keys = np.stack((targets, sources))[:, random.permutation(len(sources))]
    rows = np.empty(len(sources), dtype=np.int64)
    rows[np.lexsort(keys[::-1])] = np.arange(len(sources))
    return rows


def write_files() -> None:
    """Write the files, for the kill campaign."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edges", type=int, default=4000)
    parser.add_argument("--cells", type=int, default=60)
    parser.add_argument("--order", choices=ORDERS, default="sorted")
    arguments = parser.parse_args()
    make_random_circuit(arguments.folder, arguments.edges, arguments.cells, arguments.order)


if __name__ == "__main__":
    write_files()
