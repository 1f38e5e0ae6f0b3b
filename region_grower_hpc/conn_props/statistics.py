"""The statistics of all pathways: what extraction finds, and what models are built from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Name of the number of synapses of a connection, which is treated as a property is.
N_SYN = "n_syn_per_conn"
#: A list of unique values is kept if it is no longer.
MAX_UNIQUE = 100
#: Values of `Quantity.norm_fit`.
MISSING, ACCEPTED, REPLACED = 0, 1, 2


@dataclass(frozen=True)
class Lists:
    """Lists of numbers, one a pathway, one after the other.

    Attributes:
        values: of all lists.
        offsets: (n + 1,) list k is values[offsets[k]:offsets[k + 1]].
    """

    values: Reals
    offsets: Counts

    @classmethod
    def of(cls, lists: Iterable[Any]) -> Lists:
        """From arrays or lists; whatever is none (NaN, None) is an empty one."""
        arrays = [
            np.asarray(one, dtype=np.float64) if np.ndim(one) else np.empty(0) for one in lists
        ]
        lengths = [len(one) for one in arrays]
        values = np.concatenate(arrays) if arrays else np.empty(0)
        return cls(values, np.concatenate(([0], np.cumsum(lengths))).astype(np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Lists]) -> Lists:
        """All lists of all parts."""
        lengths = [np.diff(one.offsets) for one in parts]
        offsets = np.concatenate(([0], *lengths)).cumsum().astype(np.int64)
        return cls(np.concatenate([np.empty(0), *(one.values for one in parts)]), offsets)

    def chosen(self, numbers: Counts) -> Lists:
        """The lists of these numbers, in this order."""
        lengths = np.diff(self.offsets)[numbers]
        offsets = np.concatenate(([0], lengths)).cumsum().astype(np.int64)
        shifts = np.repeat(self.offsets[numbers] - offsets[:-1], lengths)
        return Lists(self.values[np.arange(offsets[-1]) + shifts], offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, k: int) -> Reals:
        return self.values[self.offsets[k] : self.offsets[k + 1]]

    def __iter__(self) -> Iterator[Reals]:
        return (self[k] for k in range(len(self)))


@dataclass
class Quantity:
    """Statistics of one property, or of the number of synapses of a connection.

    Arrays have a row a source type and a column a target type; lists are numbered row by row. Any
    may be None where it is not known: models need few of them.

    Attributes:
        name: of the property.
        dtype: of the edges' column; None: not known.
        mean, std, min, max: NaN = missing.
        norm_loc, norm_scale: of the fitted normal distribution.
        shared_within: 1 if all synapses of a connection have one value, else 0; None for `N_SYN`.
        counts, edges: (S, T, B) and (S, T, B + 1) histogram; 0 and NaN where missing.
        val, cnt, p: unique values, their counts and fractions; empty where there are too many.
        norm_fit: `MISSING`, `ACCEPTED`, or `REPLACED` by mean and std.
    """

    name: str
    dtype: np.dtype[Any] | None = None
    mean: Reals | None = None
    std: Reals | None = None
    min: Reals | None = None
    max: Reals | None = None
    norm_loc: Reals | None = None
    norm_scale: Reals | None = None
    shared_within: Reals | None = None
    counts: Counts | None = None
    edges: Reals | None = None
    val: Lists | None = None
    cnt: Lists | None = None
    p: Lists | None = None
    norm_fit: NDArray[np.uint8] | None = None


#: Attributes of a Quantity with one number a pathway.
SCALARS = ("mean", "std", "min", "max", "norm_loc", "norm_scale")
LISTS = ("val", "cnt", "p")


@dataclass(frozen=True)
class Correlations:
    """Pearson correlations of properties: (S, T, P, P), NaN where not defined.

    Attributes:
        per_connection: of the first synapses of connections.
        per_synapse: of all synapses.
    """

    per_connection: Reals
    per_synapse: Reals


Pair = tuple[list[Any], list[Any]]


@dataclass
class Statistics:
    """All that is known of the pathways of a circuit.

    Attributes:
        m_types: names of source types and of target types.
        m_type_class, m_type_layer: of each of them.
        quantities: by name; the properties in order, `N_SYN` last.
        hist_bins: number of bins.
        n_conn, n_conn_used, n_syn_used: (S, T) connections, those used, and their synapses.
        correlations: of properties, where they were asked for.
        attributes: of the data file: what the numbers depend on.
    """

    m_types: Pair
    m_type_class: Pair
    m_type_layer: Pair
    quantities: dict[str, Quantity]
    hist_bins: int
    n_conn: Counts | None = None
    n_conn_used: Counts | None = None
    n_syn_used: Counts | None = None
    correlations: Correlations | None = None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of source and target types."""
        return len(self.m_types[0]), len(self.m_types[1])

    @property
    def properties(self) -> list[str]:
        """Names of the properties, without `N_SYN`."""
        return [name for name in self.quantities if name != N_SYN]

    @property
    def n_syn(self) -> Quantity:
        """Synapses of a connection."""
        return self.quantities[N_SYN]

    @property
    def present(self) -> NDArray[np.bool_]:
        """(S, T) pathways with data."""
        if self.n_syn.mean is None:
            raise ValueError(f"the mean of {N_SYN} is not known")
        return np.isfinite(self.n_syn.mean)

    @classmethod
    def from_dict(
        cls,
        syns_per_conn_data: Mapping[str, Any],
        conn_prop_data: Mapping[str, Any],
        m_types: Sequence[Sequence[Any]],
        m_type_class: Sequence[Sequence[Any]],
        m_type_layer: Sequence[Sequence[Any]],
        syn_props: Sequence[str],
        hist_bins: int | None = None,
    ) -> Statistics:
        """From the dictionary that `extract` gives, ours or the peer's."""
        from region_grower_hpc.conn_props.peer_dictionary import quantity_of

        quantities = {
            name: quantity_of(name, conn_prop_data, index) for index, name in enumerate(syn_props)
        }
        quantities[N_SYN] = quantity_of(N_SYN, syns_per_conn_data, None)
        counts = quantities[N_SYN].counts
        n_bins = 0 if counts is None else counts.shape[2]
        return cls(
            *(_pair(m_types), _pair(m_type_class), _pair(m_type_layer)),
            quantities=quantities,
            hist_bins=n_bins if hist_bins is None else int(hist_bins),
        )

    def to_dict(self) -> dict[str, Any]:
        """The dictionary of the peer's `extract`."""
        from region_grower_hpc.conn_props.peer_dictionary import dictionary_of

        return dictionary_of(self)


def _pair(values: Sequence[Sequence[Any]]) -> Pair:
    source, target = values
    return list(source), list(target)
