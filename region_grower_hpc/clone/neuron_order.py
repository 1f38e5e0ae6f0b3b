"""The order of trees that NEURON wants."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.clone.section_order import reordered
from region_grower_hpc.formats.morphology import MorphologyArrays


def neuron_ordered(arrays: MorphologyArrays) -> MorphologyArrays:
    """The same neuron, its trees sorted by the type of the root: axon, basal, apical, others.

    Trees of the same type keep their order, and each tree its own; a neuron in this order is
    returned as it is. Other types follow by their code.

    Args:
        arrays: the neuron, depth-first.

    Source: option `nrn_order` of MorphIO.
    """
    is_root = arrays.structure[1:, 2] <= 0
    types = arrays.structure[1:, 1][is_root]
    if (np.diff(types) >= 0).all():
        return arrays
    type_of_tree = types[np.cumsum(is_root) - 1]
    return reordered(arrays, np.argsort(type_of_tree, kind="stable") + 1)
