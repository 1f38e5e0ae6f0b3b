"""Cases with which the peer ends without saving anything; here they cost one cell, or none."""

from __future__ import annotations

from tests.parity.axon_cases import WITHOUT_AXON, graft
from tests.parity.case_inputs import REGION, CaseBook, CaseInputs
from tests.parity.context_cases import constrain
from tests.parity.diameter_cases import set_external
from tests.parity.growth_cases import DAC, TPC2, TRUNK

DEFECT = CaseBook()
case = DEFECT.case


@case(DAC, DAC, peer_error="VoxcellError", exit_code=4, failures=((1, "input"),))
def cell_outside(inputs: CaseInputs) -> None:
    inputs.positions_um[1] = [0.0, 5000.0, 0.0]


@case(DAC, DAC, peer_error="VoxcellError", exit_code=4, failures=((0, "input"),))
def cell_nowhere(inputs: CaseInputs) -> None:
    inputs.positions_um[0] = float("nan")


@case(TPC2, DAC, peer_error="KeyError", failures=())
def apical_by_tmd(inputs: CaseInputs) -> None:
    """A valid tree without an apical point."""
    inputs.vary("apical_dendrite", growth_method="tmd")


@case(TPC2, DAC, peer_error="AttributeError", failures=())
def apical_trunk(inputs: CaseInputs) -> None:
    """A valid tree without an apical point."""
    inputs.vary("apical_dendrite", **TRUNK, num_seg=50)


@case(DAC, TPC2, peer_error="DiameterSynthesisError", failures=((1, "growth"),))
def diameters_out_of_reach(inputs: CaseInputs) -> None:
    set_external(inputs, "generic")
    for mtype, entry in inputs.distributions[REGION].items():
        if mtype == TPC2:
            entry["diameter"]["tapers"]["apical_dendrite"]["params"].update(min=0.9, max=0.91)


@case(DAC, peer_error="AttributeError", exit_code=3)
def samples_of_simpler_diameters(inputs: CaseInputs) -> None:
    """diameter-synthesis loses the neuron after the first sample."""
    set_external(inputs, "simpler", n_samples=2)


@case(TPC2, DAC, peer_error="AssertionError", exit_code=4, failures=((0, "input"),))
def orientation_missing(inputs: CaseInputs) -> None:
    inputs.place(0, 2, 0.5, z=-230.0)


@case(DAC, TPC2, peer_error="KeyError", failures=())
def raw_region_key_of_some(inputs: CaseInputs) -> None:
    """The first cell decides for all by which region the parameters are read."""
    for data in (inputs.parameters, inputs.distributions):
        data["O2"] = data[REGION]
    inputs.properties.loc[0, "region"] = "O2"


@case(DAC, TPC2, peer_error="TypeError", exit_code=3)
def random_branching(inputs: CaseInputs) -> None:
    """NeuroTS calls it with arguments that it does not have."""
    inputs.vary("basal_dendrite", branching_method="random")


@case(DAC, DAC, DAC, peer_error="KeyError")
def first_cell_without_donor(inputs: CaseInputs) -> None:
    constrain(inputs)
    graft(inputs, ["N/A", "bushy", "straight"], max_drop_ratio=0.5)


@case(DAC, DAC, peer_error="NoAxonException", exit_code=4, failures=((1, "input"),))
def donor_without_axon(inputs: CaseInputs) -> None:
    constrain(inputs)
    graft(inputs, ["bushy", WITHOUT_AXON])


@case(DAC, DAC, peer_error="VoxcellError", failures=())
def null_kept(inputs: CaseInputs) -> None:
    """The peer ends when all cells are grown."""
    inputs.properties["weight"] = [1.0, 1.5]
    inputs.nulls["weight"] = 1
