"""A neuron taken apart into its trees, and put together again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from region_grower_hpc.formats.morphology import (
    SOMA_ROW,
    FloatArray,
    IntArray,
    MorphologyArrays,
)

AXON = 2


@dataclass(frozen=True)
class Tree:
    """A root section with all its descendants, depth-first."""

    points: FloatArray
    """(n, 4) float32: x, y, z and diameter, µm."""
    structure: IntArray
    """(m, 3) int32: first point, type, row of the parent, all in this tree; row 0 is the root."""

    @property
    def type(self) -> int:
        """Section type of the root."""
        return int(self.structure[0, 1])


def root_rows(neuron: MorphologyArrays) -> IntArray:
    """Rows of `structure` that hold root sections, ascending."""
    return (np.flatnonzero(neuron.structure[1:, 2] <= 0) + 1).astype(np.int32)


def trees(neuron: MorphologyArrays) -> list[Tree]:
    """Return the trees in the order of their roots; points are views of the neuron's."""
    roots = root_rows(neuron)
    section_bounds = [*roots.tolist(), len(neuron.structure)]
    point_bounds = [*neuron.structure[roots, 0].tolist(), len(neuron.points)]
    found = []
    for number in range(len(roots)):
        row, first_point = section_bounds[number], point_bounds[number]
        structure = neuron.structure[row : section_bounds[number + 1]] - (first_point, 0, row)
        structure[0, 2] = -1
        points = neuron.points[first_point : point_bounds[number + 1]]
        found.append(Tree(points, structure.astype(np.int32)))
    return found


def assembled(soma: FloatArray, parts: Iterable[Tree], family: int) -> MorphologyArrays:
    """Put a soma and trees together, in the order given.

    Args:
        soma: (n, 4) float32, µm.
        parts: the trees.
        family: MorphIO's cell family.

    Returns:
        A neuron without perimeters.
    """
    points = [soma]
    structure = [np.array([SOMA_ROW], dtype=np.int32)]
    first_point, row = len(soma), 1
    for tree in parts:
        sections = tree.structure + np.array((first_point, 0, row), dtype=np.int32)
        sections[0, 2] = 0
        points.append(tree.points)
        structure.append(sections)
        first_point += len(tree.points)
        row += len(sections)
    return MorphologyArrays(np.concatenate(points), np.concatenate(structure), family=family)
