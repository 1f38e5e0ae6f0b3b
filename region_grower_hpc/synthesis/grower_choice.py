"""Which grower serves which mtype: the native kernel, or NeuroTS where it must."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.native.recipe import compile_recipe
from region_grower_hpc.synthesis.growers import NEUROTS, Grower
from region_grower_hpc.synthesis.recipe import CellRecipe

LOGGER = logging.getLogger(__name__)

HOW_TO_INSTALL = (
    "install it with: pip install 'region-grower-hpc[neurots]' (it needs numpy 1, so best into an "
    "environment of its own)"
)

Kind = tuple[int, int]


def make_grower(name: str) -> Grower:
    """The grower of this name, with what it imports."""
    if name == NEUROTS:
        from region_grower_hpc.synthesis.neurots_grower import NeuroTSGrower

        return NeuroTSGrower()
    from region_grower_hpc.synthesis.native_grower import NativeGrower

    return NativeGrower()


def with_growers(recipes: Mapping[Kind, CellRecipe], wanted: str) -> dict[Kind, CellRecipe]:
    """Give each recipe its grower: the wanted one, or NeuroTS where the kernel does not cover it.

    Args:
        recipes: by region and mtype.
        wanted: "native" or "neurots".

    Raises:
        InvalidInputError: NeuroTS is needed and not installed.
    """
    has_neurots = find_spec("neurots") is not None and find_spec("diameter_synthesis") is not None
    if wanted == NEUROTS:
        if not has_neurots:
            raise InvalidInputError(f"--grower neurots needs NeuroTS: {HOW_TO_INSTALL}")
        return {kind: replace(recipe, grower=NEUROTS) for kind, recipe in recipes.items()}
    chosen = {}
    for kind, recipe in recipes.items():
        reason = not_covered(recipe.parameters, recipe.distributions)
        if reason is not None:
            where = f"mtype '{recipe.mtype}' of region '{recipe.region}': {reason}"
            if not has_neurots:
                raise InvalidInputError(
                    f"{where}, which the native kernel does not cover; NeuroTS may: "
                    f"{HOW_TO_INSTALL}"
                )
            LOGGER.warning("%s: its cells are grown by NeuroTS, which is slow", where)
        chosen[kind] = recipe if reason is None else replace(recipe, grower=NEUROTS)
    return chosen


def not_covered(parameters: Mapping[str, Any], distributions: Mapping[str, Any]) -> str | None:
    """What the native kernel does not know of an mtype's entries; None where it knows all.

    Functions of the user, which only Python can pass, are left to NeuroTS.
    """
    for name, entry in (("parameters", parameters), ("distributions", distributions)):
        key = _function_in(entry)
        if key is not None:
            return f"{name} have a Python function at '{key}'"
    try:
        compile_recipe(parameters, distributions)
    except KeyError as error:
        return f"the key {error} is missing"
    except (TypeError, ValueError) as error:
        return str(error)
    return None


def _function_in(value: Any) -> str | None:
    """Path of the first function below a mapping."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if callable(item):
                return str(key)
            below = _function_in(item)
            if below is not None:
                return f"{key}/{below}"
    return None
