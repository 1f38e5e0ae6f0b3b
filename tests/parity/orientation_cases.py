"""Cases of trunk directions: lists, sampled angles and all modes."""

from __future__ import annotations

from typing import Any

from tests.parity.case_inputs import CaseBook, CaseInputs
from tests.parity.growth_cases import DAC, TPC2, TPC3, TPC5, TRUNK, number_of_trees

ORIENTATION = CaseBook()
case = ORIENTATION.case

UP = [[0.0, 1.0, 0.0]]
STEP = {"form": "step", "params": [0.45, 0.55]}
DOUBLE_STEP = {"form": "double_step", "params": [2.1, 0.3, -0.9, 0.25]}


def mode(name: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """The orientation entry of a mode."""
    return {"orientation": {"mode": name, "values": values}}


def towards_pia(mean: Any, std: Any) -> dict[str, Any]:
    """The mode normal_pia_constraint."""
    return mode("normal_pia_constraint", {"direction": {"mean": mean, "std": std}})


def around(*vector: float) -> dict[str, Any]:
    """The mode sample_around_primary_orientation."""
    return mode("sample_around_primary_orientation", {"primary_orientation": list(vector)})


def apicals_first(inputs: CaseInputs) -> None:
    """Apical trunks before basal ones, in mtypes that have both."""
    for entry in inputs.parameters["O0"].values():
        entry["grow_types"].sort()


@case(DAC, TPC2, TPC2)
def list_of_vectors(inputs: CaseInputs) -> None:
    """Of lengths other than 1, and more of them than trees."""
    vectors = [[2.0, 0.1, 0.3], [-1.0, 0.5, 4.0], [0.1, -3.0, 0.1], [0.3, 0.3, -0.3]]
    inputs.vary("basal_dendrite", orientation=vectors)
    inputs.vary_distributions("basal_dendrite", num_trees=number_of_trees(n2=1, n3=1, n4=1))


@case(DAC, DAC, TPC2, TPC2)
def list_often_too_short(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", orientation=[[1.0, 0.1, 0.3], [-1.0, 0.5, 0.4]])
    inputs.vary_distributions("basal_dendrite", num_trees=number_of_trees(n2=1, n5=4))


@case(DAC, TPC2, TPC3)
def absolute_orientation(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", orientation=[[1.0, -1.0, 0.5]], trunk_absolute_orientation=True)
    inputs.vary("apical_dendrite", orientation=UP, trunk_absolute_orientation=True)


@case(DAC, TPC2, TPC2, TPC5)
def pairwise_and_predefined(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", **mode("sample_pairwise_angles", None))
    inputs.vary("apical_dendrite", **mode("use_predefined", {"orientations": UP}))


@case(TPC2, TPC2)
def predefined_then_pairwise(inputs: CaseInputs) -> None:
    """Pairwise angles between trunks that exist; the drawn number of apical trees is ignored."""
    apicals_first(inputs)
    inputs.vary("basal_dendrite", **mode("sample_pairwise_angles", None))
    vectors = [[0.0, 2.0, 0.0], [0.3, -1.0, 0.3]]
    inputs.vary("apical_dendrite", **mode("use_predefined", {"orientations": vectors}))


@case(DAC, TPC2, TPC2)
def around_primary(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", **around(0.5, -1.0, 0.2))
    inputs.vary("apical_dendrite", **around(0.0, 1.0, 0.0))


@case(DAC, TPC2, TPC2)
def uniform_on_sphere(inputs: CaseInputs) -> None:
    inputs.vary("basal_dendrite", **mode("uniform", None))
    inputs.vary("apical_dendrite", **mode("uniform", None))


@case(TPC2, TPC2, TPC3)
def pia_exponential(inputs: CaseInputs) -> None:
    inputs.vary("apical_dendrite", **towards_pia(0.0, 0.3))
    inputs.vary("basal_dendrite", **mode("pia_constraint", STEP))


@case(TPC2, TPC2, TPC3)
def pia_normal(inputs: CaseInputs) -> None:
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **towards_pia(0.4, 0.2))
    inputs.vary("basal_dendrite", **mode("pia_constraint", DOUBLE_STEP))


@case(TPC2, TPC2)
def pia_straight(inputs: CaseInputs) -> None:
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **towards_pia(0.0, 0.0))
    inputs.vary("basal_dendrite", **mode("pia_constraint", {"form": "flat", "params": []}))


@case(TPC2, TPC2, TPC3)
def pia_lists(inputs: CaseInputs) -> None:
    """Lists as long as the number of trees: one tree from the first pair, all are drawn."""
    inputs.vary("apical_dendrite", **towards_pia([0.3, 1.5], [0.1, 0.4]))
    inputs.vary_distributions("apical_dendrite", num_trees=number_of_trees(n1=1, n2=1))
    inputs.vary("basal_dendrite", **towards_pia([1.2], [0.5]))


@case(DAC, DAC, TPC2)
def pia_of_basals_clipped(inputs: CaseInputs) -> None:
    """Angles often beyond 0 and pi; also numbers of trees below 2, which 3d modes allow."""
    inputs.vary("basal_dendrite", **towards_pia(1.5, 4.0))
    inputs.vary("apical_dendrite", **towards_pia(0.1, 2.0))
    inputs.vary_distributions("basal_dendrite", num_trees=number_of_trees(n1=1, n2=1, n4=1))


@case(TPC2, TPC2, TPC5)
def apical_step(inputs: CaseInputs) -> None:
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **towards_pia(0.2, 0.1))
    inputs.vary("basal_dendrite", **mode("apical_constraint", STEP))


@case(TPC2, TPC3)
def apical_double_step(inputs: CaseInputs) -> None:
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **mode("pia_constraint", {"form": "flat", "params": []}))
    inputs.vary("basal_dendrite", **mode("apical_constraint", DOUBLE_STEP))


@case(TPC2, TPC2)
def apical_flat_of_rare_acceptance(inputs: CaseInputs) -> None:
    """A step that nearly no direction passes: the best of a hundred proposals."""
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **mode("pia_constraint", {"form": "step", "params": [3.1, 0.1]}))
    inputs.vary("basal_dendrite", **mode("apical_constraint", {"form": "flat", "params": []}))
    inputs.vary("basal_dendrite", **TRUNK, num_seg=30)


@case(TPC2, TPC2)
def y_rotated_branching(inputs: CaseInputs) -> None:
    """Branching about axes turned to the pia, for all branching methods."""
    apicals_first(inputs)
    inputs.vary("apical_dendrite", **towards_pia(0.0, 0.1), branching_method="symmetric")
    inputs.vary("basal_dendrite", **mode("uniform", None), branching_method="directional")
    inputs.vary("basal_dendrite", **mode("apical_constraint", STEP))


@case(TPC2, DAC, DAC, failures=((0, "growth"),))
def modes_that_do_not_mix(inputs: CaseInputs) -> None:
    """A 3d mode beside None fails in every attempt; the other mtype grows."""
    inputs.vary("apical_dendrite", **towards_pia(0.0, 0.1))


@case(TPC2, DAC, failures=((0, "growth"),))
def mode_after_list(inputs: CaseInputs) -> None:
    """A mode after a first neurite type without one fails in every attempt."""
    inputs.vary("apical_dendrite", **mode("uniform", None))
