from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.conn_props.edge_population import chosen_properties, find_edges
from region_grower_hpc.conn_props.folds import fold_numbers, nodes_of_fold
from region_grower_hpc.conn_props.node_types import Side
from region_grower_hpc.conn_props.parts import parts_of
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.small_circuits import write_circuit


def test_folds_are_those_of_scikit_learn() -> None:
    """KFold(3, shuffle=True) of scikit-learn 1.9.1 on 7 and 5 items after numpy.random.seed(5)."""
    source = np.array([True, False, True, True, True, True, True, False, True])
    target = np.array([True, True, True, True, True])
    for index, tests in enumerate(SKLEARN_TESTS):
        for is_train in (True, False):
            rng = np.random.RandomState(5)
            for everyone, test in zip((source, target), tests, strict=True):
                mask = nodes_of_fold(fold_numbers(everyone, 3, rng), index, is_train)
                ids = np.flatnonzero(everyone)
                wanted = np.setdiff1d(np.arange(len(ids)), test) if is_train else test
                assert np.flatnonzero(mask).tolist() == ids[wanted].tolist()
            assert rng.randint(1_000_000) == SKLEARN_NEXT


SKLEARN_TESTS: list[tuple[list[int], list[int]]] = [
    ([2, 4, 6], [1, 4]),
    ([0, 1], [0, 2]),
    ([3, 5], [3]),
]
#: numpy.random.randint(1_000_000) after both splits.
SKLEARN_NEXT = 728583


def test_every_node_tests_one_fold() -> None:
    numbers = fold_numbers(np.arange(20) % 2 == 0, 4, np.random.RandomState(0))
    assert np.bincount(numbers[::2]).tolist() == [3, 3, 2, 2]
    assert set(numbers[1::2]) == {-1}


@pytest.mark.parametrize("n_folds", [1, 4])
def test_impossible_folds(n_folds: int) -> None:
    mask = np.ones(3, dtype=bool)
    with pytest.raises(InvalidInputError, match=rf"3 selected node\(s\) .* {n_folds} folds"):
        fold_numbers(mask, n_folds, np.random.RandomState(0))


def test_parts_have_the_masks_of_their_fold(tmp_path: Path) -> None:
    edges = find_edges(write_circuit(tmp_path))
    parts = parts_of(edges, sel_dest=[0, 1, 2, 3], cv_folds=2, seed=3)
    assert [part.name for part in parts] == [
        "", "__CV2-1-train", "__CV2-1-test", "__CV2-2-train", "__CV2-2-test",
    ]  # fmt: skip
    assert parts[0].fold is None
    assert (parts[0].target.codes >= 0).tolist() == [True] * 4 + [False] * 2
    for part in parts[1:]:
        assert part.fold is not None
        n_folds, index, name = part.fold
        rng = np.random.RandomState(3)
        selected = edges.source.select(None), edges.target.select([0, 1, 2, 3])
        for side, mask in zip((part.source, part.target), selected, strict=True):
            expected = nodes_of_fold(fold_numbers(mask, n_folds, rng), index, name == "train")
            np.testing.assert_array_equal(side.codes >= 0, expected)


@pytest.mark.parametrize("cv_folds", [None, 0, 1])
def test_without_folds_there_is_one_part(tmp_path: Path, cv_folds: int | None) -> None:
    parts = parts_of(find_edges(write_circuit(tmp_path)), cv_folds=cv_folds)
    assert [part.name for part in parts] == [""]


@pytest.mark.shared
def test_types_are_those_of_the_peer(shared_data: Path) -> None:
    folder = shared_data / "conn_props"
    cases = json.loads((folder / "cases.json").read_text())["cases"]
    assert len(cases) == 9
    for case in cases:
        options = case["extract"]
        edges = find_edges(folder / case["circuit"], options.get("edges_popul_name"))
        n_folds, index, name = case.get("cv", (None, None, None))
        parts = parts_of(
            edges, options.get("sel_src"), options.get("sel_dest"), "mtype", n_folds, case["seed"]
        )
        fold = None if n_folds is None else (n_folds, index, name)
        (part,) = (one for one in parts if one.fold == fold)
        with np.load(folder / "expected" / f"{case['name']}.npz") as expected:
            for place, side in (("source", part.source), ("target", part.target)):
                assert same(side, expected, place), (case["name"], place)
            names, _ = chosen_properties(edges, options["sel_props"])
            assert names == expected["syn_props"].tolist()


def same(side: Side, expected: np.lib.npyio.NpzFile, place: str) -> bool:
    values = {"m_types": side.types, "m_type_class": side.classes, "m_type_layer": side.layers}
    return all(expected[f"{key}/{place}"].tolist() == value for key, value in values.items())


@pytest.mark.shared
def test_default_properties_of_the_shared_circuits(shared_data: Path) -> None:
    edges = find_edges(shared_data / "conn_props/circuits/small/circuit_config.json")
    names, skipped = chosen_properties(edges, None)
    assert names == [
        *("conductance", "decay_time", "depression_time", "g_step", "n_rrp_vesicles", "rand_id"),
        *("syn_type_id", "u_hill_coefficient", "u_syn"),
    ]
    assert skipped == []
