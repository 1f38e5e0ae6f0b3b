"""Statistics of pathways, one after another: the text of the specification in plain numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Any

import numpy as np

from tests.conn_props.made_circuits import MadeCircuit

N_SYN = "n_syn_per_conn"
SCALARS = ("mean", "std", "min", "max")
LISTS = ("val", "cnt", "p")
MOST_UNIQUE = 100


@dataclass
class PlainStatistics:
    """Of one part.

    Attributes:
        types: names of source and target types.
        values: (source type, target type, property) -> statistics of a pathway with data.
        counts: (source type, target type) -> connections, those used, their synapses.
        correlations: likewise, per connection (of shared properties) and per synapse.
        n_non_finite: (source type, target type, property) -> values left out.
    """

    types: tuple[list[str], list[str]]
    values: dict[tuple[int, int, str], dict[str, Any]]
    counts: dict[tuple[int, int], tuple[int, int, int]]
    correlations: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]]
    n_non_finite: dict[tuple[int, int, str], int]


def plain_statistics(
    circuit: MadeCircuit,
    masks: tuple[np.ndarray, np.ndarray],
    group_by: str,
    properties: Sequence[str],
    n_bins: int,
    least: int,
    most: int,
    rng: np.random.RandomState,
) -> PlainStatistics:
    """Statistics of edges between selected nodes.

    Args:
        circuit: whose edges are measured.
        masks: selected source and target nodes.
        group_by: property that makes the types.
        properties: columns.
        n_bins: of histograms.
        least: fewest connections; 0: any number.
        most: most connections that are used; 0: any number.
        rng: of samples.
    """
    kinds = [
        np.unique(side[group_by][mask]) for side, mask in zip(circuit.sides, masks, strict=True)
    ]
    found = PlainStatistics(
        ([str(one) for one in kinds[0]], [str(one) for one in kinds[1]]), {}, {}, {}, {}
    )
    for s, source_type in enumerate(kinds[0]):
        is_source = masks[0] & (circuit.sides[0][group_by] == source_type)
        for t, target_type in enumerate(kinds[1]):
            is_target = masks[1] & (circuit.sides[1][group_by] == target_type)
            edges = np.flatnonzero(is_source[circuit.source] & is_target[circuit.target])
            ends = list(zip(circuit.source[edges], circuit.target[edges], strict=True))
            pairs = sorted(set(ends))
            found.counts[s, t] = len(pairs), 0, 0
            if not pairs or len(pairs) < least:
                continue
            used = list(range(len(pairs)))
            if 0 < most < len(pairs):
                used = sorted(rng.permutation(len(pairs))[:most])
            of_used = [
                np.array([edge for edge, end in zip(edges, ends, strict=True) if end == pairs[k]])
                for k in used
            ]
            n_syn = np.array([len(one) for one in of_used])
            found.counts[s, t] = len(pairs), len(used), int(n_syn.sum())
            found.values[s, t, N_SYN] = summary(n_syn, n_bins)
            for name in properties:
                column = native(circuit.columns[name])
                values, is_shared = property_values(column, edges, of_used)
                n_values = sum(int((~np.isfinite(column[one])).sum()) for one in of_used)
                found.n_non_finite[s, t, name] = n_values
                if len(values):
                    found.values[s, t, name] = {
                        **summary(values, n_bins),
                        "shared_within": float(is_shared),
                    }
            if properties:
                table = [native(circuit.columns[name]).astype(np.float64) for name in properties]
                first, every = correlations(np.array(table), of_used)
                of_all = [found.values.get((s, t, name), {}) for name in properties]
                is_kept = np.array([one.get("shared_within") == 1 for one in of_all])
                first = np.where(is_kept[:, None] & is_kept, first, np.nan)
                found.correlations[s, t] = first, every
    return found


def native(column: np.ndarray) -> np.ndarray:
    return column.astype(column.dtype.newbyteorder("="))


def property_values(
    column: np.ndarray, edges: np.ndarray, of_used: Sequence[np.ndarray]
) -> tuple[np.ndarray, bool]:
    """Values of a pathway that count, and whether connections share them."""
    finite = [column[one][np.isfinite(column[one])] for one in of_used]
    everything = column[edges][np.isfinite(column[edges])]
    one_value = len(np.unique(everything)) == 1
    is_shared = all(len(np.unique(one)) <= 1 for one in finite)
    is_shared = is_shared and not (len(of_used) > 1 and one_value)
    if is_shared:
        finite = [one[:1] for one in finite]
    return np.concatenate(finite), is_shared


def summary(values: np.ndarray, n_bins: int) -> dict[str, Any]:
    """All statistics of values but the fit."""
    reals = values.astype(np.float64)
    mean = fsum(reals) / len(reals)
    unique, counts = np.unique(values, return_counts=True)
    if len(unique) > 1 and (len(unique) == len(values) or len(unique) > MOST_UNIQUE):
        unique, counts = unique[:0], counts[:0]
    edges = bin_edges(values, n_bins)
    places = np.searchsorted(edges[:-1], values, side="right") - 1
    return {
        "mean": mean,
        "std": sqrt(fsum((reals - mean) ** 2) / len(reals)),
        "min": reals.min(),
        "max": reals.max(),
        "edges": edges.astype(np.float64),
        "counts": np.bincount(places, minlength=n_bins),
        "val": unique.astype(np.float64),
        "cnt": counts.astype(np.float64),
        "p": counts / max(counts.sum(), 1),
    }


def bin_edges(values: np.ndarray, n_bins: int) -> np.ndarray:
    """Edges in the arithmetic of floats, and in float64 for integers."""
    dtype = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    low, high = (one.astype(dtype) for one in (values.min(), values.max()))
    if low == high:
        low, high = low - dtype.type(0.5), high + dtype.type(0.5)
    step = (high - low) / dtype.type(n_bins)
    edges = np.arange(n_bins + 1).astype(dtype) * step + low
    edges[-1] = high
    assert edges.dtype == dtype
    return edges


def correlations(table: np.ndarray, of_used: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Per connection and per synapse; edges with a value that is not finite are left out."""
    whole = np.isfinite(table).all(axis=0)
    rows = [one[whole[one]] for one in of_used]
    firsts = np.concatenate([one[:1] for one in rows])
    return correlation(table[:, firsts]), correlation(table[:, np.concatenate(rows)])


def correlation(table: np.ndarray) -> np.ndarray:
    """(P, P); NaN beside a property with one value."""
    varies = np.array([len(np.unique(one)) > 1 for one in table], dtype=bool)
    result = np.full((len(table), len(table)), np.nan)
    if varies.any():
        result[np.ix_(varies, varies)] = np.corrcoef(table[varies])
    return result


def folds(
    masks: tuple[np.ndarray, np.ndarray], n_folds: int, seed: int
) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray], np.random.RandomState]]:
    """Name, nodes and random stream of each part of a cross-validation."""
    for index in range(n_folds):
        for part in ("train", "test"):
            rng = np.random.RandomState(seed)
            chosen = []
            for mask in masks:
                ids = np.flatnonzero(mask)
                order = np.arange(len(ids))
                rng.shuffle(order)
                is_test = np.zeros(len(mask), dtype=bool)
                is_test[ids[np.array_split(order, n_folds)[index]]] = True
                chosen.append(is_test if part == "test" else mask & ~is_test)
            yield f"__CV{n_folds}-{index + 1}-{part}", (chosen[0], chosen[1]), rng
