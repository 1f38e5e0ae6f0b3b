"""What the peer would need for all pathways, from what it needed for some."""

from __future__ import annotations

import numpy as np
from conn_props_tools import Place
from numpy.typing import NDArray

#: Pathways that are run: these shares of all pathways have fewer connections.
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def pathways_of_all_sizes(n_connections: NDArray[np.int64]) -> list[Place]:
    """Pathways at QUANTILES of the numbers of connections."""
    present = np.flatnonzero(n_connections)
    ordered = present[np.argsort(n_connections.ravel()[present], kind="stable")]
    flat = [int(ordered[round(quantile * (len(ordered) - 1))]) for quantile in QUANTILES]
    return [divmod(number, n_connections.shape[1]) for number in dict.fromkeys(flat)]


def extrapolated_s(
    seconds: NDArray[np.float64],
    sizes: NDArray[np.int64],
    n_connections: NDArray[np.int64],
) -> float:
    """CPU time of all pathways.

    Between two pathways that were run the cost follows a straight line. Smaller ones cost as much a
    connection as the smallest one that was run, larger ones as the largest: less than in truth,
    since the peer has a cost a pathway, and a cost a connection that grows with the pathway.

    Args:
        seconds: of the pathways that were run.
        sizes: their numbers of connections.
        n_connections: those of all pathways.
    """
    order = np.argsort(sizes, kind="stable")
    knots, costs_s = sizes[order], seconds[order]
    wanted = n_connections.ravel()
    total = np.interp(wanted, [0, *knots], [0.0, *costs_s]).sum()
    beyond = np.maximum(wanted - knots[-1], 0).sum()
    return float(total + beyond * costs_s[-1] / knots[-1])
