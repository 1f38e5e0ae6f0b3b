"""The pathway whose distributions are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from region_grower_hpc.conn_props.statistics import Statistics

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel


def largest_pathway(statistics: Statistics, model: ConnPropsModel) -> tuple[int, int] | None:
    """The pathway with most connections among those that the model has too.

    Returns:
        Row and column of the first of them; None where no connection is known.

    Source: spec 7; `conn_props.plot`, which looks at used connections as well.
    """
    counts = statistics.n_syn.counts
    if counts is None:
        return None
    sources, targets = set(model.get_src_types()), set(model.get_tgt_types())
    is_known = np.array([one in sources for one in statistics.m_types[0]], dtype=bool)[:, None]
    is_known = is_known & np.array([one in targets for one in statistics.m_types[1]], dtype=bool)
    n_connections = np.where(is_known, counts.sum(axis=2), 0)
    if not n_connections.any():
        return None
    row, column = np.unravel_index(int(np.argmax(n_connections)), n_connections.shape)
    return int(row), int(column)
