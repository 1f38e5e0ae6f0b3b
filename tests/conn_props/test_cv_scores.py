"""Scores of folds: the test part against the train part, and against the model."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.cumulative import ks_histograms, ks_model
from region_grower_hpc.conn_props.cv_scores import fold_scores, missing_types, write_scores
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity, Statistics

Values = dict[tuple[str, str], np.ndarray]


def statistics_of(sources: list[str], targets: list[str], **values: Values) -> Statistics:
    """Statistics of the values of properties, by pathway."""
    shape = len(sources), len(targets)
    quantities = {}
    for name, pathways in values.items():
        quantity = Quantity(name, mean=np.full(shape, np.nan), std=np.full(shape, np.nan))
        quantity.counts = np.zeros((*shape, 5), dtype=np.int64)
        quantity.edges = np.full((*shape, 6), np.nan)
        for (source, target), numbers in pathways.items():
            at = sources.index(source), targets.index(target)
            quantity.mean[at], quantity.std[at] = numbers.mean(), numbers.std()
            quantity.counts[at], quantity.edges[at] = np.histogram(numbers, bins=5)
        quantities[name] = quantity
    empty: tuple[list[Any], list[Any]] = ([""] * shape[0], [""] * shape[1])
    return Statistics((sources, targets), empty, empty, quantities, hist_bins=5)


class Model:
    """Entries by property; the same for all pathways."""

    def __init__(self, **entries: Mapping[str, Any]) -> None:
        self.entries = entries

    def get_distr_props(self, prop_name: str, src_type: str, tgt_type: str) -> Mapping[str, Any]:
        assert (src_type, tgt_type) != ("C", "B"), "this type is not in both parts"
        return self.entries[prop_name]


RANDOM = np.random.RandomState(1)
TRAIN = statistics_of(
    ["A", "B"],
    ["A", "B"],
    u_syn={("A", "A"): RANDOM.rand(50), ("A", "B"): RANDOM.rand(7)},
    n_syn_per_conn={("A", "A"): RANDOM.poisson(3, 20), ("A", "B"): RANDOM.poisson(3, 3)},
)
TEST = statistics_of(
    ["B", "C", "A"],
    ["B"],
    u_syn={("A", "B"): RANDOM.rand(9), ("B", "B"): RANDOM.rand(4), ("C", "B"): RANDOM.rand(4)},
    n_syn_per_conn={(one, "B"): RANDOM.poisson(3, 5) for one in "ABC"},
)
MODEL = Model(
    u_syn={"type": "normal", "mean": 0.5, "std": 0.3},
    n_syn_per_conn={"type": "poisson", "mean": 3.0},
)


def test_pathways_are_those_whose_types_are_in_both_parts() -> None:
    found = fold_scores(2, TRAIN, TEST, MODEL)
    assert [(s.fold, s.property, s.src_type, s.tgt_type) for s in found] == [
        (2, "u_syn", "A", "B"),
        (2, "u_syn", "B", "B"),
        (2, N_SYN, "A", "B"),
        (2, N_SYN, "B", "B"),
    ]


def test_each_part_is_looked_up_in_its_own_grid() -> None:
    u_syn, absent, n_syn, _ = fold_scores(1, TRAIN, TEST, MODEL)
    train, test = TRAIN.quantities["u_syn"], TEST.quantities["u_syn"]
    assert (u_syn.n_train, u_syn.n_test) == (7, 9)
    assert (u_syn.mean_train, u_syn.std_train) == (train.mean[0, 1], train.std[0, 1])
    assert (u_syn.mean_test, u_syn.std_test) == (test.mean[2, 0], test.std[2, 0])
    a, b = (train.counts[0, 1], train.edges[0, 1]), (test.counts[2, 0], test.edges[2, 0])
    assert u_syn.ks == ks_histograms(*a, *b) > 0
    assert u_syn.ks_model == ks_model(*b, MODEL.entries["u_syn"]) > 0
    n_test = TEST.n_syn.counts[2, 0], TEST.n_syn.edges[2, 0]
    assert n_syn.ks_model == ks_model(*n_test, MODEL.entries[N_SYN], True)
    assert (absent.n_train, absent.n_test) == (0, 4)
    assert math.isnan(absent.mean_train)
    assert math.isnan(absent.ks)
    assert absent.ks_model == ks_model(test.counts[0, 0], test.edges[0, 0], MODEL.entries["u_syn"])


def test_types_that_one_part_lacks_are_told() -> None:
    rows = missing_types(3, TRAIN, TEST)
    assert [(row.src_type, row.tgt_type) for row in rows] == [("C", ""), ("", "A")]
    assert {(row.stage, row.kind) for row in rows} == {("scores", "fold_type_missing")}
    assert "fold 3" in rows[0].message
    assert "train" in rows[0].message
    assert "test" in rows[1].message
    assert "target" in rows[1].message
    assert missing_types(1, TRAIN, TRAIN) == []


@pytest.mark.parametrize("with_model", [True, False])
def test_the_file_has_full_precision_and_leaves_missing_values_empty(
    tmp_path: Path, with_model: bool
) -> None:
    scores = fold_scores(1, TRAIN, TEST, MODEL if with_model else None)
    path = tmp_path / "cv_scores.csv"
    write_scores(path, scores, with_model)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = (
        "fold,property,src_type,tgt_type,n_train,n_test,mean_train,mean_test,std_train,std_test,ks"
    )
    assert ",".join(rows[0]) == expected + (",ks_model" if with_model else "")
    assert len(rows) == len(scores)
    assert float(rows[0]["std_test"]) == scores[0].std_test
    assert float(rows[0]["ks"]) == scores[0].ks
    assert (rows[1]["n_train"], rows[1]["mean_train"], rows[1]["ks"]) == ("0", "", "")
    assert not with_model or float(rows[0]["ks_model"]) == scores[0].ks_model


def test_statistics_without_histograms_have_no_scores() -> None:
    bare = statistics_of(["A"], ["A"], n_syn_per_conn={})
    bare.n_syn.counts = None
    with pytest.raises(ValueError, match="n_syn_per_conn: counts"):
        fold_scores(1, bare, bare)
