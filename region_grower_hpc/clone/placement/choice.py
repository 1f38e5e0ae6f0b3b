"""One of the candidates for each cell, with a probability proportional to its score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Tells the streams of this pass from those that others make of seed and cell.
PURPOSE = 0x434C4F4E45


def independent_uniforms(seed: int, cells: Iterable[int]) -> Iterator[float]:
    """One number in [0, 1) for each cell, of a stream that depends on seed and cell only."""
    for cell in cells:
        sequence = np.random.SeedSequence([seed, cell, PURPOSE])
        yield np.random.Generator(np.random.PCG64(sequence)).random()


def sequential_uniforms(seed: int, cells: Iterable[int]) -> Iterator[float]:
    """One number in [0, 1) for each cell, as placement-algorithm 2.3 draws it."""
    generator = np.random.RandomState()
    for cell in cells:
        # Seeding is ten times faster than making a generator.
        generator.seed((seed + cell) % 2**32)
        yield generator.random_sample()


def drawn(weights: FloatArray, uniform: float) -> int:
    """The position that a number in [0, 1) falls on; -1 where all weights are 0.

    Args:
        weights: (n,) not negative.
        uniform: in [0, 1).

    Source: `choice` of numpy's legacy RandomState, which normalises twice.
    """
    total = weights.sum()
    if not total > 0:
        return -1
    cumulative = np.cumsum(weights / total)
    cumulative /= cumulative[-1]
    return int(np.searchsorted(cumulative, uniform, side="right"))


@dataclass(frozen=True)
class Choices:
    """What some cells got.

    Attributes:
        positions: (n,) among the candidates of the cell's group, -1 for none.
        n_again: cells that got a clone that one before them has, though each should have its own.
    """

    positions: NDArray[np.int32]
    n_again: int = 0


def with_replacement(
    scores: Iterable[FloatArray], uniforms: Iterator[float], n_cells: int
) -> Choices:
    """Draw for each cell among all candidates.

    Args:
        scores: arrays (k, C) of k cells after the other.
        uniforms: one number a cell.
        n_cells: number of cells.
    """
    positions = np.full(n_cells, -1, dtype=np.int32)
    for cell, weights in enumerate(chain.from_iterable(scores)):
        positions[cell] = drawn(weights, next(uniforms))
    return Choices(positions)


def without_replacement(
    offers: Iterable[tuple[NDArray[np.int32], FloatArray]],
    uniforms: Iterator[float],
    n_cells: int,
    n_names: int,
) -> Choices:
    """Draw for each cell, in order, among the candidates that no cell before it has.

    Where none of those has a score but one of the others has, the cell draws among the others:
    it shares its clone.

    Args:
        offers: of one cell after the other the names of its candidates, as numbers, and their
            scores; cells of several groups may have a name in common.
        uniforms: one number a cell.
        n_cells: number of cells.
        n_names: number of names.
    """
    positions = np.full(n_cells, -1, dtype=np.int32)
    taken = np.zeros(n_names, dtype=bool)
    n_again = 0
    for cell, (names, weights) in enumerate(offers):
        uniform = next(uniforms)
        position = drawn(np.where(taken[names], 0.0, weights), uniform)
        if position < 0 and (position := drawn(weights, uniform)) >= 0:
            n_again += 1
        if position >= 0:
            taken[names[position]] = True
        positions[cell] = position
    return Choices(positions, n_again)
