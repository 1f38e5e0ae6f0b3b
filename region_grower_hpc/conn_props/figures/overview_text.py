"""What an overview says in words of each property."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distances import Entries, Entry
from region_grower_hpc.conn_props.figures.shown import (
    counted,
    shown_distance,
    shown_number,
    shown_pathway,
)
from region_grower_hpc.conn_props.statistics import ACCEPTED, N_SYN, Quantity, Statistics

Reals = NDArray[np.float64]

_SMALLEST_DISTANCE = 0.001


def grid_lines(statistics: Statistics) -> list[str]:
    """Types, pathways, connections, synapses."""
    n_sources, n_targets = statistics.shape
    present = statistics.present
    n_missing = int((~present).sum())
    lines = [
        f"{counted(n_sources, 'source type')}, {counted(n_targets, 'target type')}",
        f"{int(present.sum()):,} of {counted(present.size, 'pathway')} have data",
    ]
    if n_missing:
        lines.append(f"{n_missing:,} filled in from others by the model")
    if statistics.n_conn is not None:
        lines.append(counted(int(statistics.n_conn.sum()), "connection"))
    for n, noun in (
        (statistics.n_conn_used, "connection"),
        (statistics.n_syn_used, "synapse"),
    ):
        if n is not None:
            lines.append(f"{counted(int(n.sum()), noun)} used")
    return lines


def property_lines(quantity: Quantity, entries: Entries, present: NDArray[np.bool_]) -> list[str]:
    """Type of the distribution, limits, sharing, and what did not go as asked.

    Args:
        quantity: statistics of the property.
        entries: its distributions.
        present: (S, T) pathways with data.
    """
    held = [entry for row in entries for entry in row if entry is not None]
    if not held:
        return ["none of these pathways is in the model"]
    types = Counter(entry["type"] for entry in held)
    lines = [
        ", ".join(f"{name} {n:,}" if len(types) > 1 else name for name, n in types.most_common())
    ]
    lines[0] += _limits(held[0])
    if quantity.name != N_SYN:
        n_shared = sum(bool(entry.get("shared_within", True)) for entry in held)
        lines.append(f"one value a connection: {n_shared:,} of {len(held):,}")
    n_fallen = sum("fallback_from" in entry for entry in held)
    if n_fallen:
        lines.append(f"{n_fallen:,} fell back to another type")
    if "truncnorm" in types and quantity.norm_fit is not None:
        n_accepted = int((quantity.norm_fit[present] == ACCEPTED).sum())
        lines.append(f"normal fits accepted: {n_accepted:,} of {int(present.sum()):,}")
    if len(held) < present.size:
        lines.append(f"not in the model: {counted(present.size - len(held), 'pathway')}")
    return lines


def distance_lines(distances: Reals, statistics: Statistics) -> list[str]:
    """Middle and largest distance of data and model."""
    if not np.isfinite(distances).any():
        return []
    row, column = np.unravel_index(int(np.nanargmax(distances)), distances.shape)
    where = shown_pathway(statistics.m_types[0][row], statistics.m_types[1][column])
    middle, largest = float(np.nanmedian(distances)), float(distances[row, column])
    if largest < _SMALLEST_DISTANCE:
        return [f"KS distance: below {_SMALLEST_DISTANCE} everywhere"]
    return [
        f"KS distance: median {shown_distance(middle)}, largest",
        f"{shown_distance(largest)} in {where}",
    ]


def _limits(entry: Entry) -> str:
    """Bounds and dtype of an entry; all of a property have the same."""
    parts = []
    lower, upper = entry.get("lower_bound"), entry.get("upper_bound")
    if lower is not None or upper is not None:
        ends = [shown_number(float(one)) if one is not None else "" for one in (lower, upper)]
        parts.append(" … ".join(ends).strip())
    if entry.get("dtype") is not None:
        parts.append(str(entry["dtype"]))
    return f" ({', '.join(parts)})" if parts else ""
