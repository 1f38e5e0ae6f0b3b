"""The TMD parameters that an mtype gets when nobody has chosen others."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

TREE_TYPES = {"basal_dendrite": 3, "apical_dendrite": 4}


def default_parameters(
    neurite_types: Sequence[str], diametrizer_config: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Parameters of an mtype with the given dendrites, as the file of parameters holds them.

    Args:
        neurite_types: of "basal_dendrite" and "apical_dendrite", in the order of growth.
        diametrizer_config: becomes `diameter_params`, with the method "external". None, or
            nothing in it but `neurite_types`, means the method "default" with the model "simpler".

    Source: `extract_input.parameters` of NeuroTS 3.7.0 for the method "tmd" by path distances.
    """
    entries = {name: _growth(name) if name in neurite_types else {} for name in TREE_TYPES}
    return {
        **entries,
        "axon": {},
        "origin": [0.0, 0.0, 0.0],
        "grow_types": list(neurite_types),
        "diameter_params": _diameter_parameters(diametrizer_config),
    }


def _growth(neurite_type: str) -> dict[str, Any]:
    apical = neurite_type == "apical_dendrite"
    return {
        "randomness": 0.24,
        "targeting": 0.14,
        "orientation": [[0.0, 1.0, 0.0]] if apical else None,
        "growth_method": "tmd_apical" if apical else "tmd",
        "branching_method": "directional" if apical else "bio_oriented",
        "modify": None,
        "step_size": {"norm": {"mean": 1.0, "std": 0.2}},
        "metric": "path_distances",
        "tree_type": TREE_TYPES[neurite_type],
    }


def _diameter_parameters(config: dict[str, Any] | None) -> dict[str, Any]:
    if config is None or list(config) == ["neurite_types"]:
        return {"method": "default", "models": ["simpler"], **copy.deepcopy(config or {})}
    return {**copy.deepcopy(config), "method": "external"}
