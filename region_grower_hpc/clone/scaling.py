"""Neurons stretched or shrunk along y."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from region_grower_hpc.clone.neurite_trees import root_rows
from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.formats.morphology import MorphologyArrays

Y = 1


def scaled_y(neuron: MorphologyArrays, y_scale: float) -> MorphologyArrays:
    """Scale each tree along y about the y of its root's first point.

    Args:
        neuron: with its roots in any order.
        y_scale: factor; 1 gives the same points.

    Returns:
        The scaled neuron, roots in NEURON's order. Soma, x, z and diameters are untouched.

    Source: `neuroc.scale.scale_morphology`, which scales each section about its own start and
    moves its children along.
    """
    ordered = neuron_ordered(neuron)
    points = ordered.points.copy()
    first_points = ordered.structure[root_rows(ordered), 0]
    sizes = np.diff(first_points, append=np.int32(len(points)))
    y_um = points[ordered.soma_size :, Y].astype(np.float64)
    root_y_um = np.repeat(points[first_points, Y].astype(np.float64), sizes)
    points[ordered.soma_size :, Y] = root_y_um + y_scale * (y_um - root_y_um)
    return replace(ordered, points=points)
