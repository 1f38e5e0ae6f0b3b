"""Growth by the native kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from region_grower_hpc.native import _kernels
from region_grower_hpc.native.diameters import diameter_generators
from region_grower_hpc.native.recipe import compile_recipe
from region_grower_hpc.synthesis.barcode_scaling import BarcodeScaling, ScalingRecord
from region_grower_hpc.synthesis.growers import (
    GrownNeuron,
    GrowthRequest,
    growth_failure,
    too_many_attempts,
)
from region_grower_hpc.synthesis.recipe import CellRecipe

UNSCALED = BarcodeScaling()


class NativeGrower:
    """Grows with the compiled kernel; recipes are compiled when first asked for."""

    def __init__(self) -> None:
        self._compiled: dict[int, _Compiled] = {}

    def grow(
        self, request: GrowthRequest, rng: np.random.Generator, max_attempts: int
    ) -> GrownNeuron:
        """Grow one neuron (see `Grower`)."""
        recipe, cell, constraints = request.recipe, request.cell, request.constraints
        scalings = [
            request.scalings.get(grow_type, UNSCALED)
            for grow_type in recipe.parameters["grow_types"]
        ]
        compiled = self._compile(recipe)
        try:
            grown = _kernels.grow(
                compiled.native,
                rng.bit_generator,
                cell.position_um,
                cell.orientation,
                [(scaling.to, scaling.reference_um, scaling.target_um) for scaling in scalings],
                None if constraints is None else constraints.native,
                compiled.diameter_generators(),
                max_attempts,
            )
        except _kernels.TooManyAttempts as error:
            raise too_many_attempts(*error.args) from error
        except _kernels.GrowthFailure as error:
            raise growth_failure(*error.args) from error
        records = tuple(
            ScalingRecord(scalings[grow_type].to, _known(max_end_um), factor)
            for grow_type, max_end_um, factor in grown.records
        )
        sections = tuple(None if number < 0 else number for number in grown.apical_sections)
        return GrownNeuron(grown.neuron, sections, records)

    def _compile(self, recipe: CellRecipe) -> _Compiled:
        key = id(recipe)
        if key not in self._compiled:
            self._compiled[key] = _Compiled.of(recipe)
        return self._compiled[key]


@dataclass(frozen=True)
class _Compiled:
    """A recipe for the kernel.

    Attributes:
        recipe: the original, kept so that its id is not given to another object.
        native: compiled.
        n_seeded: streams of diameters that a seed of the recipe gives; 0 without one.
    """

    recipe: CellRecipe
    native: _kernels.Recipe
    n_seeded: int

    @classmethod
    def of(cls, recipe: CellRecipe) -> _Compiled:
        entries = recipe.parameters, recipe.distributions
        return cls(recipe, compile_recipe(*entries), len(diameter_generators(*entries)))

    def diameter_generators(self) -> list[np.random.BitGenerator]:
        """Fresh streams for the diameters of one neuron."""
        if not self.n_seeded:
            return []
        seed = self.recipe.parameters["diameter_params"]["seed"]
        return [np.random.PCG64(seed) for _ in range(self.n_seeded)]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
