"""Cases of the place in the atlas: targets, limits, regions without layers, cells that fail."""

from __future__ import annotations

import copy
from typing import Any

from tests.parity.case_inputs import REGION, CaseBook, CaseInputs
from tests.parity.growth_cases import DAC, TPC2, TPC3, TPC5, UPC
from tests.parity.orientation_cases import mode

CONTEXT = CaseBook()
case = CONTEXT.case


def at(layer: int, fraction: float) -> dict[str, Any]:
    """A height in a layer."""
    return {"layer": layer, "fraction": fraction}


def target(layer: int, fraction: float, slope: float, intercept: float) -> dict[str, Any]:
    """A target of the path length."""
    return {"extent_to_target": {**at(layer, fraction), "slope": slope, "intercept": intercept}}


def constrain(inputs: CaseInputs, **by_type: dict[str, Any]) -> None:
    """Replace the context constraints of all mtypes."""
    inputs.vary_mtypes(context_constraints=by_type)


@case(TPC2, UPC, TPC5)
def without_constraints(inputs: CaseInputs) -> None:
    constrain(inputs)


@case(TPC2, TPC3, UPC)
def apical_target(inputs: CaseInputs) -> None:
    constrain(inputs, apical_dendrite=target(1, 0.3, 1.2, 20.0))
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(TPC2, TPC3, DAC)
def basal_target(inputs: CaseInputs) -> None:
    constrain(inputs, basal_dendrite=target(1, 0.9, 0.5, 30.0))


@case(TPC2, TPC3)
def both_targets(inputs: CaseInputs) -> None:
    """The basal target replaces the apical one."""
    constrain(
        inputs,
        apical_dendrite=target(1, 0.9, 1.5, 5.0),
        basal_dendrite=target(1, 0.5, 0.6, 20.0),
    )
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(TPC2, TPC3, TPC5)
def limits_on_both_sides(inputs: CaseInputs) -> None:
    limits = {"hard_limit_min": at(1, 0.2), "hard_limit_max": at(1, 0.6)}
    constrain(inputs, apical_dendrite=limits, basal_dendrite={"hard_limit_min": at(2, 0.1)})
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(TPC2, TPC3, TPC2, TPC3)
def basals_deleted(inputs: CaseInputs) -> None:
    """Basal dendrites that would have to shrink to 0.9 of their length go."""
    constrain(inputs, basal_dendrite={"hard_limit_max": at(2, 0.7)})
    inputs.options["--min-hard-scale"] = 0.9


@case(TPC2, TPC3, TPC2)
def shrunk_to_almost_nothing(inputs: CaseInputs) -> None:
    """Factors below 0.01 and below 0."""
    constrain(inputs, basal_dendrite={"hard_limit_max": at(3, 0.2)})
    inputs.options["--min-hard-scale"] = -1000.0


@case(TPC2, TPC3, DAC)
def apicals_removed(inputs: CaseInputs) -> None:
    constrain(inputs, apical_dendrite={"hard_limit_max": at(3, 0.99)})
    inputs.place(0, 2, 0.3)


@case(TPC2, TPC2, DAC)
def target_too_small(inputs: CaseInputs) -> None:
    constrain(inputs, apical_dendrite=target(1, 0.0, 1.0, -100.0))
    inputs.place(0, 2, 0.9)
    inputs.place(1, 2, 0.1)


@case(TPC2, DAC, DAC)
def below_all_layers(inputs: CaseInputs) -> None:
    inputs.place(1, 6, -0.1)
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(TPC2, TPC3, DAC)
def layer_without_thickness(inputs: CaseInputs) -> None:
    constrain(inputs, apical_dendrite={"hard_limit_max": at(2, 0.9)})
    inputs.place(1, 3, 0.5, x=230.0)


@case(DAC, DAC, TPC2)
def layer_without_thickness_unused(inputs: CaseInputs) -> None:
    inputs.place(1, 3, 0.5, x=230.0)
    inputs.place(2, 3, 0.5, x=230.0)


@case(DAC, DAC, TPC2, exit_code=4, failures=((0, "input"),))
def bounds_missing(inputs: CaseInputs) -> None:
    """The peer, too, skips the cell, as one outside of the circuit."""
    inputs.place(0, 1, 0.5, x=-230.0)


@case(DAC, DAC)
def orientation_missing_unneeded(inputs: CaseInputs) -> None:
    constrain(inputs)
    inputs.place(1, 1, 0.5, z=-230.0)


@case(DAC, TPC2, TPC5, UPC)
def depths_clipped(inputs: CaseInputs) -> None:
    inputs.options["--min-depth"] = 250.0


@case(DAC, TPC2, DAC)
def region_without_thicknesses(inputs: CaseInputs) -> None:
    """One cell in a region without thicknesses, whose constraints then mean nothing."""
    inputs.parameters["O1"] = inputs.parameters[REGION]
    inputs.distributions["O1"] = inputs.distributions[REGION]
    inputs.properties.loc[1:, "region"] = "O1"


@case(DAC, TPC2, DAC, TPC2)
def default_region(inputs: CaseInputs) -> None:
    """mtypes and regions that only `default` has; one mtype differs there."""
    for data in (inputs.parameters, inputs.distributions):
        data["default"] = copy.deepcopy(data[REGION])
        del data[REGION][TPC2]
    inputs.parameters["default"][DAC]["basal_dendrite"]["randomness"] = 0.5
    inputs.properties.loc[2:, "region"] = "O2"
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(DAC, TPC2)
def raw_region_key(inputs: CaseInputs) -> None:
    """Files that have no `default` but the region of the cells itself."""
    for data in (inputs.parameters, inputs.distributions):
        data["O2"] = data[REGION]
    inputs.properties["region"] = "O2"


@case(TPC2, TPC2)
def dictionary_modes_without_layers(inputs: CaseInputs) -> None:
    inputs.parameters["O1"] = inputs.parameters[REGION]
    inputs.distributions["O1"] = inputs.distributions[REGION]
    inputs.properties["region"] = "O1"
    inputs.vary("apical_dendrite", **mode("uniform", None))
    inputs.vary("basal_dendrite", **mode("sample_pairwise_angles", None))
