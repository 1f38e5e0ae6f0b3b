"""Warnings about inputs that are valid and may not mean what their author thinks."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from region_grower_hpc.synthesis.cell_types import CellTypes
from region_grower_hpc.synthesis.constraints.region import RegionConstraints
from region_grower_hpc.synthesis.region_structure import RegionStructure
from region_grower_hpc.synthesis.verification import TmdInputs

LOGGER = logging.getLogger(__name__)


def warn_of_constraints_without_layers(
    inputs: TmdInputs, types: CellTypes, structure: RegionStructure
) -> list[tuple[str, str]]:
    """Name the (synthesis region, mtype) pairs whose context constraints have no layers to hold in.

    Returns:
        The pairs, each once; one warning is logged where there are any.
    """
    pairs: dict[tuple[str, str], None] = {}
    for region_code, mtype_code in types.pairs():
        region, mtype = types.synthesis_regions[region_code], types.mtypes[mtype_code]
        parameters = inputs.parameters[inputs.key(types, region_code)][mtype]
        if parameters.get("context_constraints") and region not in structure.regions:
            pairs[region, mtype] = None
    if pairs:
        LOGGER.warning(
            "The morphologies with the following region/mtype couples have inconsistent context "
            "and constraints: %s",
            list(pairs),
        )
    return list(pairs)


def warn_of_replaced_apical_targets(inputs: TmdInputs, types: CellTypes) -> list[str]:
    """Name the mtypes whose apical `extent_to_target` has no effect beside a basal one.

    The numbers follow region-grower 1.6.0, where the second scaling pass replaces the first.

    Returns:
        The mtypes, each once; one warning is logged where there are any.
    """
    mtypes: dict[str, None] = {}
    for region_code, mtype_code in types.pairs():
        mtype = types.mtypes[mtype_code]
        parameters = inputs.parameters[inputs.key(types, region_code)][mtype]
        constraints = parameters.get("context_constraints", {})
        targets = [
            constraints.get(neurite_type, {}).get("extent_to_target")
            for neurite_type in ("apical_dendrite", "basal_dendrite")
        ]
        if all(targets) and "apical_dendrite" in parameters["grow_types"]:
            mtypes[mtype] = None
    if mtypes:
        LOGGER.warning(
            "The apical extent_to_target of the mtypes %s is replaced by the default scaling, "
            "because they have a basal extent_to_target too (as in region-grower 1.6.0)",
            list(mtypes),
        )
    return list(mtypes)


def warn_of_mclass_without_property(constraints: Mapping[str, RegionConstraints]) -> None:
    """Warn of directions and boundaries for some mclass where the cells tell none."""
    for region, entries in constraints.items():
        if any(scope.mclasses is not None for scope in entries.scopes()):
            LOGGER.warning(
                "Region %s has directions or boundaries for some mclass, and the cells have no "
                "property mclass: these do not apply",
                region,
            )
