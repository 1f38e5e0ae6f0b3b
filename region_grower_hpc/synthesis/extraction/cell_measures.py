"""What is taken from one reconstructed cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.synthesis.extraction.diameter_model import DiameterModel
from region_grower_hpc.synthesis.extraction.neurite_tree import neurite_tree
from region_grower_hpc.synthesis.extraction.persistence import Bar, barcode
from region_grower_hpc.synthesis.extraction.soma_sizes import soma_center, soma_radius_um

TYPE_NUMBERS = {"basal_dendrite": 3, "apical_dendrite": 4}


@dataclass(frozen=True)
class CellMeasures:
    """One cell; neurites in the order of the file."""

    soma_radius_um: np.floating[Any]
    #: Type of the root section -> (n, 3) float32, µm, first points from the soma's centre.
    trunks: dict[str, NDArray[np.float32]]
    #: Type of the middle point -> barcodes.
    barcodes: dict[str, list[list[Bar]]]
    #: What the diameter model took.
    diameters: Any


def measure_cell(
    morphology: Any, neurite_types: Sequence[str], diameters: DiameterModel
) -> CellMeasures:
    """Measure a MorphIO morphology.

    Raises:
        ExtractionError: it has no soma, or one whose size is not defined.
    """
    roots = morphology.root_sections
    center = soma_center(morphology.soma)
    trunks = {
        name: np.array(
            [root.points[0] - center for root in roots if root.type.name == name],
            dtype=np.float32,
        ).reshape(-1, 3)
        for name in TYPE_NUMBERS
    }
    trees = [neurite_tree(root) for root in roots]
    barcodes = {
        name: [barcode(tree) for tree in trees if tree.type_number == TYPE_NUMBERS[name]]
        for name in neurite_types
    }
    radius_um = soma_radius_um(morphology.soma)
    return CellMeasures(radius_um, trunks, barcodes, diameters.measure(roots))
