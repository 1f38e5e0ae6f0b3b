"""Synthesis of morphologies in an atlas: region_grower.synthesize_morphologies on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from region_grower_hpc.names_on_use import names_on_use

if TYPE_CHECKING:
    from region_grower_hpc.synthesis.api import SynthesizeMorphologies
    from region_grower_hpc.synthesis.region_mapper import RegionMapper

#: name -> module that defines it.
_PLACES = {"RegionMapper": "region_mapper", "SynthesizeMorphologies": "api"}

__all__ = ["RegionMapper", "SynthesizeMorphologies"]

__getattr__ = names_on_use(__name__, _PLACES)
