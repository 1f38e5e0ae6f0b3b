"""Persistence barcodes of neurites: the topological morphology descriptor (TMD)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from region_grower_hpc.synthesis.extraction.bifurcation_angles import bifurcation_angles
from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.neurite_tree import NeuriteTree

#: Where a component starts and ends, µm, and the angles of the fork where it ends.
Bar = list[float]

Filtration = Literal["path_distances", "radial_distances"]

#: Trees with fewer bars are not grown from.
FEWEST_BARS = 3


def barcode(tree: NeuriteTree, filtration: Filtration = "path_distances") -> list[Bar]:
    """Bars of a tree in the order in which its components end.

    Each tip starts a component. Where all components of a fork have arrived, the one that started
    farthest goes on and each other one ends, with the fork's value and angles. The last one ends
    in the root with the value 0 and without angles (NaN).

    Args:
        tree: of one neurite.
        filtration: "path_distances" from the root, or "radial_distances" from it.

    Source: Kanari et al., Neuroinformatics 16, 3 (2018); order and angles as `get_ph_angles` of
    TMD 2.4.3, which walks over the living components in rounds.
    """
    by_path = filtration == "path_distances"
    values = (tree.path_distances_um if by_path else tree.radial_distances_um()).tolist()
    parents = tree.parents.tolist()
    children = tree.children()
    angles = bifurcation_angles(tree)
    # Value where the component that lives in a node started.
    start = list(values)
    living = [not below for below in children]
    bars: list[Bar] = []
    alive = [node for node, lives in enumerate(living) if lives]
    while len(alive) > 1:
        for node in alive:
            fork = parents[node]
            arriving = children[fork]
            if not all(living[child] for child in arriving):
                continue
            eldest = max(arriving, key=start.__getitem__)
            bars += [
                [start[child], values[fork], *angles[fork]] for child in arriving if child != eldest
            ]
            start[fork] = start[eldest]
            living[fork] = True
            for child in arriving:
                living[child] = False
        alive = [node for node, lives in enumerate(living) if lives]
    return [*bars, [start[alive[0]], 0, *[math.nan] * 4]]


def persistence_distribution(
    barcodes: Sequence[list[Bar]], neurite_type: str, filtration: Filtration = "path_distances"
) -> dict[str, Any]:
    """Barcodes of the trees with more than two bars, and the length of the shortest bar.

    Raises:
        ExtractionError: there is no such tree.

    Source: `from_TMD.persistent_homology_angles` of NeuroTS 3.7.0.
    """
    kept = [bars for bars in barcodes if len(bars) >= FEWEST_BARS]
    if not kept:
        raise ExtractionError(
            f"none of the {len(barcodes)} trees of type {neurite_type} has more than two "
            "terminations; add a reconstruction that has one"
        )
    return {
        "persistence_diagram": kept,
        "min_bar_length": min(abs(bar[0] - bar[1]) for bars in kept for bar in bars),
        "filtration_metric": filtration,
    }
