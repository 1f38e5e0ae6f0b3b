"""Synthesis of morphologies in an atlas: region_grower.synthesize_morphologies on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from region_grower_hpc.synthesis.api import SynthesizeMorphologies
    from region_grower_hpc.synthesis.region_mapper import RegionMapper

__all__ = ["RegionMapper", "SynthesizeMorphologies"]


def __getattr__(name: str) -> Any:
    # On use: the command line imports this package for its options alone.
    if name == "RegionMapper":
        from region_grower_hpc.synthesis.region_mapper import RegionMapper

        return RegionMapper
    if name == "SynthesizeMorphologies":
        from region_grower_hpc.synthesis.api import SynthesizeMorphologies

        return SynthesizeMorphologies
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
