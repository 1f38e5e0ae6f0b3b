"""A neurite reduced to its root, forks and tips, which is what its barcode is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.row_products import row_lengths


@dataclass(frozen=True)
class NeuriteTree:
    """Nodes of a neurite, depth first: node 0 is its first point, the others end sections.

    A point with a single child is no node: sections without a sibling continue their parent.
    """

    #: (m, 3) float32, µm.
    points: NDArray[np.float32]
    #: (m,) node where the section of each node starts; -1 for node 0.
    parents: NDArray[np.int64]
    #: (m,) path from node 0, µm.
    path_distances_um: NDArray[np.float64]
    #: SWC number of the type that the middle point has, as the neurite's types may differ.
    type_number: int

    def children(self) -> list[list[int]]:
        """Nodes that follow each node, in ascending order."""
        below: list[list[int]] = [[] for _ in self.parents]
        for node, parent in enumerate(self.parents[1:].tolist(), start=1):
            below[parent].append(node)
        return below

    def radial_distances_um(self) -> NDArray[np.float64]:
        """(m,) distance of each node from node 0."""
        return row_lengths(self.points[0] - self.points).astype(np.float64)


def neurite_tree(root: Any) -> NeuriteTree:
    """Nodes of the neurite below a MorphIO root section.

    Source: the point tree of TMD 2.4.3 (`load_neuron_from_morphio`, `Tree.sections`); segment
    lengths are float32, paths float64 sums from the root on.

    Raises:
        ExtractionError: a section below the root has no point of its own.
    """
    points, parents, types = _points(root)
    n_children = np.bincount(parents[1:], minlength=len(parents))
    ends = np.flatnonzero(n_children != 1)
    ends = ends[ends != 0]
    # The point after the end of a section starts the next one.
    starts = np.concatenate([[1], ends[:-1] + 1])[: len(ends)]
    node_parents = np.concatenate([[-1], np.searchsorted(ends, parents[starts], side="left") + 1])
    node_parents[1:][parents[starts] == 0] = 0
    lengths_um = row_lengths(points - points[parents]).astype(np.float64)
    paths_um = np.zeros(len(ends) + 1)
    for node, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        steps = np.concatenate([[paths_um[node_parents[node]]], lengths_um[start : end + 1]])
        paths_um[node] = np.cumsum(steps)[-1]
    nodes = np.concatenate([[0], ends])
    return NeuriteTree(points[nodes], node_parents, paths_um, int(np.median(types)))


def _points(root: Any) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """All points once, depth first, with the point before each and its type number."""
    points, parents, types = [], [], []
    last: dict[int, int] = {}
    n_points = 0
    for section in root.iter():
        # A section repeats the last point of its parent.
        own = section.points if section.is_root else section.points[1:]
        if len(own) == 0:
            raise ExtractionError(
                f"section {section.id}, of type {section.type.name}, has a single point; its "
                "second one repeats the end of its parent: remove it, or the section"
            )
        before = np.arange(n_points - 1, n_points - 1 + len(own))
        before[0] = -1 if section.is_root else last[section.parent.id]
        points.append(own)
        parents.append(before)
        types.append(np.full(len(own), int(section.type)))
        n_points += len(own)
        last[section.id] = n_points - 1
    return np.concatenate(points), np.concatenate(parents), np.concatenate(types)
