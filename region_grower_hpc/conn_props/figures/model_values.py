"""What a model says of each pathway, as matrices beside those of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distances import Entries, Entry
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.statistics import Statistics
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

Reals = NDArray[np.float64]


def entries_of(model: ConnPropsModel, name: str, statistics: Statistics) -> Entries:
    """Distributions of one property for the pathways of the data.

    A type that the model lacks has no entries: test data of a fold may hold one that its training
    data do not.

    Raises:
        InvalidInputError: the model lacks the property.
    """
    if name not in model.get_prop_names():
        raise InvalidInputError(
            f"model: has no property {name!r}, which the data have; it has "
            f"{', '.join(map(repr, model.get_prop_names()))}: build it from these data"
        )
    sources, targets = set(model.get_src_types()), set(model.get_tgt_types())
    return [
        [
            model.get_distr_props(name, source, target)
            if source in sources and target in targets
            else None
            for target in statistics.m_types[1]
        ]
        for source in statistics.m_types[0]
    ]


def model_matrix(entries: Entries, statistic: str) -> Reals:
    """One number a pathway.

    Args:
        entries: of one property.
        statistic: mean, std, or shared_within. What an entry does not store is derived from its
            distribution, without bounds and rounding.

    Returns:
        (S, T) float64; NaN where there is no entry, or no such number.

    Source: spec 7; `conn_props._get_model_stat`, which draws 200 values of a truncated normal
    distribution where this has its moments.
    """
    n_columns = len(entries[0]) if entries else 0
    values = np.full(len(entries) * n_columns, np.nan)
    to_derive: dict[str, list[int]] = {}
    flat = [entry for row in entries for entry in row]
    for place, entry in enumerate(flat):
        if entry is None:
            continue
        if statistic in entry:
            values[place] = entry[statistic]
        elif statistic in ("mean", "std"):
            to_derive.setdefault(entry["type"], []).append(place)
    for name, places in to_derive.items():
        values[places] = _derived(name, [flat[place] for place in places], statistic)
    return values.reshape(len(entries), n_columns)


def _derived(name: str, entries: Sequence[Entry | None], statistic: str) -> Reals:
    """Mean or standard deviation of entries of one type, all at once where the type allows it."""
    distribution = DISTRIBUTIONS[name]
    of = distribution.mean if statistic == "mean" else distribution.std
    held = [entry for entry in entries if entry is not None]
    if name == "discrete":
        return np.array([float(of(entry)) for entry in held])
    numbers = {key: np.array([one[key] for one in held], float) for key in distribution.attributes}
    return np.broadcast_to(of(numbers), len(held))
