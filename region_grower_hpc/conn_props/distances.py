"""How far the data of each pathway lie from a model's distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.cumulative import ks_model, largest_difference, thresholds
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity

Reals = NDArray[np.float64]
Entry = Mapping[str, Any]
#: Rows of entries: a row a source type; None where the model lacks a type of the data.
Entries = Sequence[Sequence[Entry | None]]


def distances(quantity: Quantity, entries: Entries) -> Reals:
    """Largest difference of the cumulative counts and the model, as `ks_model` has it.

    Args:
        quantity: statistics of one property.
        entries: its distributions.

    Returns:
        (S, T) 0 to 1; NaN where there are no counts, or no entry.
    """
    n_columns = len(entries[0]) if entries else 0
    values = np.full((len(entries), n_columns), np.nan)
    counts, edges = quantity.counts, quantity.edges
    if counts is None or edges is None:
        return values
    is_counted = (counts.sum(axis=2) > 0) & np.isfinite(edges).all(axis=2)
    alike: dict[Any, list[tuple[int, int]]] = {}
    for row, column in zip(*np.nonzero(is_counted), strict=True):
        entry = entries[row][column]
        if entry is not None:
            alike.setdefault(_kind(entry), []).append((row, column))
    is_count = quantity.name == N_SYN
    for kind, places in alike.items():
        held = [entries[row][column] for row, column in places]
        found = [entry for entry in held if entry is not None]
        at = tuple(np.array(places).T)
        if kind[0] == "discrete":
            rows = zip(counts[at], edges[at], found, strict=True)
            values[at] = [ks_model(*one, is_synapse_count=is_count) for one in rows]
        else:
            values[at] = _all_at_once(counts[at], edges[at], found, is_count)
    return values


def _kind(entry: Entry) -> tuple[Any, ...]:
    """What entries must share to be looked at together."""
    bounds = (entry.get(key) is not None for key in ("lower_bound", "upper_bound"))
    return (entry["type"], entry.get("dtype"), *bounds)


def _all_at_once(
    counts: NDArray[np.int64], edges: Reals, entries: Sequence[Entry], is_synapse_count: bool
) -> Reals:
    """(n,) distances of pathways whose entries are of one kind."""
    first = entries[0]
    distribution = DISTRIBUTIONS[first["type"]]
    keys = [*distribution.attributes, "lower_bound", "upper_bound"]
    numbers = {
        key: np.array([one[key] for one in entries], dtype=np.float64)[:, None]
        for key in keys
        if first.get(key) is not None
    }
    lower, upper = numbers.get("lower_bound"), numbers.get("upper_bound")
    at = thresholds(edges, lower, upper, first.get("dtype"), is_synapse_count)
    # No value lies below minus infinity, all below infinity.
    inside = distribution.cdf(np.where(np.isfinite(at), at, edges[:, :1]), numbers)
    model = np.where(np.isfinite(at), inside, np.where(at > 0, 1.0, 0.0))
    return largest_difference(counts, model)
