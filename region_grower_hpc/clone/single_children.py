"""Sections with a single child, made one section with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.section_order import point_numbers, section_stops
from region_grower_hpc.formats.morphology import IntArray, MorphologyArrays


def without_single_children(arrays: MorphologyArrays) -> MorphologyArrays:
    """Merge each single child into its parent, whose type counts.

    The child's first point goes where it is at the place of the parent's last, whatever their
    diameters and perimeters. A morphology without single children is returned as it is.

    Args:
        arrays: depth-first, its sections with points.

    Source: `remove_unifurcations` of MorphIO.
    """
    parents = np.maximum(arrays.structure[:, 2], 0)
    n_children = np.bincount(parents[1:], minlength=len(parents))
    is_merged = (n_children[parents] == 1) & (parents > 0)
    if not is_merged.any():
        return arrays
    starts = arrays.structure[:, 0] + (is_merged & repeats_parent(arrays))
    sizes = section_stops(arrays.structure, len(arrays.points)) - starts
    # Depth first a single child follows its parent, so its points do too.
    numbers = np.cumsum(~is_merged) - 1
    merged_sizes = np.bincount(numbers, weights=sizes).astype(np.int32)
    structure = arrays.structure[~is_merged]
    structure[:, 0] = np.cumsum(merged_sizes) - merged_sizes
    structure[1:, 2] = numbers[np.maximum(structure[1:, 2], 0)]
    points = point_numbers(starts, sizes)
    perimeters = None if arrays.perimeters is None else arrays.perimeters[points]
    return MorphologyArrays(arrays.points[points], structure, perimeters, arrays.family)


def joints(
    structure: IntArray, n_points: int
) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]:
    """Where sections hang on others.

    Returns:
        rows of all sections but roots; the first point of each; the last point of its parent.
    """
    rows = np.flatnonzero(structure[:, 2] > 0)
    return rows, structure[rows, 0], section_stops(structure, n_points)[structure[rows, 2]] - 1


def repeats_parent(arrays: MorphologyArrays) -> NDArray[np.bool_]:
    """(M,) whether a row's first point is where its parent ends; False for roots and the soma."""
    rows, first, last = joints(arrays.structure, len(arrays.points))
    result = np.zeros(len(arrays.structure), dtype=np.bool_)
    result[rows] = (arrays.points[first, :3] == arrays.points[last, :3]).all(axis=1)
    return result
