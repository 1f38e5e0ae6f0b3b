"""Histograms of data and of draws from the model, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from region_grower_hpc.conn_props.figures.largest_pathway import largest_pathway
from region_grower_hpc.conn_props.statistics import Statistics

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

Reals = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Bins are added on either side up to so many times the data's range.
_MOST_RANGES = 10


@dataclass(frozen=True)
class Comparison:
    """A property in the largest pathway.

    Attributes:
        name: of the property.
        pathway: source and target type.
        is_per_connection: the data have one value a connection, else one a synapse.
        data_counts, data_edges: (B,) and (B + 1,).
        model_counts, model_edges: the same bins, and more of their width where draws lie outside.
        n_beyond: draws that lie still further out; they count in the outermost bins.
    """

    name: str
    pathway: tuple[str, str]
    is_per_connection: bool
    data_counts: Counts
    data_edges: Reals
    model_counts: Counts
    model_edges: Reals
    n_beyond: int


def data_histogram(
    statistics: Statistics, name: str, place: tuple[int, int] | None
) -> tuple[Counts, Reals] | None:
    """Counts and edges of a property in a pathway; None where there is no value."""
    quantity = statistics.quantities[name]
    if place is None or quantity.counts is None or quantity.edges is None:
        return None
    counts, edges = quantity.counts[place], quantity.edges[place].astype(np.float64)
    if not counts.sum() or not np.isfinite(edges).all() or not edges[-1] > edges[0]:
        return None
    return counts, edges


def compare(
    statistics: Statistics, model: ConnPropsModel, name: str, n_draws: int, seed: int
) -> Comparison | None:
    """Draw a property in the largest pathway and put the draws beside the data.

    Args:
        statistics: of the data.
        model: to draw from.
        name: of the property.
        n_draws: single values.
        seed: of the draws; each property has a stream of its own.

    Returns:
        None where the data have no value, or no draw is finite.

    Source: spec 7; `conn_props.plot`.
    """
    place = largest_pathway(statistics, model)
    found = data_histogram(statistics, name, place)
    if place is None or found is None:
        return None
    counts, edges = found
    source, target = statistics.m_types[0][place[0]], statistics.m_types[1][place[1]]
    with _stream(seed, name):
        # One connection a draw: within one, synapses may share their value.
        draws = [model.draw(name, source, target, size=1) for _ in range(n_draws)]
    values = np.concatenate([np.asarray(one, dtype=np.float64) for one in draws])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    # The last bin of the data holds its upper end, whether or not there are more bins above.
    values[values == edges[-1]] = np.nextafter(edges[-1], -np.inf)
    wide = extended(edges, values)
    shared = statistics.quantities[name].shared_within
    return Comparison(
        name=name,
        pathway=(str(source), str(target)),
        is_per_connection=shared is None or bool(shared[place] == 1),
        data_counts=counts,
        data_edges=edges,
        model_counts=np.histogram(np.clip(values, wide[0], wide[-1]), bins=wide)[0],
        model_edges=wide,
        n_beyond=int(np.count_nonzero((values < wide[0]) | (values > wide[-1]))),
    )


def extended(edges: Reals, values: ArrayLike) -> Reals:
    """Bins of the same width on either side, as far as values lie there.

    Args:
        edges: (B + 1,) ascending.
        values: (n,) finite; at most ten times the range of the edges is added on a side.
    """
    values = np.asarray(values, dtype=np.float64)
    n_bins = edges.size - 1
    width = (edges[-1] - edges[0]) / n_bins
    n_most = _MOST_RANGES * n_bins
    n_below = _n_more((edges[0] - values.min()) / width, n_most)
    n_above = _n_more((values.max() - edges[-1]) / width, n_most)
    below = edges[0] - width * np.arange(n_below, 0, -1)
    above = edges[-1] + width * np.arange(1, n_above + 1)
    return np.concatenate([below, edges, above])


def _n_more(n_widths: float, n_most: int) -> int:
    """Bins that reach so far, up to a limit."""
    return int(np.ceil(min(max(n_widths, 0.0), float(n_most))))


@contextmanager
def _stream(seed: int, name: str) -> Iterator[None]:
    """Numpy's global stream, which the model draws from, at a state of its own for a while."""
    kept = np.random.get_state()
    sequence = np.random.SeedSequence([seed, crc32(name.encode(errors="replace"))])
    np.random.seed(sequence.generate_state(8))
    try:
        yield
    finally:
        np.random.set_state(kept)
