"""Small neurons for tests, given tree by tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from region_grower_hpc.formats.morphology import SOMA_ROW, MorphologyArrays

#: Type, parent section in the tree (-1 for the root), points x y z.
Section = tuple[int, int, Sequence[Sequence[float]]]
CONTOUR = [[1, 0, 0, 0.25], [0, 1, 0, 0.25], [-1, 0, 0, 0.25], [0, -1, 0, 0.25]]


def neuron(
    *trees: Sequence[Section], soma: Sequence[Sequence[float]] = CONTOUR
) -> MorphologyArrays:
    """The diameter of the k-th of all points is k + 1."""
    points = [list(point) for point in soma]
    structure = [SOMA_ROW]
    for tree in trees:
        root = len(structure)
        for kind, parent, section in tree:
            structure.append((len(points), kind, 0 if parent < 0 else root + parent))
            points += [[*xyz, len(points) + number + 1] for number, xyz in enumerate(section)]
    return MorphologyArrays(
        np.array(points, dtype=np.float32).reshape(-1, 4), np.array(structure, dtype=np.int32)
    )


def stick(kind: int, first: Sequence[float], last: Sequence[float]) -> list[Section]:
    """A tree of one section of two points."""
    return [(kind, -1, [first, last])]


def y_of(arrays: MorphologyArrays, kinds: tuple[int, ...]) -> list[float]:
    """y of all points of sections of some types, section by section."""
    rows = arrays.structure.tolist()
    stops = [row[0] for row in rows[1:]] + [len(arrays.points)]
    return [
        float(y)
        for (first, kind, _), stop in zip(rows, stops, strict=True)
        if kind in kinds
        for y in arrays.points[first:stop, 1]
    ]


@st.composite
def neurons(draw: st.DrawFn, kinds: Sequence[int] = (2, 3, 4, 5)) -> MorphologyArrays:
    """Up to five trees of up to four sections each, with coordinates on a grid of half a micron."""
    halves = st.integers(-40, 40).map(lambda value: value / 2)
    point = st.tuples(halves, halves, halves)
    trees = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(kinds))
        tree: list[Section] = []
        for number in range(draw(st.integers(1, 4))):
            # The last section or one of its ancestors: depth first.
            parent = number - 1
            while parent > 0 and draw(st.booleans()):
                parent = tree[parent][1]
            section = draw(st.lists(point, min_size=1, max_size=4))
            tree.append((kind, parent, section))
        trees.append(tree)
    return neuron(*trees)
