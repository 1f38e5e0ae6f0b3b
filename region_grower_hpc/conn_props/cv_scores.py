"""cv_scores.csv: how far the test part of each fold is from its train part, and from the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from region_grower_hpc.conn_props.csv_table import csv_text
from region_grower_hpc.conn_props.cumulative import ks_histograms, ks_model
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity, Statistics
from region_grower_hpc.formats import atomic

#: Of rows in failures.csv.
STAGE = "scores"
SIDES = ("source", "target")


class Entries(Protocol):
    """What of a ConnPropsModel is needed here."""

    def get_distr_props(self, prop_name: str, src_type: str, tgt_type: str) -> Mapping[str, Any]:
        """The distribution of one property and pathway."""
        ...


@dataclass(frozen=True)
class Score:
    """One row; NaN is left empty.

    Attributes:
        fold: 1-based.
        property: its name, or n_syn_per_conn.
        src_type, tgt_type: the pathway.
        n_train, n_test: numbers of values; 0 where the pathway has no data in that part.
        mean_train, mean_test, std_train, std_test: of the values.
        ks: largest distance of the cumulative histograms of both parts.
        ks_model: the same of the test part and the model of the train part; only in files of
            `conn-props run`.
    """

    fold: int
    property: str
    src_type: str
    tgt_type: str
    n_train: int
    n_test: int
    mean_train: float
    mean_test: float
    std_train: float
    std_test: float
    ks: float
    ks_model: float = math.nan


def fold_scores(
    fold: int, train: Statistics, test: Statistics, model: Entries | None = None
) -> list[Score]:
    """Scores of all properties and pathways whose types are in both parts of a fold.

    Args:
        fold: 1-based.
        train: statistics of one part.
        test: of the other, with the same properties.
        model: built on the train part; None: `ks_model` stays empty.

    Returns:
        properties in their order, n_syn_per_conn last; pathways row by row.
    """
    return [
        score
        for name, quantity in train.quantities.items()
        for score in _scores_of(
            fold, _Part(train, quantity), _Part(test, test.quantities[name]), model
        )
    ]


class _Part:
    """One property in one part, by the names of the types."""

    def __init__(self, statistics: Statistics, quantity: Quantity) -> None:
        self.name = quantity.name
        self.rows, self.columns = (
            {str(name): index for index, name in enumerate(side)} for side in statistics.m_types
        )
        self.counts = _known(quantity, "counts")
        self.edges = _known(quantity, "edges")
        self.n_values = self.counts.sum(axis=-1)
        self.mean = _known(quantity, "mean")
        self.std = _known(quantity, "std")


def _known(quantity: Quantity, key: str) -> NDArray[Any]:
    array: NDArray[Any] | None = getattr(quantity, key)
    if array is None:
        raise ValueError(f"{quantity.name}: {key} is not known, but scores need it")
    return array


def _scores_of(fold: int, train: _Part, test: _Part, model: Entries | None) -> Iterator[Score]:
    sources = [name for name in train.rows if name in test.rows]
    targets = [name for name in train.columns if name in test.columns]
    for source, target in product(sources, targets):
        a = train.rows[source], train.columns[target]
        b = test.rows[source], test.columns[target]
        n_train, n_test = int(train.n_values[a]), int(test.n_values[b])
        between = to_model = math.nan
        if n_train and n_test:
            between = ks_histograms(train.counts[a], train.edges[a], test.counts[b], test.edges[b])
        if n_test and model is not None:
            entry = model.get_distr_props(train.name, source, target)
            is_synapse_count = train.name == N_SYN
            to_model = ks_model(test.counts[b], test.edges[b], entry, is_synapse_count)
        yield Score(
            *(fold, train.name, source, target, n_train, n_test),
            *(float(train.mean[a]), float(test.mean[b])),
            *(float(train.std[a]), float(test.std[b])),
            *(between, to_model),
        )


def missing_types(fold: int, train: Statistics, test: Statistics) -> list[FailureRow]:
    """Rows for failures.csv of the types that only one part of a fold has.

    Returns:
        source types first, then target types, in the order of their names.
    """
    rows = []
    for side, names in enumerate(zip(train.m_types, test.m_types, strict=True)):
        trained, tested = ({*map(str, part)} for part in names)
        for name in sorted(trained ^ tested):
            part = "train" if name in tested else "test"
            message = (
                f"fold {fold}: no selected {SIDES[side]} neuron of this type is in its {part} part"
            )
            pathway = ("", name) if side else (name, "")
            rows.append(FailureRow(STAGE, *pathway, "", "fold_type_missing", message))
    return rows


def write_scores(path: Path, scores: Sequence[Score], with_model: bool) -> None:
    """Write cv_scores.csv: floats in full precision, missing ones empty.

    Args:
        path: replaced as a whole.
        scores: of all folds.
        with_model: whether there is a column `ks_model`.
    """
    atomic.write_text(path, csv_text(Score, scores, without=() if with_model else ("ks_model",)))
