"""Random requests for growth: a recipe, a place, scalings of the barcodes and constraints."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from region_grower_hpc.synthesis.barcode_scaling import TO_LAYERS, TO_PATH_DISTANCE, BarcodeScaling
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.growers import GrowthRequest
from region_grower_hpc.synthesis.recipe import CellRecipe
from tests.synthesis.random_constraints import random_constraints
from tests.synthesis.random_recipes import AXON, random_recipe

LAYER_DEPTHS_UM = (0.0, 165.0, 314.0, 667.0, 857.0, 1382.0, 2082.0)


def random_request(seed: int, largest_um: float = 150.0) -> GrowthRequest:
    """A random recipe at a random place; of one in four cells the growth is constrained."""
    rng = np.random.default_rng(seed)
    recipe = CellRecipe("R", "M", *random_recipe(rng, largest_um), None)
    return placed(rng, recipe, seed, largest_um, is_constrained=bool(rng.random() < 0.25))


def placed(
    rng: Generator, recipe: CellRecipe, seed: int, reach_um: float, is_constrained: bool
) -> GrowthRequest:
    """A recipe in a cell of a tilted atlas.

    Args:
        rng: source of all choices.
        recipe: its barcodes are scaled.
        seed: of the cell.
        reach_um: about the extent of its trees.
        is_constrained: by directions and boundaries.
    """
    frame, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    cell = CellInputs(
        gid=0,
        seed=seed,
        position_um=rng.uniform(-2000, 2000, 3),
        orientation=frame * np.sign(np.linalg.det(frame)),
        depth_um=float(rng.uniform(0, LAYER_DEPTHS_UM[-1])),
        layer_depths_um=LAYER_DEPTHS_UM,
    )
    scalings = {
        grow_type: _scaling(rng, reach_um)
        for grow_type in recipe.parameters["grow_types"]
        if grow_type != AXON
    }
    constraints = random_constraints(rng, cell, reach_um) if is_constrained else None
    return GrowthRequest(recipe, cell, scalings, constraints)


def _scaling(rng: Generator, largest_um: float) -> BarcodeScaling:
    if rng.random() < 0.3:
        return BarcodeScaling(TO_PATH_DISTANCE, float(rng.uniform(20, largest_um)))
    reference_um = float(rng.uniform(0.5, 1.5)) * largest_um
    return BarcodeScaling(TO_LAYERS, float(rng.uniform(0.6, 1.2)) * reference_um, reference_um)
