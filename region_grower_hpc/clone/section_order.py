"""The sections of a neuron in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.formats.morphology import IntArray, MorphologyArrays


def section_stops(structure: IntArray, n_points: int) -> IntArray:
    """(M,) first point after each row of the structure, the soma's included."""
    stops: IntArray = np.append(structure[1:, 0], np.int32(n_points))
    return stops


def point_numbers(
    starts: NDArray[np.integer[Any]], sizes: NDArray[np.integer[Any]]
) -> NDArray[np.intp]:
    """Numbers of the points of several runs, one run after the other.

    Args:
        starts: (n,) first point of each run.
        sizes: (n,) its points.
    """
    before = np.cumsum(sizes) - sizes
    numbers: NDArray[np.intp] = np.arange(sizes.sum(), dtype=np.intp)
    numbers += np.repeat(starts - before, sizes)
    return numbers


def reordered(arrays: MorphologyArrays, rows: NDArray[np.integer[Any]]) -> MorphologyArrays:
    """The same neuron with its sections in another order.

    Args:
        arrays: the neuron.
        rows: (M - 1,) rows of its structure, each but the soma's once, as they are to follow.
    """
    rows = np.append(0, rows)
    stops = section_stops(arrays.structure, len(arrays.points))
    sizes = (stops - arrays.structure[:, 0])[rows]
    numbers = np.empty(len(rows), dtype=np.int32)
    numbers[rows] = np.arange(len(rows), dtype=np.int32)
    structure = arrays.structure[rows]
    points = point_numbers(structure[:, 0], sizes)
    structure[:, 0] = np.cumsum(sizes) - sizes
    structure[1:, 2] = numbers[np.maximum(structure[1:, 2], 0)]
    perimeters = None if arrays.perimeters is None else arrays.perimeters[points]
    return MorphologyArrays(arrays.points[points], structure, perimeters, arrays.family)


def depth_first(arrays: MorphologyArrays) -> MorphologyArrays:
    """The same neuron depth-first: siblings stay in their order, roots too.

    Args:
        arrays: the neuron; the parents' rows may stand anywhere, 0 for roots.

    Raises:
        ValueError: a parent is no section, or sections are parents of each other.
    """
    n_rows = len(arrays.structure)
    children: list[list[int]] = [[] for _ in range(n_rows)]
    for row, parent in enumerate(arrays.structure[1:, 2].tolist(), 1):
        if not 0 <= parent < n_rows:
            raise ValueError(f"section {row - 1} has a parent that does not exist")
        children[parent].append(row)
    found: list[int] = []
    waiting = children[0][::-1]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += children[row][::-1]
    if len(found) < n_rows - 1:
        lost = min(set(range(1, n_rows)) - set(found))
        raise ValueError(f"section {lost - 1} is a descendant of itself, or of such a section")
    if found == list(range(1, n_rows)):
        return arrays
    return reordered(arrays, np.array(found, dtype=np.intp))
