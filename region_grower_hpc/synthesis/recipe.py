"""What all cells of one region and mtype have in common, prepared once per rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from region_grower_hpc.synthesis.cell_types import CellTypes
from region_grower_hpc.synthesis.trunk_angle_fit import with_fitted_trunk_angles
from region_grower_hpc.synthesis.verification import TmdInputs


@dataclass(frozen=True)
class CellRecipe:
    """Parameters of the growth of one kind of cell; read only, shared by all its cells.

    Attributes:
        region: key under which both files were read.
        mtype: morphological type.
        parameters, distributions: entries of the two files.
        cortical_depths_um: lower layer bounds in the reference column, None without one.
        grower: what grows the cells.
    """

    region: str
    mtype: str
    parameters: Mapping[str, Any]
    distributions: Mapping[str, Any]
    cortical_depths_um: Sequence[float] | None
    grower: str = "native"

    @property
    def has_y_direction(self) -> bool:
        """Whether a grow type places its trunks by the direction of the pia."""
        return any(isinstance(orientation, dict) for orientation in self._trunk_orientations())

    @property
    def has_oriented_trunks(self) -> bool:
        """Whether a grow type turns its trunks with the atlas orientation at the cell."""
        return any(orientation is not None for orientation in self._trunk_orientations())

    @property
    def has_hard_limits(self) -> bool:
        """Whether a grow type has a limit on its extent towards the pia."""
        constraints = self.parameters.get("context_constraints", {})
        return any(
            constraints.get(grow_type, {}).get(name)
            for grow_type in self.parameters["grow_types"]
            for name in ("hard_limit_min", "hard_limit_max")
        )

    def _trunk_orientations(self) -> list[Any]:
        return [
            self.parameters[grow_type]["orientation"] for grow_type in self.parameters["grow_types"]
        ]


def make_recipes(
    inputs: TmdInputs,
    types: CellTypes,
    cortical_depths_um: Mapping[str, Sequence[float] | None],
) -> dict[tuple[int, int], CellRecipe]:
    """One recipe for each (region code, mtype code) that has cells.

    Laws of trunk angles that the parameters leave open are fitted; nothing else is copied.

    Args:
        inputs: both files, verified.
        types: regions and mtypes of the cells.
        cortical_depths_um: by synthesis region, from `RegionStructure.cortical_depths_um`.
    """
    recipes = {}
    for region_code, mtype_code in types.pairs():
        region, mtype = inputs.key(types, region_code), types.mtypes[mtype_code]
        distributions = inputs.distributions[region][mtype]
        recipes[region_code, mtype_code] = CellRecipe(
            region=region,
            mtype=mtype,
            parameters=with_fitted_trunk_angles(inputs.parameters[region][mtype], distributions),
            distributions=distributions,
            cortical_depths_um=cortical_depths_um[types.synthesis_regions[region_code]],
        )
    return recipes
