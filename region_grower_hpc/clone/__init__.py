"""Clones of repaired morphologies: tasks.clone of morphology-workflows on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    # On use: the command line imports this package for its options alone.
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
