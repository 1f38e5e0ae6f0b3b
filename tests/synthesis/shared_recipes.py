"""Recipes and barcodes of the cases in shared/data/synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.synthesis.recipe import CellRecipe
from region_grower_hpc.synthesis.tmd_files import load_tmd_file, with_axon_choice
from region_grower_hpc.synthesis.trunk_angle_fit import with_fitted_trunk_angles

DISTRIBUTIONS = "tmd_distributions.json"


def shared_recipes(folder: Path) -> dict[str, list[CellRecipe]]:
    """One recipe for each region and mtype of each case, by case.

    Args:
        folder: with the folders of the cases.
    """
    recipes: dict[str, list[CellRecipe]] = {}
    for path in sorted(folder.glob(f"*/{DISTRIBUTIONS}")):
        distributions = load_tmd_file(path)
        parameters = with_axon_choice(load_tmd_file(path.with_name("tmd_parameters.json")), False)
        recipes[path.parent.name] = [
            CellRecipe(
                region,
                mtype,
                with_fitted_trunk_angles(entry, distributions[region][mtype]),
                distributions[region][mtype],
                None,
            )
            for region, entries in parameters.items()
            for mtype, entry in entries.items()
            if mtype in distributions.get(region, {})
        ]
    return recipes


def barcodes(recipes: Sequence[CellRecipe]) -> dict[str, list[Any]]:
    """Diagrams of all recipes by neurite type."""
    found: dict[str, list[Any]] = {}
    for recipe in recipes:
        for grow_type in recipe.parameters["grow_types"]:
            diagrams = recipe.distributions[grow_type].get("persistence_diagram", [])
            found.setdefault(grow_type, []).extend(diagrams)
    return found
