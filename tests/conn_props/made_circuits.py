"""Random circuits of a few neurons, with columns of every kind, held as arrays and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.conn_props.small_circuits import config_of, write_json, write_nodes, write_properties

EDGES = "pre__post__chemical"
NODE_SETS = {"low": {"number": [1, 2]}, "few": ["low", "first"], "first": {"node_id": [0]}}
Table = dict[str, np.ndarray]


@dataclass
class MadeCircuit:
    """Edges in their order in the file, and the properties of the nodes at either end."""

    source: np.ndarray
    target: np.ndarray
    columns: Table
    sides: tuple[Table, Table]
    id_dtype: str = "u8"
    #: Whether texts of nodes are written as they are, and not by `@library`.
    plain_texts: bool = False
    config: Path = field(default=Path())

    def write(self, folder: Path) -> None:
        """Write all files; two names of populations where the sides are two."""
        one = self.sides[0] is self.sides[1]
        names = ("cells", "cells") if one else ("pre", "post")
        for name, table in dict(zip(names, self.sides, strict=True)).items():
            write_nodes(folder / "nodes.h5", {k: self._stored(v) for k, v in table.items()}, name)
        with h5py.File(folder / "edges.h5", "w") as file:
            group = file.create_group(f"edges/{EDGES}")
            for side, ids, name in zip(
                ("source", "target"), (self.source, self.target), names, strict=True
            ):
                group[f"{side}_node_id"] = ids.astype(self.id_dtype)
                group[f"{side}_node_id"].attrs["node_population"] = name
            write_properties(group, self.columns)
        write_json(folder / "node_sets.json", NODE_SETS)
        config = config_of(
            dict.fromkeys(names, "nodes.h5"), {EDGES: "edges.h5"}, node_sets_file="node_sets.json"
        )
        self.config = write_json(folder / "circuit_config.json", config)

    def _stored(self, values: np.ndarray) -> Any:
        if values.dtype.kind != "U":
            return values
        if self.plain_texts:
            return values.tolist()
        texts, rows = np.unique(values, return_inverse=True)
        # The last text first: their order in a library has no meaning.
        return texts[::-1].tolist(), len(texts) - 1 - rows


def made_circuit(
    rng: np.random.Generator, n_edges: int, n_nodes: tuple[int, int], *, one_population: bool
) -> MadeCircuit:
    """A circuit whose nodes and edges are drawn, edges in no order."""
    first = _nodes(rng, n_nodes[0])
    second = first if one_population else _nodes(rng, n_nodes[1])
    sides = first, second
    n_source, n_target = (len(side["mtype"]) for side in sides)
    # Squares make some neurons rich in synapses, and others poor.
    source = (rng.random(n_edges) ** 2 * n_source).astype(np.int64)
    target = (rng.random(n_edges) ** 2 * n_target).astype(np.int64)
    _, connection = np.unique(source * n_target + target, return_inverse=True)
    columns = _columns(rng, n_edges, connection.reshape(n_edges))
    return MadeCircuit(source, target, columns, sides)


def _nodes(rng: np.random.Generator, n: int) -> Table:
    """Each value occurs where n is 4 or more, so that all can be selected."""

    def any_of(values: list[Any], dtype: str) -> np.ndarray:
        return np.array(values, dtype=dtype)[rng.permutation(n) % len(values)]

    return {
        "mtype": any_of(["L2_B", "L10_A", "L1_C", "é"], "U5"),
        "synapse_class": any_of(["EXC", "INH"], "U3"),
        "layer": any_of([1, 2, 3], "u1"),
        # As a text 10 is before 2.
        "number": any_of([1, 2, 10, -3], "i2"),
        "depth": any_of([0.1, 2.5, 10.0], "f4"),
    }


def _columns(rng: np.random.Generator, n: int, connection: np.ndarray) -> Table:
    n_connections = int(connection.max(initial=-1)) + 1
    # Steps, since numpy places numbers otherwise where edges of bins coincide.
    of_connection = (rng.poisson(900, n_connections) / 1024).astype(np.float32)
    almost = of_connection[connection].astype(np.float64)
    almost[rng.random(n) < 0.05] += 0.5
    holes = rng.choice([0.25, -0.5, 0.75], n).astype(np.float32)
    holes[rng.random(n) < 0.2] = np.nan
    holes[rng.random(n) < 0.1] = np.inf
    sparse = np.full(n, np.nan)
    sparse[rng.random(n) < 0.3] = 0.1
    return {
        "almost_shared": almost,
        "constant": np.full(n, 0.1, dtype=np.float32),
        "first_is_nan": np.where(rng.random(n) < 0.3, -np.inf, of_connection[connection]),
        "holes": holes,
        "large": rng.integers(-(2**40), 2**40, n),
        "of_connection": of_connection[connection],
        "real": rng.normal(-3.0, 2.0, n),
        "single": (1e4 + rng.integers(-8, 8, n) / 4).astype(np.float32),
        "small": rng.integers(-2, 3, n).astype(np.int8),
        "sparse": sparse,
        "steps": rng.poisson(2.0, n).astype(">u2"),
        "unsigned": rng.integers(0, 2**31, n).astype(np.uint32),
        "zeros": np.where(rng.random(n) < 0.5, 0.0, -0.0).astype(np.float32),
    }
