"""Angles between a section and the two that follow it."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.synthesis.extraction.neurite_tree import NeuriteTree
from region_grower_hpc.synthesis.extraction.row_products import row_lengths


def bifurcation_angles(tree: NeuriteTree) -> dict[int, list[float]]:
    """Four angles of each fork by its node, rad.

    A section points from its start to its end; phi is its angle in the x-y plane, theta the one
    from the z axis. The angles are differences of phi and theta from the parent to the child whose
    phi differs less, then from that child to the other one. A fork in the tree's first point has
    no parent: all are 0. Of more than two children the first two count.

    Source: `PersistentAngles` of TMD 2.4.3, in float32 as there.
    """
    with np.errstate(invalid="ignore"):
        directions = tree.points - tree.points[tree.parents]
        lengths = row_lengths(directions)
        directions[lengths != 0] /= lengths[lengths != 0, None]
        phi = np.arctan2(directions[:, 1], directions[:, 0])
        theta = np.arccos(directions[:, 2] / row_lengths(directions))
    angles: dict[int, list[float]] = {}
    for fork, children in enumerate(tree.children()):
        if len(children) < 2:
            continue
        if fork == 0:
            angles[fork] = [0, 0, 0, 0]
            continue
        near, far = children[:2]
        if not abs(phi[near] - phi[fork]) < abs(phi[far] - phi[fork]):
            near, far = far, near
        pairs = ((fork, near), (near, far))
        angles[fork] = [
            float(angle[after] - angle[before]) for before, after in pairs for angle in (phi, theta)
        ]
    return angles
