"""Cases of growth: methods, metrics, branching, biases, steps, numbers of trees, axons."""

from __future__ import annotations

import copy
from typing import Any

from tests.parity.case_inputs import REGION, CaseBook, CaseInputs

GROWTH = CaseBook()
case = GROWTH.case

DAC, TPC2, TPC3, UPC, TPC5 = "L1_DAC", "L2_TPC:A", "L3_TPC:A", "L4_UPC", "L5_TPC:A"

TRUNK = {"growth_method": "trunk", "metric": "trunk_length"}
AXON = {
    "randomness": 0.3,
    "targeting": 0.2,
    "orientation": [[0.0, -1.0, 0.0]],
    "growth_method": "axon_trunk",
    "branching_method": "bio_oriented",
    "modify": None,
    "step_size": {"norm": {"mean": 1.5, "std": 0.3}},
    "metric": "trunk_length",
    "tree_type": 2,
}


def number_of_trees(**weights_by_number: int) -> dict[str, Any]:
    """A distribution of the number of trees: n2=1, n3=4 gives 3 trees four times out of five."""
    bins = [int(name[1:]) for name in weights_by_number]
    return {"data": {"bins": bins, "weights": list(weights_by_number.values())}}


def add_axon(inputs: CaseInputs, first: bool = False, **changes: Any) -> None:
    """Let all mtypes grow one axon, with the diagrams of their basal dendrites."""
    for mtype, entry in inputs.parameters[REGION].items():
        entry["axon"] = {**copy.deepcopy(AXON), **changes}
        entry["grow_types"].insert(0 if first else len(entry["grow_types"]), "axon")
        distributions = inputs.distributions[REGION][mtype]
        distributions["axon"] = copy.deepcopy(distributions["basal_dendrite"])
        distributions["axon"]["num_trees"] = number_of_trees(n1=1)


@case(DAC, DAC, TPC2, TPC2)
def tmd_symmetric(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", branching_method="symmetric")


@case(DAC, TPC2, TPC2)
def tmd_directional(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", branching_method="directional")


@case(TPC2, TPC2, TPC2, TPC5)
def apical_tuft(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", growth_method="tmd_apical", branching_method="directional")


@case(UPC, UPC, TPC2, TPC3)
def apical_without_tuft(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", growth_method="tmd_apical", has_apical_tuft=False)


@case(TPC2, TPC3, TPC3, TPC5)
def gradient(inputs: CaseInputs) -> None:
    """As the example has it: bias 0.6, bias_length 0.2."""


@case(TPC2, TPC2, TPC3)
def gradient_without_bias(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", bias=0.0, bias_length=0.0, branching_method="symmetric")


@case(TPC2, TPC2, TPC5)
def gradient_straight(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", bias=1.0, bias_length=0.05, has_apical_tuft=False)


@case(DAC, TPC2, TPC2)
def gradient_basals(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", growth_method="tmd_gradient", bias=0.4, bias_length=0.3)


@case(DAC, TPC2, UPC)
def apical_method_for_basals(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", growth_method="tmd_apical", has_apical_tuft=True)


@case(DAC, DAC, TPC2)
def radial_distances(inputs: CaseInputs) -> None:
    """Near the origin of the atlas, where radial distances are comparable to those of bars."""
    inputs.vary(metric="radial_distances")
    inputs.vary_distributions(
        "basal_dendrite", "apical_dendrite", filtration_metric="radial_distances"
    )
    for gid in range(3):
        inputs.place(gid, 1, 0.9 - 0.2 * gid, 10.0 * gid, 5.0)


@case(TPC2, TPC3, TPC2)
def major_termination(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", major_termination_length=400.0)


@case(TPC2, TPC2, UPC)
def trunks_as_basals(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", **TRUNK, num_seg=60)


@case(DAC, TPC2)
def shortest_trunks(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", **TRUNK, num_seg=0, branching_method="random")


@case(TPC2, TPC2, DAC)
def axon_trunk(inputs: CaseInputs) -> None:
    add_axon(inputs)
    inputs.options["--synthesize-axons"] = True


@case(TPC2, TPC2)
def axon_trunk_first(inputs: CaseInputs) -> None:
    add_axon(inputs, first=True, orientation=None)
    inputs.options["--synthesize-axons"] = True


@case(TPC2, DAC, TPC3)
def axon_gradient(inputs: CaseInputs) -> None:
    add_axon(
        inputs,
        growth_method="tmd_gradient",
        metric="path_distances",
        has_apical_tuft=False,
        bias=0.7,
        bias_length=0.3,
        major_termination_length=150.0,
    )
    inputs.options["--synthesize-axons"] = True


@case(TPC2, DAC)
def axon_not_asked_for(inputs: CaseInputs) -> None:
    add_axon(inputs)


@case(TPC2, DAC)
def axon_of_one_mtype(inputs: CaseInputs) -> None:
    add_axon(inputs, growth_method="tmd", metric="path_distances")
    inputs.parameters[REGION][DAC]["grow_types"].remove("axon")
    inputs.options["--synthesize-axons"] = True


@case(DAC, TPC2, UPC)
def equal_steps(inputs: CaseInputs) -> None:
    inputs.vary(step_size={"norm": {"mean": 1.3, "std": 0.0}})


@case(DAC, TPC2)
def uneven_steps(inputs: CaseInputs) -> None:
    """Many negative draws, which are repeated."""
    inputs.vary(step_size={"norm": {"mean": 0.6, "std": 0.8}})


@case(DAC, TPC2)
def only_history(inputs: CaseInputs) -> None:
    """Nearly: without any targeting the first direction of a tree is null."""
    inputs.vary(randomness=0.0, targeting=0.001)


@case(DAC, TPC2)
def only_randomness(inputs: CaseInputs) -> None:
    inputs.vary(randomness=0.999, targeting=0.001)


@case(DAC, TPC2)
def only_targeting(inputs: CaseInputs) -> None:
    inputs.vary(randomness=0.0, targeting=1.0)


@case(TPC2, TPC3, TPC5)
def apicals_first(inputs: CaseInputs) -> None:
    inputs.vary_mtypes(grow_types=["apical_dendrite", "basal_dendrite"])


@case(TPC2, TPC2, TPC3)
def two_apicals(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", orientation=[[0.0, 1.0, 0.0], [0.5, -1.0, 0.2]])
    inputs.vary_distributions("apical_dendrite", num_trees=number_of_trees(n2=1))


@case(TPC2, TPC2, DAC, DAC, DAC)
def attempts(inputs: CaseInputs) -> None:
    """Often only one basal dendrite is drawn: the stream goes on in the next attempt."""
    inputs.vary_distributions("basal_dendrite", num_trees=number_of_trees(n1=7, n2=2, n3=0))


@case(TPC2, TPC2)
def many_trees(inputs: CaseInputs) -> None:
    """More trunks than the ten points that the soma has at least."""
    inputs.vary_distributions("basal_dendrite", num_trees=number_of_trees(n11=1))
    inputs.vary("basal_dendrite", **TRUNK, num_seg=20)


@case(DAC, TPC2)
def large_somata(inputs: CaseInputs) -> None:
    for entry in inputs.distributions[REGION].values():
        entry["soma"] = {"size": {"norm": {"mean": 3.0, "std": 12.0}}}
