from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.edge_population import find_edges
from region_grower_hpc.conn_props.node_types import Side, group_nodes
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import NODES, write_circuit


def made_side(folder: Path, ids: Any = range(6), group_by: str = "mtype", **circuit: Any) -> Side:
    nodes = find_edges(write_circuit(folder, **circuit)).source
    return group_nodes(nodes, group_by).side(nodes.select(ids))


def test_types_are_sorted_and_take_the_node_with_the_lowest_id(tmp_path: Path) -> None:
    side = made_side(tmp_path)
    assert side.types == ["L1_A", "L2_B", "L2_C"]
    assert side.codes.dtype == np.int32
    assert side.codes.tolist() == [0, 1, 0, 2, 1, 0]
    assert side.classes == ["EXC", "INH", "INH"]
    assert side.layers == [1, 2, 2]
    assert [type(one) for one in side.layers] == [int, int, int]
    assert len(side.warnings) == 1
    assert "'synapse_class'" in side.warnings[0]
    assert side.warnings[0].endswith(": L1_A")


def test_types_without_a_selected_node_are_absent(tmp_path: Path) -> None:
    side = made_side(tmp_path, [3, 5])
    assert side.types == ["L1_A", "L2_C"]
    assert side.codes.tolist() == [-1, -1, -1, 1, -1, 0]
    assert side.classes == ["INH", "INH"]
    assert side.warnings == []


@pytest.mark.parametrize(
    ("group_by", "types"),
    [
        ("layer", ["1", "2"]),
        ("depth_um", ["0.1", "0.2", "0.3", "0.5", "0.6"]),
        ("is_used", ["False", "True"]),
        ("@dynamics:threshold", ["1", "2"]),
    ],
)
def test_numbers_become_texts(tmp_path: Path, group_by: str, types: list[str]) -> None:
    assert made_side(tmp_path, group_by=group_by).types == types


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    side = made_side(tmp_path, group_by="k", nodes=NODES | {"k": np.array([10, 9, -1, 10, 9, 9])})
    assert side.types == ["-1", "9", "10"]
    assert side.codes.tolist() == [2, 1, 0, 2, 1, 1]


def test_grouping_by_a_column_of_the_node_types_file(tmp_path: Path) -> None:
    types = "node_type_id pop_name\n4 b\n5 a\n6 c\n"
    side = made_side(tmp_path, [0, 1, 2], "pop_name", types=types, type_ids=[4, 5, 5, 6, 6, 6])
    assert side.types == ["a", "b"]
    assert side.codes.tolist() == [1, 0, 0, -1, -1, -1]


def test_absent_class_and_layer_are_one_empty_value(tmp_path: Path) -> None:
    side = made_side(tmp_path, nodes={"mtype": NODES["mtype"]})
    assert side.classes == side.layers == ["", "", ""]
    assert ["'synapse_class'" in one or "'layer'" in one for one in side.warnings] == [True] * 2


def test_impossible_groupings_are_named(tmp_path: Path) -> None:
    nodes = NODES | {
        "number": np.array([1, np.nan, 2, 3, 4, 5]),
        "text": ["a", "b", "c\n", "d", "e", "f"],
    }
    source = find_edges(write_circuit(tmp_path, nodes=nodes)).source
    everyone = source.select(None)
    with pytest.raises(InvalidInputError, match=r"'m_type' is unknown .*--group-by"):
        group_nodes(source, "m_type")
    with pytest.raises(InvalidInputError, match=r"'number' of node 1 is .*nan"):
        group_nodes(source, "number").side(everyone)
    with pytest.raises(InvalidInputError, match="'text' of node 2"):
        group_nodes(source, "text").side(everyone)
    assert len(group_nodes(source, "number").side(source.select([0, 2])).types) == 2


def test_large_populations_take_no_loop_over_nodes(tmp_path: Path) -> None:
    count = 300_000
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 3, count)
    nodes = {"mtype": (["c", "a", "b"], rows), "layer": (["1", "2"], rows % 2)}
    source = find_edges(write_circuit(tmp_path, nodes=nodes)).source
    side = group_nodes(source).side(source.select({"mtype": ["a", "c"]}))
    assert side.types == ["a", "c"]
    np.testing.assert_array_equal(side.codes, np.array([1, 0, -1])[rows])
