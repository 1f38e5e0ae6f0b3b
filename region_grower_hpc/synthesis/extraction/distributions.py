"""The distributions of an mtype, from all its reconstructions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.synthesis.extraction.cell_measures import CellMeasures, measure_cell
from region_grower_hpc.synthesis.extraction.diameter_model import diameter_model
from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.number_of_trees import tree_number_distribution
from region_grower_hpc.synthesis.extraction.persistence import persistence_distribution
from region_grower_hpc.synthesis.extraction.soma_sizes import size_distribution
from region_grower_hpc.synthesis.extraction.trunk_angles import trunk_distributions
from region_grower_hpc.synthesis.reconstructions import read_morphology


def distributions(
    files: Sequence[Path],
    neurite_types: Sequence[str],
    diametrizer_config: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Distributions of an mtype, as the file of distributions holds them.

    Args:
        files: morphologies that MorphIO reads; each is read once.
        neurite_types: of "basal_dendrite" and "apical_dendrite".
        diametrizer_config: model of the diameters (`diameter_model`), named "external"; None fits
            "simpler" and names it "default".

    Raises:
        ExtractionError: the files do not hold what is measured.
        InvalidInputError: a file cannot be read.

    Source: `extract_input.distributions` of NeuroTS 3.7.0.
    """
    model = diameter_model(diametrizer_config, neurite_types)
    cells = []
    for path in files:
        try:
            cells.append(measure_cell(read_morphology(path), neurite_types, model))
        except ExtractionError as err:
            raise ExtractionError(f"{path}: {err}") from err
    for name in neurite_types:
        if not any(len(cell.trunks[name]) for cell in cells):
            raise ExtractionError(
                f"no file has a neurite of type {name}, which an mtype of this name has; correct "
                "the mtype or add a reconstruction"
            )
    diameters = model.fit([cell.diameters for cell in cells])
    return {
        "soma": size_distribution([cell.soma_radius_um for cell in cells]),
        "basal_dendrite": {},
        "apical_dendrite": {},
        "axon": {},
        "diameter": {
            **diameters,
            "method": "default" if diametrizer_config is None else "external",
        },
    } | {name: _neurite_distributions(cells, name) for name in neurite_types}


def _neurite_distributions(cells: Sequence[CellMeasures], name: str) -> dict[str, Any]:
    apical = name == "apical_dendrite"
    trunks = [cell.trunks[name] for cell in cells]
    return {
        "trunk": trunk_distributions(
            trunks, None if apical else [cell.trunks["apical_dendrite"] for cell in cells]
        ),
        "num_trees": tree_number_distribution(
            [len(each) for each in trunks], at_least_one=not apical
        ),
        **persistence_distribution([bars for cell in cells for bars in cell.barcodes[name]], name),
    }
