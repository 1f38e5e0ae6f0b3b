"""SONATA circuits of a few nodes and edges, made for one test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

TEXT = h5py.string_dtype()

#: Six nodes; every way in which a property can be stored.
NODES: dict[str, Any] = {
    "mtype": (["L2_B", "L1_A", "L2_C"], [1, 0, 1, 2, 0, 1]),
    "synapse_class": ["EXC", "INH", "EXC", "INH", "INH", "INH"],
    "layer": np.array([1, 2, 1, 2, 2, 1], dtype=np.uint8),
    "depth_um": np.array([0.1, 0.2, 0.3, 0.1, 0.5, 0.6], dtype=np.float32),
    "is_used": np.array([True, False, True, True, False, True]),
    "@dynamics:threshold": np.array([2, 2, 1, 1, 1, 1], dtype=">i4"),
}
EDGES: dict[str, Any] = {
    "u_syn": np.linspace(0, 1, 5, dtype=np.float32),
    "n_rrp": np.array([1, 2, 3, 1, 2], dtype=">u2"),
    "delay": np.ones(5),
    "afferent_center_x": np.ones(5),
    "label": ["a", "b", "a", "b", "a"],
    "kind": (["slow", "fast"], [0, 1, 1, 0, 0]),
    "point": np.zeros((5, 3)),
    "@dynamics:tau": np.ones(5, dtype=np.float32),
}


def write_properties(population: h5py.Group, properties: Mapping[str, Any]) -> None:
    """Arrays as they are, lists as texts, pairs (texts, rows) by `@library`."""
    group = population.require_group("0")
    for name, values in properties.items():
        place = group
        if name.startswith("@dynamics:"):
            place, name = group.require_group("dynamics_params"), name.removeprefix("@dynamics:")
        if isinstance(values, tuple):
            texts, rows = values
            group.create_dataset(f"@library/{name}", data=texts, dtype=TEXT)
            place[name] = np.array(rows, dtype=np.uint32)
        elif isinstance(values, list):
            place.create_dataset(name, data=values, dtype=TEXT)
        else:
            place[name] = values


def write_nodes(
    path: Path, properties: Mapping[str, Any] = NODES, name: str = "All", type_ids: Any = None
) -> None:
    """A nodes file, or one more population of it."""
    first = next(iter(properties.values()))
    count = len(first[1] if isinstance(first, tuple) else first)
    with h5py.File(path, "a") as file:
        group = file.create_group(f"nodes/{name}")
        group["node_type_id"] = np.full(count, -1) if type_ids is None else np.array(type_ids)
        write_properties(group, properties)


def write_edges(
    path: Path,
    properties: Mapping[str, Any] = EDGES,
    name: str = "All__All__chemical",
    sides: tuple[str, str] = ("All", "All"),
) -> None:
    """An edges file of five edges, or one more population of it."""
    with h5py.File(path, "a") as file:
        group = file.create_group(f"edges/{name}")
        for key, ids, side in zip(
            ("source_node_id", "target_node_id"),
            ([0, 1, 2, 3, 4], [5, 5, 0, 1, 1]),
            sides,
            strict=True,
        ):
            group[key] = np.array(ids, dtype=np.uint64)
            group[key].attrs["node_population"] = side
        write_properties(group, properties)


def write_json(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def config_of(nodes: Mapping[str, str], edges: Mapping[str, str], **others: Any) -> dict[str, Any]:
    """A config of version 2: population name -> file."""
    networks = {
        kind: [
            {f"{kind}_file": file, "populations": {name: {}}} for name, file in populations.items()
        ]
        for kind, populations in (("nodes", nodes), ("edges", edges))
    }
    return {"version": 2, "networks": networks, **others}


def write_circuit(
    folder: Path,
    nodes: Mapping[str, Any] = NODES,
    edges: Mapping[str, Any] = EDGES,
    node_sets: Any = None,
    types: str | None = None,
    type_ids: Any = None,
) -> Path:
    """A circuit of one population each; the path of its config."""
    write_nodes(folder / "nodes.h5", nodes, type_ids=type_ids)
    write_edges(folder / "edges.h5", edges)
    config = config_of({"All": "nodes.h5"}, {"All__All__chemical": "edges.h5"})
    if node_sets is not None:
        write_json(folder / "node_sets.json", node_sets)
        config["node_sets_file"] = "node_sets.json"
    if types is not None:
        (folder / "types.csv").write_text(types, encoding="utf-8")
        config["networks"]["nodes"][0]["node_types_file"] = "types.csv"
    return write_json(folder / "circuit_config.json", config)
