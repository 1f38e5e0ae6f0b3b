from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.edge_population import find_edges
from region_grower_hpc.conn_props.node_population import NodePopulation
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import write_circuit

SETS: dict[str, Any] = {
    "Inhibitory": {"synapse_class": "INH"},
    "First": {"node_id": [0, 1]},
    "Both": ["Inhibitory", "First"],
    "Deep": {"depth_um": {"$gt": 0.4}},
    "Elsewhere": {"population": "Other"},
    "Wrong": {"colour": "red"},
}


@pytest.fixture
def nodes(tmp_path: Path) -> NodePopulation:
    return find_edges(write_circuit(tmp_path, node_sets=SETS)).source


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (None, [0, 1, 2, 3, 4, 5]),
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"mtype": "L1_A"}, [0, 2, 5]),
        ({"mtype": ["L1_A", "L2_C"]}, [0, 2, 3, 5]),
        ({"mtype": ("L1_A",), "synapse_class": "EXC"}, [0, 2]),
        ({"layer": 2}, [1, 3, 4]),
        ({"layer": 2.0}, [1, 3, 4]),
        ({"depth_um": 0.1}, [0, 3]),
        ({"depth_um": [0.1, 0.2]}, [0, 1, 3]),
        ({"is_used": False}, [1, 4]),
        ({"@dynamics:threshold": 2}, [0, 1]),
        ("Inhibitory", [1, 3, 4, 5]),
        ("Both", [0, 1, 3, 4, 5]),
        ("Deep", [4, 5]),
        ({"node_set": "Inhibitory", "layer": 1}, [5]),
        ({"node_set": "First"}, [0, 1]),
        ({"node_set": None, "layer": 1}, [0, 2, 5]),
        (3, [3]),
        ([4, 0, 4], [0, 4]),
        (np.array([5, 1]), [1, 5]),
        (np.int64(2), [2]),
    ],
)
def test_selections(nodes: NodePopulation, selection: Any, ids: list[int]) -> None:
    mask = nodes.select(selection)
    assert mask.dtype == bool
    assert np.flatnonzero(mask).tolist() == ids


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"m_type": "L1_A"}, "'m_type' is unknown .*do you mean 'mtype'"),
        ({"mtype": "L1_B"}, "'mtype' has no value 'L1_B' .*L1_A, L2_B, L2_C"),
        ({"mtype": ["L1_A", "L9"]}, "no value 'L9'"),
        ({"mtype": 5}, "asks for 5, but property 'mtype' holds texts: write it in quotes"),
        ({"layer": "2"}, "asks for '2', but property 'layer' holds numbers"),
        ({"layer": True}, "asks for True, but property 'layer' holds numbers"),
        ({"layer": 7}, "no value 7 .*from 1 to 2"),
        ({"layer": 300}, "no value 300"),
        ({"layer": 1.5}, "no value 1.5"),
        ({"layer": float("nan")}, "no value nan"),
        ({"layer": 10**400}, "no value 1000"),
        ({"depth_um": 10**400}, "no value 1000"),
        ({"depth_um": 1e300}, r"no value 1e\+300"),
        ({"is_used": 1}, "holds true or false"),
        ({"mtype": None}, "asks for None"),
        ({"mtype": []}, "selects no node"),
        ({"mtype": "L2_C", "synapse_class": "EXC"}, "selects no node"),
        ({"node_set": 5}, "'node_set' of the selection is 5"),
        ("Inhib", "node set 'Inhib' is unknown .*do you mean 'Inhibitory'"),
        ({"node_set": "Nope"}, "node set 'Nope' is unknown"),
        ("Wrong", "node set 'Wrong' cannot be resolved .*'All'.*colour"),
        ("Elsewhere", "selection 'Elsewhere' selects no node"),
        (6, "there is no node 6"),
        ([0, -1], "there is no node -1"),
        ([0, 10**30], "there is no node 1000"),
        ([0.5], "0.5 is no node id"),
        ([True], "True is no node id"),
        ([], r"selection \[\] selects no node"),
        (True, "is none of"),
        (0.5, "is none of"),
    ],
)
def test_impossible_selections_are_named(
    nodes: NodePopulation, selection: Any, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        nodes.select(selection)


def test_broken_node_sets_files(tmp_path: Path) -> None:
    nodes = find_edges(write_circuit(tmp_path, node_sets=[])).source
    with pytest.raises(InvalidInputError, match=r"node_sets.json' is not a JSON object"):
        nodes.select("A")
    (tmp_path / "node_sets.json").write_text(json.dumps({"A": {"layer": 1}, "B": 5}))
    with pytest.raises(InvalidInputError, match="cannot be resolved"):
        nodes.select("A")
    (tmp_path / "node_sets.json").write_text(json.dumps({"A": ["B"], "B": ["A"]}))
    with pytest.raises(InvalidInputError, match=r"'A' cannot be resolved .*recursion"):
        nodes.select("A")
    (tmp_path / "node_sets.json").unlink()
    with pytest.raises(InvalidInputError, match="does not exist"):
        nodes.select("A")
    # A file that is named, absent and not needed does not matter.
    assert nodes.select(None).all()


def test_node_sets_need_a_file(tmp_path: Path) -> None:
    nodes = find_edges(write_circuit(tmp_path)).source
    with pytest.raises(InvalidInputError, match="names no node_sets_file"):
        nodes.select("A")
