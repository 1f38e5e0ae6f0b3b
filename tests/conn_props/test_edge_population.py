from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.conn_props.edge_population import chosen_properties, find_edges
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import (
    config_of,
    write_circuit,
    write_edges,
    write_json,
    write_nodes,
)


def test_population(tmp_path: Path) -> None:
    config = write_circuit(tmp_path, node_sets={}, types="node_type_id\n-1\n")
    edges = find_edges(config)
    assert (edges.name, edges.path) == ("All__All__chemical", tmp_path / "edges.h5")
    assert edges.n_edges == 5
    assert edges.source is edges.target
    assert edges.source.n_nodes == 6
    assert set(edges.columns) == {"u_syn", "n_rrp", "delay", "afferent_center_x", "@dynamics:tau"}
    assert edges.columns["n_rrp"] == np.uint16
    assert all(dtype.isnative for dtype in edges.columns.values())
    assert set(edges.non_numeric) == {"label", "kind", "point"}
    assert edges.inputs() == {
        "circuit config": config,
        "node sets": tmp_path / "node_sets.json",
        "source nodes": tmp_path / "nodes.h5",
        "target nodes": tmp_path / "nodes.h5",
        "source node types": tmp_path / "types.csv",
        "target node types": tmp_path / "types.csv",
        "edges": tmp_path / "edges.h5",
    }
    with h5py.File(edges.path) as file:
        for name in (*edges.columns, "source_node_id", "target_node_id"):
            assert file[edges.dataset(name)].shape == (5,)


def test_source_and_target_may_be_of_different_populations(tmp_path: Path) -> None:
    write_nodes(tmp_path / "a.h5", {"mtype": ["a"] * 5}, name="A")
    write_nodes(tmp_path / "b.h5", {"mtype": ["b"] * 6}, name="B")
    write_edges(tmp_path / "e.h5", name="A__B", sides=("A", "B"))
    write_edges(tmp_path / "e.h5", name="B__C", sides=("B", "C"))
    config = config_of({"A": "a.h5", "B": "b.h5"}, {"A__B": "e.h5", "B__C": "e.h5"})
    path = write_json(tmp_path / "circuit_config.json", config)
    edges = find_edges(path, "A__B")
    assert (edges.source.name, edges.target.name) == ("A", "B")
    assert (edges.source.n_nodes, edges.target.n_nodes) == (5, 6)
    with pytest.raises(InvalidInputError, match=r"'C' is unknown \(there are: A, B\)"):
        find_edges(path, "B__C")


def test_chosen_properties(tmp_path: Path) -> None:
    edges = find_edges(write_circuit(tmp_path))
    assert chosen_properties(edges, None) == (["n_rrp", "u_syn"], ["kind", "label", "point"])
    assert chosen_properties(edges, []) == ([], [])
    assert chosen_properties(edges, [""]) == ([], [])
    chosen = ("u_syn", "delay", "n_rrp", "@dynamics:tau")
    assert chosen_properties(edges, chosen) == (list(chosen), [])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["u_sin"], "'u_sin' is unknown .*do you mean 'u_syn'"),
        (["u_syn", ""], "'' is unknown"),
        (["label"], "'label' does not hold one number an edge"),
        (["kind"], "'kind' does not hold"),
        (["u_syn", "delay", "u_syn"], "'u_syn' is chosen twice"),
        ("u_syn", "not the text 'u_syn'"),
    ],
)
def test_impossible_properties_are_named(tmp_path: Path, names: Any, message: str) -> None:
    edges = find_edges(write_circuit(tmp_path))
    with pytest.raises(InvalidInputError, match=message) as error:
        chosen_properties(edges, names)
    assert "population 'All__All__chemical'" in str(error.value)


def test_a_population_may_have_no_edges_and_no_properties(tmp_path: Path) -> None:
    config = write_circuit(tmp_path)
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        for name in ("source_node_id", "target_node_id"):
            ids = file.create_dataset(f"edges/All__All__chemical/{name}", (0,), "i8")
            ids.attrs["node_population"] = np.bytes_("All")
    edges = find_edges(config)
    assert (edges.n_edges, edges.columns, edges.non_numeric) == (0, {}, [])
    assert chosen_properties(edges, None) == ([], [])


PLACE = "/edges/All__All__chemical"


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("source_node_id", None, "source_node_id' is missing"),
        ("target_node_id", np.zeros(5), "must be a list of integers"),
        ("target_node_id", np.zeros((5, 2), int), "must be a list of integers"),
        ("target_node_id", np.zeros(5, int), "attribute 'node_population'"),
        ("0/u_syn", np.zeros(4), r"u_syn' has 4 row\(s\), but .*source_node_id' 5"),
        ("0/u_syn", np.float64(1), "has no rows"),
        ("1", None, r"single group 0 \(found: 0, 1\)"),
        ("0/far", h5py.ExternalLink("far.h5", "/x"), "link into another file"),
    ],
)
def test_broken_edges_files_are_refused(
    tmp_path: Path, name: str, values: Any, message: str
) -> None:
    config = write_circuit(tmp_path)
    with h5py.File(tmp_path / "edges.h5", "a") as file:
        if f"{PLACE}/{name}" in file:
            del file[f"{PLACE}/{name}"]
        if values is not None:
            file[f"{PLACE}/{name}"] = values
        elif name == "1":
            file.create_group(f"{PLACE}/1")
    with pytest.raises(InvalidInputError, match=message) as error:
        find_edges(config)
    assert "edges.h5" in str(error.value)


def test_virtual_sizes_and_values_elsewhere_are_refused(tmp_path: Path) -> None:
    config = write_circuit(tmp_path)
    with h5py.File(tmp_path / "edges.h5", "a") as file:
        layout = h5py.VirtualLayout((5,), "f4")
        layout[:] = h5py.VirtualSource("far.h5", "x", (5,))
        file[PLACE].create_virtual_dataset("0/far", layout)
    with pytest.raises(InvalidInputError, match="virtual dataset"):
        find_edges(config)
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        for name in ("source_node_id", "target_node_id"):
            ids = file.create_dataset(f"{PLACE}/{name}", (10**12,), "u8", chunks=(1000,))
            ids.attrs["node_population"] = "All"
    with pytest.raises(InvalidInputError, match="would take"):
        find_edges(config)
