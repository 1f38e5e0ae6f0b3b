"""Folds of cross-validation: the nodes that train a model and those that test it.

The draws are those of scikit-learn's KFold with `shuffle`, on the legacy random stream.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import InvalidInputError

Mask = NDArray[np.bool_]


def fold_numbers(mask: Mask, n_folds: int, rng: np.random.RandomState) -> NDArray[np.int32]:
    """The fold, 0 to n_folds - 1, that each selected node tests; -1 for others, (n_nodes,).

    The selected nodes are shuffled once; folds are consecutive pieces, the first ones longer by
    one where they do not divide evenly.

    Raises:
        InvalidInputError: fewer than two folds, or fewer nodes than folds.
    """
    ids = np.flatnonzero(mask)
    if not 2 <= n_folds <= len(ids):
        raise InvalidInputError(
            f"cross-validation: {len(ids)} selected node(s) cannot make {n_folds} folds: choose at "
            "least 2 folds and no more than nodes, on either side"
        )
    order = np.arange(len(ids))
    rng.shuffle(order)
    lengths = np.full(n_folds, len(ids) // n_folds)
    lengths[: len(ids) % n_folds] += 1
    numbers = np.full(len(mask), -1, dtype=np.int32)
    numbers[ids[order]] = np.repeat(np.arange(n_folds, dtype=np.int32), lengths)
    return numbers


def nodes_of_fold(numbers: NDArray[np.int32], index: int, is_train: bool) -> Mask:
    """Nodes that test fold `index` (from 0), or all other selected ones, (n_nodes,)."""
    is_test: Mask = numbers == index
    return (numbers >= 0) & ~is_test if is_train else is_test
