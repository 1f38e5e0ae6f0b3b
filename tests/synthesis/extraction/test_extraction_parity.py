"""Extraction gives, to the last bit, what NeuroTS, TMD and diameter-synthesis give."""

from __future__ import annotations

import copy
import json
from functools import partial
from pathlib import Path
from typing import Any

import morphio
import numpy as np
import pytest

from region_grower_hpc.synthesis.extraction.default_parameters import default_parameters
from region_grower_hpc.synthesis.extraction.distributions import distributions
from region_grower_hpc.synthesis.extraction.neurite_tree import neurite_tree
from region_grower_hpc.synthesis.extraction.persistence import Filtration, barcode
from tests.synthesis.extraction.cells import random_cell
from tests.synthesis.extraction.test_default_parameters import BOTH, CONFIGS

pytestmark = pytest.mark.parity

GENERIC = {
    "neurite_types": [*BOTH, "axon"],
    "taper": {"min": -0.3, "max": 0.05},
    "terminal_threshold": 1.1,
}
# NeuroM's scalars were float64 under NumPy 1 where they are float32 under NumPy 2.
numpy_1 = pytest.mark.skipif(
    int(np.__version__.split(".")[0]) > 1, reason="the reference was made with NumPy 1.26"
)


@numpy_1
@pytest.mark.parametrize(
    ("seeds", "types", "config"),
    [
        *((range(5 * i, 5 * i + 4), BOTH[: 1 + i % 2], None) for i in range(5)),
        (range(4), BOTH, {"models": ["generic"], **GENERIC}),
        (range(4, 8), BOTH, {"models": ["astrocyte"], **GENERIC}),
        (range(3), BOTH, {"models": ["simpler"], "fit_orders": {"basal_dendrite": 3}}),
    ],
)
def test_distributions(
    tmp_path: Path, seeds: range, types: list[str], config: dict[str, Any] | None
) -> None:
    extract_input = pytest.importorskip("neurots.extract_input")
    build_models = pytest.importorskip("diameter_synthesis.build_models")
    files = [tmp_path / f"{seed}.swc" for seed in seeds]
    for seed, path in zip(seeds, files, strict=True):
        path.write_text(random_cell(seed, with_apical=seed % 5 > 0))
    expected = extract_input.distributions(
        [str(path) for path in files],
        neurite_types=list(types),
        diameter_model=config and partial(build_models.build, config=copy.deepcopy(config)),
    )
    # As text: NaN is equal to NaN, and 0 is not 0.0.
    assert json.dumps(distributions(files, types, config)) == json.dumps(expected)


@pytest.mark.parametrize("filtration", ["path_distances", "radial_distances"])
def test_barcodes(filtration: Filtration) -> None:
    tmd = pytest.importorskip("tmd")
    for seed in range(12):
        cell = morphio.Morphology(random_cell(seed), "swc")
        neuron = tmd.io.load_neuron_from_morphio(cell)
        theirs = [*neuron.basal_dendrite, *neuron.axon, *neuron.apical_dendrite]
        trees = [neurite_tree(root) for root in cell.root_sections]
        ours = [tree for number in (3, 2, 4) for tree in trees if tree.type_number == number]
        for reference, tree in zip(theirs, ours, strict=True):
            expected = tmd.methods.get_ph_angles(reference, feature=filtration)
            np.testing.assert_array_equal(barcode(tree, filtration), expected)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("types", [BOTH[:1], BOTH])
def test_parameters(types: list[str], config: dict[str, Any] | None) -> None:
    extract_input = pytest.importorskip("neurots.extract_input")
    expected = extract_input.parameters(
        neurite_types=list(types), diameter_parameters=copy.deepcopy(config)
    )
    assert json.dumps(default_parameters(types, config)) == json.dumps(expected)
