from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from region_grower_hpc.conn_props.circuit_config import read_circuit
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import config_of, write_edges, write_json, write_nodes


def test_variables_are_replaced_and_paths_are_relative_to_the_config(tmp_path: Path) -> None:
    config = config_of(
        {"A": "$NODES/a.h5", "B": "b.h5"},
        {"E": "${BASE_DIR}/edges/e.h5"},
        manifest={"$BASE_DIR": "./net", "$NODES": "$BASE_DIR/nodes"},
        node_sets_file="$BASE_DIR/sets.json",
    )
    config["networks"]["nodes"][1]["node_types_file"] = "$NODES/types.csv"
    config["networks"]["nodes"][0]["node_types_file"] = "NULL"
    circuit = read_circuit(write_json(tmp_path / "circuit_config.json", config))
    assert circuit.nodes["A"].path == tmp_path / "net/nodes/a.h5"
    assert circuit.nodes["A"].types_path is None
    assert circuit.nodes["B"].path == tmp_path / "b.h5"
    assert circuit.nodes["B"].types_path == tmp_path / "net/nodes/types.csv"
    assert circuit.edges["E"].path == tmp_path / "net/edges/e.h5"
    assert circuit.node_sets_path == tmp_path / "net/sets.json"


def test_absolute_paths_stay(tmp_path: Path) -> None:
    config = config_of({"A": "$D/a.h5"}, {}, manifest={"$D": str(tmp_path / "far")})
    (tmp_path / "here").mkdir()
    circuit = read_circuit(write_json(tmp_path / "here" / "c.json", config))
    assert circuit.nodes["A"].path == tmp_path / "far/a.h5"


def test_older_configs_take_the_populations_of_the_files(tmp_path: Path) -> None:
    write_nodes(tmp_path / "nodes.h5", name="left")
    write_nodes(tmp_path / "nodes.h5", name="right")
    write_edges(tmp_path / "edges.h5", name="default", sides=("left", "right"))
    networks = {
        "nodes": [{"nodes_file": "nodes.h5", "node_types_file": None}],
        "edges": [{"edges_file": "edges.h5", "edge_types_file": None}],
    }
    path = write_json(tmp_path / "circuit_sonata.json", {"networks": networks})
    circuit = read_circuit(path)
    assert list(circuit.nodes) == ["left", "right"]
    assert list(circuit.edges) == ["default"]


def test_object_of_a_circuit_is_read_by_its_path(tmp_path: Path) -> None:
    path = write_json(tmp_path / "c.json", config_of({}, {"E": "e.h5"}))
    circuit = SimpleNamespace(_circuit_config_path=str(path))
    assert read_circuit(circuit) == read_circuit(path) == read_circuit(str(path))
    with pytest.raises(InvalidInputError, match="type int"):
        read_circuit(5)


@pytest.mark.parametrize(
    ("names", "asked", "found"),
    [
        (["some"], None, "some"),
        (["x", "default", "default__default__chemical"], None, "default__default__chemical"),
        (["x", "default"], None, "default"),
        (["x", "default"], "x", "x"),
    ],
)
def test_edge_population(tmp_path: Path, names: list[str], asked: str | None, found: str) -> None:
    config = config_of({}, dict.fromkeys(names, "e.h5"))
    circuit = read_circuit(write_json(tmp_path / "c.json", config))
    assert circuit.edge_population(asked).name == found


def test_unknown_populations_list_those_available(tmp_path: Path) -> None:
    config = config_of({"All": "n.h5"}, {"x__chemical": "e.h5", "y__chemical": "e.h5"})
    circuit = read_circuit(write_json(tmp_path / "c.json", config))
    with pytest.raises(InvalidInputError, match=r"several .* \(x__chemical, y__chemical\)"):
        circuit.edge_population(None)
    with pytest.raises(InvalidInputError, match="do you mean 'x__chemical'"):
        circuit.edge_population("x__chem")
    with pytest.raises(InvalidInputError, match=r"'Al' is unknown \(there are: All\)"):
        circuit.node_population("Al")
    circuit = read_circuit(write_json(tmp_path / "c.json", config_of({}, {})))
    with pytest.raises(InvalidInputError, match="no edge population"):
        circuit.edge_population(None)


BROKEN: list[tuple[Any, str]] = [
    ([], "not a JSON object"),
    ({}, "'networks' is missing"),
    ({"networks": {"nodes": {}, "edges": 5}}, "'networks/edges' is no list"),
    ({"networks": {"nodes": [5]}}, "'networks/nodes/0' is no object"),
    ({"networks": {"nodes": [{}]}}, "has no 'nodes_file'"),
    ({"networks": {"nodes": [{"nodes_file": 5}]}}, "'networks/nodes/0/nodes_file' is no path"),
    ({"networks": {"nodes": [{"nodes_file": "a", "populations": ["A"]}]}}, "no object of popul"),
    ({"networks": {"nodes": [{"nodes_file": "absent.h5"}]}}, "does not exist"),
    (config_of({"A": "$BAS/a"}, {}, manifest={"$BASE": "."}), "do you mean 'BASE'"),
    (config_of({"A": "$B"}, {}, manifest={"$B": "$C", "$C": "$B"}), "circle"),
    (config_of({}, {}, manifest={"$B": 5}), "'manifest/\\$B' is no text"),
    (config_of({}, {}, manifest=[5]), "'manifest' is no object"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_broken_configs_name_the_key(tmp_path: Path, content: Any, message: str) -> None:
    path = write_json(tmp_path / "c.json", content)
    with pytest.raises(InvalidInputError, match=message):
        read_circuit(path)


def test_a_population_may_be_there_once(tmp_path: Path) -> None:
    config = config_of({"A": "a.h5"}, {})
    config["networks"]["nodes"] *= 2
    with pytest.raises(InvalidInputError, match="'A' is twice in 'networks/nodes'"):
        read_circuit(write_json(tmp_path / "c.json", config))
