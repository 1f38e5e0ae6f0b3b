from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.conn_props.edge_population import find_edges
from region_grower_hpc.conn_props.node_population import NodePopulation
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import NODES, write_circuit


def nodes_of(folder: Path, **circuit: Any) -> NodePopulation:
    return find_edges(write_circuit(folder, **circuit)).source


def values_of(nodes: NodePopulation, name: str) -> np.ndarray:
    """The value of each node."""
    found = nodes.property_of(name)
    return found.values[found.codes]


def test_values_of_every_kind(tmp_path: Path) -> None:
    nodes = nodes_of(tmp_path)
    assert nodes.n_nodes == 6
    assert set(nodes.property_names) == set(NODES)
    mtypes = values_of(nodes, "mtype")
    assert mtypes.tolist() == ["L1_A", "L2_B", "L1_A", "L2_C", "L2_B", "L1_A"]
    assert values_of(nodes, "synapse_class").tolist() == NODES["synapse_class"]
    for name in ("layer", "depth_um", "is_used", "@dynamics:threshold"):
        values = values_of(nodes, name)
        assert values.tolist() == NODES[name].tolist()
        assert values.dtype == NODES[name].dtype.newbyteorder("=")
        assert values.dtype.isnative


def test_fixed_length_texts_and_unicode(tmp_path: Path) -> None:
    names = np.array(["µ-cell".encode(), b"b", b"a"] * 2, dtype="S8")
    nodes = nodes_of(tmp_path, nodes=NODES | {"name": names})
    found = nodes.property_of("name")
    assert found.values.tolist() == ["a", "b", "µ-cell"]
    assert found.codes.tolist() == [2, 1, 0, 2, 1, 0]


def test_equal_texts_of_the_library_are_one_value(tmp_path: Path) -> None:
    nodes = nodes_of(tmp_path, nodes={"mtype": (["B", "A", "B"], [0, 1, 2, 2, 1, 0])})
    found = nodes.property_of("mtype")
    assert found.values.tolist() == ["A", "B"]
    assert found.codes.tolist() == [1, 0, 1, 1, 0, 1]


def test_columns_of_the_node_types_file(tmp_path: Path) -> None:
    types = 'node_type_id  pop_name depth share mtype\n7 "type one" 12 0.5 X\n\n3 two 9 1 X\n'
    nodes = nodes_of(tmp_path, types=types, type_ids=[3, 7, 7, 3, 3, 7])
    assert nodes.property_names[len(NODES) :] == ["pop_name", "depth", "share"]
    assert values_of(nodes, "pop_name").tolist() == [
        *("two", "type one", "type one", "two", "two", "type one")
    ]
    assert nodes.property_of("depth").values.tolist() == [9, 12]
    assert values_of(nodes, "share").tolist() == [1.0, 0.5, 0.5, 1.0, 1.0, 0.5]
    # The nodes file goes before the types file.
    assert "X" not in values_of(nodes, "mtype")


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_other_delimiters_of_the_node_types_file(tmp_path: Path, delimiter: str) -> None:
    types = f"node_type_id{delimiter}kind\n-1{delimiter}a b\n"
    nodes = nodes_of(tmp_path, types=types)
    assert values_of(nodes, "kind").tolist() == ["a b"] * 6


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ("", "no column 'node_type_id'"),
        ("id kind\n1 a\n", "no column 'node_type_id'"),
        ("node_type_id kind\n-1\n", r"line 2 has 1 value\(s\), but the first line 2"),
        ("node_type_id kind\nx a\n", "other than integers"),
        ("node_type_id kind\n-1 a\n-1 b\n", "node_type_id -1 is there twice"),
        ("node_type_id kind\n5 a\n", "no node_type_id -1, which node 0 has"),
        ("node_type_id kind\n", "no node_type_id -1, which node 0 has"),
    ],
)
def test_broken_node_types_files(tmp_path: Path, types: str, message: str) -> None:
    nodes = nodes_of(tmp_path, types=types)
    with pytest.raises(InvalidInputError, match=message) as error:
        nodes.property_of("kind")
    assert "types.csv" in str(error.value)


def test_an_absent_node_types_file_matters_only_if_it_is_needed(tmp_path: Path) -> None:
    nodes = nodes_of(tmp_path, types="node_type_id kind\n-1 a\n")
    (tmp_path / "types.csv").unlink()
    assert values_of(nodes, "layer").tolist() == NODES["layer"].tolist()
    with pytest.raises(InvalidInputError, match=r"'kind' is unknown .*types.csv' does not exist"):
        nodes.property_of("kind")


def test_unknown_property_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"population 'All'.*do you mean 'mtype'") as error:
        nodes_of(tmp_path).property_of("m_type")
    assert "nodes.h5" in str(error.value)


def change(path: Path, name: str, values: Any) -> None:
    with h5py.File(path, "a") as file:
        if name in file:
            del file[name]
        if values is not None:
            file[name] = values


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("/nodes/All/0/layer", np.zeros(5), r"'/nodes/All/0/layer' has 5 row\(s\)"),
        ("/nodes/All/0/layer", 5, "has no rows"),
        ("/nodes/All/1/layer", np.zeros(6), r"single group 0 \(found: 0, 1\)"),
        ("/nodes/All", np.zeros(6), "must be a group"),
        ("/nodes/All", None, r"population 'All' is missing \(there are: none\)"),
        ("/nodes", None, "no group '/nodes'"),
        ("/other", h5py.ExternalLink("far.h5", "/x"), "link into another file"),
    ],
)
def test_broken_files_are_refused_when_opened(
    tmp_path: Path, name: str, values: Any, message: str
) -> None:
    config = write_circuit(tmp_path)
    change(tmp_path / "nodes.h5", name, values)
    with pytest.raises(InvalidInputError, match=message) as error:
        find_edges(config)
    assert "nodes.h5" in str(error.value)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("mtype", np.array([0, 1, 2, 3, 0, 0]), r"node 3 is 3, but '/.*/mtype' has 3 value"),
        ("mtype", np.array([0, 1, -2, 1, 0, 0]), "node 2 is -2"),
        ("mtype", np.zeros(6), "must hold row numbers"),
        ("layer", np.zeros((6, 2)), "one value a row"),
        ("layer", np.zeros(6, dtype=[("a", "i4")]), "neither numbers nor texts"),
        ("layer", np.array([b"\xff"] * 6, dtype="S1"), "no UTF-8"),
    ],
)
def test_broken_properties_are_refused_when_read(
    tmp_path: Path, name: str, values: Any, message: str
) -> None:
    config = write_circuit(tmp_path)
    change(tmp_path / "nodes.h5", f"/nodes/All/0/{name}", values)
    nodes = find_edges(config).source
    with pytest.raises(InvalidInputError, match=message):
        nodes.property_of(name)


def test_a_nodes_file_must_be_there_and_be_hdf5(tmp_path: Path) -> None:
    config = write_circuit(tmp_path)
    (tmp_path / "nodes.h5").write_bytes(b"no HDF5")
    with pytest.raises(InvalidInputError, match=r"nodes file '.*nodes.h5': is no HDF5 file"):
        find_edges(config)
    (tmp_path / "nodes.h5").unlink()
    with pytest.raises(InvalidInputError, match=r"nodes.h5': does not exist"):
        find_edges(config)


def test_virtual_sizes_are_refused(tmp_path: Path) -> None:
    config = write_circuit(tmp_path)
    with h5py.File(tmp_path / "nodes.h5", "a") as file:
        for name in ("node_type_id", "0/layer"):
            del file[f"nodes/All/{name}"]
            file["nodes/All"].create_dataset(name, (10**12,), "i8", chunks=(1000,))
    with pytest.raises(InvalidInputError, match="would take 8000000000000 bytes"):
        find_edges(config)
