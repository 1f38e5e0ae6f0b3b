"""Clones of repaired morphologies: tasks.clone of morphology-workflows on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from region_grower_hpc.names_on_use import names_on_use

if TYPE_CHECKING:
    from region_grower_hpc.clone.api import (
        Category,
        CloneMorphologies,
        CollectAnnotations,
        CollectRepaired,
        get_candidates_from_neurondb,
    )
    from region_grower_hpc.clone.release_folder import MakeCloneRelease

#: name -> module that defines it.
_PLACES = {
    "Category": "api",
    "CloneMorphologies": "api",
    "CollectAnnotations": "api",
    "CollectRepaired": "api",
    "MakeCloneRelease": "release_folder",
    "get_candidates_from_neurondb": "api",
}

__all__ = [
    "Category",
    "CloneMorphologies",
    "CollectAnnotations",
    "CollectRepaired",
    "MakeCloneRelease",
    "get_candidates_from_neurondb",
]

__getattr__ = names_on_use(__name__, _PLACES)
