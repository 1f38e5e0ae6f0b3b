"""Pathways that stand in for those without data: of the same types, layers and classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Levels, from the most alike to everything.
N_LEVELS = 5


@dataclass(frozen=True)
class Pool:
    """Pathways from `sources` to `targets`, and those that take their numbers.

    Attributes:
        level: 0 same source type x targets of the same layer and class; 1 same source type x
            targets of the class; 2 sources of the layer and class x targets of the layer and
            class; 3 sources of the class x targets of the class; 4 everything.
        sources, targets: numbers of types.
        rows, columns: source and target types of the pathways to fill, row by row.
    """

    level: int
    sources: Indices
    targets: Indices
    rows: Indices
    columns: Indices

    def flat(self, n_targets: int) -> Indices:
        """Numbers of the pool's pathways, row by row."""
        numbers: Indices = (self.sources[:, None] * n_targets + self.targets).ravel()
        return numbers


def find_pools(
    wanted: Mask,
    held: Mask,
    classes: tuple[Sequence[Any], Sequence[Any]],
    layers: tuple[Sequence[Any], Sequence[Any]],
) -> list[Pool]:
    """The first pool of each wanted pathway that holds any data.

    Args:
        wanted: (S, T) pathways to fill.
        held: (S, T) pathways with data.
        classes: of source types and of target types; equal as they are stored.
        layers: the same.

    Returns:
        pools, by level; none for a pathway if nothing is held.

    Source: interpolation levels of connectome_manipulator's `conn_props.build`.
    """
    open_pathways = wanted.copy()
    pools: list[Pool] = []
    for level, (source, target) in enumerate(_groupings(classes, layers)):
        held_rows, held_columns = np.nonzero(held)
        holds = np.zeros((source.max(initial=0) + 1, target.max(initial=0) + 1), dtype=np.bool_)
        holds[source[held_rows], target[held_columns]] = True
        rows, columns = np.nonzero(open_pathways & holds[source][:, target])
        open_pathways[rows, columns] = False
        keys = source[rows] * holds.shape[1] + target[columns]
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        for members in np.split(order, starts[1:]) if len(order) else ():
            first = members[0]
            pools.append(
                Pool(
                    level,
                    np.flatnonzero(source == source[rows[first]]),
                    np.flatnonzero(target == target[columns[first]]),
                    rows[members],
                    columns[members],
                )
            )
    return pools


def levels_of(pools: Sequence[Pool], shape: tuple[int, int]) -> NDArray[np.int8]:
    """(S, T) level of each pathway that is filled, -1 of the others."""
    levels = np.full(shape, -1, dtype=np.int8)
    for pool in pools:
        levels[pool.rows, pool.columns] = pool.level
    return levels


def _groupings(
    classes: tuple[Sequence[Any], Sequence[Any]], layers: tuple[Sequence[Any], Sequence[Any]]
) -> list[tuple[Indices, Indices]]:
    """Groups of source and of target types, a level each."""
    n_sources, n_targets = len(classes[0]), len(classes[1])
    by_class = [_codes(side) for side in classes]
    by_both = [_codes(list(zip(*pair, strict=True))) for pair in zip(classes, layers, strict=True)]
    each = np.arange(n_sources)
    return [
        (each, by_both[1]),
        (each, by_class[1]),
        (by_both[0], by_both[1]),
        (by_class[0], by_class[1]),
        (np.zeros(n_sources, dtype=np.intp), np.zeros(n_targets, dtype=np.intp)),
    ]


def _codes(values: Sequence[Any]) -> Indices:
    known: dict[Any, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.intp)
