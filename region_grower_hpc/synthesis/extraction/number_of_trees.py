"""How many neurites of a type the cells have."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

L = logging.getLogger(__name__)


def tree_number_distribution(n_trees: Sequence[int], at_least_one: bool) -> dict[str, Any]:
    """Histogram of the numbers of trees, one bin a number from the least to the largest.

    Args:
        n_trees: of each cell.
        at_least_one: a cell without a tree is counted as one with one tree, with a warning.

    Source: `from_neurom.number_neurites` of NeuroTS 3.7.0.
    """
    counts = np.asarray(n_trees)
    if at_least_one and (counts == 0).any():
        L.warning(
            "%d of %d cells have no basal dendrite; they are counted as cells with one",
            (counts == 0).sum(),
            len(counts),
        )
        counts = np.maximum(counts, 1)
    least, largest = int(counts.min()), int(counts.max())
    weights = np.bincount(counts)[least:]
    return {"data": {"bins": list(range(least, largest + 1)), "weights": weights.tolist()}}
