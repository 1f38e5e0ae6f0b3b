"""How long a kind of cell will take, to start the longest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.synthesis.growers import NATIVE, NEUROTS
from region_grower_hpc.synthesis.recipe import CellRecipe

#: CPU seconds by grower: a cell beside its points, a point, and a point in one sample of the
#: generic diametrizer. Measured once; only their proportions matter, for the order.
COSTS_S = {NATIVE: (3e-4, 1.1e-7, 7e-8), NEUROTS: (2e-2, 1.2e-4, 3e-5)}


#: Of a point in a result and in a container: three coordinates and a diameter, float32.
POINT_BYTES = 16


def predicted_bytes(recipe: CellRecipe) -> float:
    """Bytes of the points of a cell of this kind; sections and grafted axons take more."""
    return POINT_BYTES * expected_points(recipe)


def expected_points(recipe: CellRecipe) -> float:
    """Points of a cell of this kind.

    A tree has about as many points as the bars of its diagram have steps.
    """
    parameters, distributions = recipe.parameters, recipe.distributions
    return sum(
        _mean_trees(distributions[grow_type])
        * _mean_bars_um(distributions[grow_type])
        / _mean_step_um(parameters[grow_type])
        for grow_type in parameters["grow_types"]
    )


def predicted_cost_s(recipe: CellRecipe) -> float:
    """Seconds for a cell of this kind, by its expected points."""
    parameters, points = recipe.parameters, expected_points(recipe)
    model = parameters.get("diameter_params", {})
    samples = model.get("n_samples", 1) if model.get("method") == "external" else 0
    cell_s, growth_s, sample_s = COSTS_S[recipe.grower]
    return cell_s + points * (growth_s + samples * sample_s)


def _mean_trees(distribution: Mapping[str, Any]) -> float:
    data = distribution.get("num_trees", {}).get("data", {})
    weights = np.asarray(data.get("weights", []), dtype=float)
    if not weights.sum() > 0:
        return 1.0
    return float(np.average(data["bins"], weights=weights))


def _mean_bars_um(distribution: Mapping[str, Any]) -> float:
    """Mean total length of the bars of a diagram."""
    diagrams = distribution.get("persistence_diagram") or [[[100.0, 0.0]]]
    return float(np.mean([sum(abs(bar[0] - bar[1]) for bar in bars) for bars in diagrams]))


def _mean_step_um(parameters: Mapping[str, Any]) -> float:
    mean = parameters.get("step_size", {}).get("norm", {}).get("mean", 1.0)
    return float(mean) if mean > 0 else 1.0
