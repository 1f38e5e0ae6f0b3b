"""The native kernel against NeuroTS over random parameters: the same float32, the same draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.barcode_scaling import TO_LAYERS, TO_PATH_DISTANCE, BarcodeScaling
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.growers import Grower, GrownNeuron, GrowthRequest
from region_grower_hpc.synthesis.recipe import CellRecipe
from tests.synthesis.random_recipes import AXON, random_recipe

pytest.importorskip("neurots", reason="needs the extra [neurots]")

NATIVE, NEUROTS = make_grower("native"), make_grower("neurots")


def random_request(seed: int, largest_um: float = 150.0) -> GrowthRequest:
    """A recipe, a place in a tilted atlas and scalings of the barcodes."""
    rng = np.random.default_rng(seed)
    parameters, distributions = random_recipe(rng, largest_um)
    frame, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    orientation = frame * np.sign(np.linalg.det(frame))
    recipe = CellRecipe("R", "M", parameters, distributions, None)
    cell = CellInputs(0, seed, rng.uniform(-2000, 2000, 3), orientation, 100.0, None)
    scalings = {
        grow_type: _scaling(rng, largest_um)
        for grow_type in parameters["grow_types"]
        if grow_type != AXON
    }
    return GrowthRequest(recipe, cell, scalings)


def _scaling(rng: np.random.Generator, largest_um: float) -> BarcodeScaling:
    if rng.random() < 0.3:
        return BarcodeScaling(TO_PATH_DISTANCE, float(rng.uniform(20, largest_um)))
    reference_um = float(rng.uniform(0.5, 1.5)) * largest_um
    return BarcodeScaling(TO_LAYERS, float(rng.uniform(0.6, 1.2)) * reference_um, reference_um)


def outcome(grower: Grower, request: GrowthRequest, seed: int) -> tuple[Any, ...]:
    """Neuron or failure, and the state of the stream after it."""
    rng = np.random.default_rng(seed)
    grown: GrownNeuron | tuple[str, str, str]
    try:
        grown = grower.grow(request, rng, 3)
    except TaskFailure as failure:
        return (failure.kind, failure.error), None
    return grown, rng.bit_generator.state


def differing_numbers(native: Any, neurots: Any) -> int:
    """How many float32 numbers of two neurons differ; shapes and sections must be the same."""
    points, diameters, sections, soma = native.neuron.arrays()
    others = neurots.neuron.arrays()
    np.testing.assert_array_equal(sections, others[2])
    pairs = ((points, others[0]), (diameters, others[1]), (soma, others[3]))
    return sum(int((one != other).sum()) for one, other in pairs)


def check(seed: int, largest_um: float = 150.0) -> None:
    request = random_request(seed, largest_um)
    native, state = outcome(NATIVE, request, seed)
    neurots, expected_state = outcome(NEUROTS, request, seed)
    assert type(native) is type(neurots), (native, neurots)
    if isinstance(native, tuple):
        assert native == neurots
        return
    assert differing_numbers(native, neurots) == 0
    assert native.apical_sections == neurots.apical_sections
    assert native.records == neurots.records
    assert state == expected_state


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_recipes_grow_the_same_neuron(seed: int) -> None:
    check(seed)
