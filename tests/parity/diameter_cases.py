"""Cases of diameters: methods of NeuroTS and models of diameter-synthesis."""

from __future__ import annotations

import copy
from typing import Any

from tests.parity.case_inputs import REGION, CaseBook, CaseInputs
from tests.parity.growth_cases import DAC, TPC2, TPC3, TPC5, add_axon

DIAMETER = CaseBook()
case = DIAMETER.case

RALL = {
    "Rall_ratio": 1.5,
    "siblings_ratio": 0.8,
    "taper": [0.05, 0.2, 0.4],
    "term": [0.3, 0.45, 0.5],
    "trunk": [1.8, 2.5, 3.1],
    "trunk_taper": [0.1, 0.3],
}


def law(distribution: str, loc: float, scale: float, low: float, high: float, **more: Any) -> Any:
    """A truncated distribution of diameter-synthesis."""
    params = {"loc": loc, "scale": scale, "min": low, "max": high, "num_value": 30, **more}
    return {"distribution": distribution, "params": params, "sequential": None}


MODEL = {
    "sibling_ratios": law("expon_rev", -1.0, 0.2, 0.5, 1.0),
    "diameter_power_relation": law("exponnorm", 2.2, 0.6, 1.8, 8.0, a=2.0),
    "tapers": law("expon_rev", -0.004, 0.005, -0.006, 0.004),
    "terminal_diameters": law("gamma", 0.25, 0.05, 0.28, 0.6, a=2.5),
    "trunk_diameters": law("exponnorm", 1.0, 0.3, 0.6, 2.6, a=7.0),
}


def set_method(inputs: CaseInputs, method: str, **distributions: Any) -> None:
    """A diameter method that has no parameters but its distributions."""
    for entry in inputs.parameters[REGION].values():
        entry["diameter_params"] = {"method": method}
    for entry in inputs.distributions[REGION].values():
        entry["diameter"] = {"method": method, **copy.deepcopy(distributions)}


def set_external(inputs: CaseInputs, model: str, **config: Any) -> None:
    """A model of diameter-synthesis."""
    for entry in inputs.parameters[REGION].values():
        entry["diameter_params"] = {
            "method": "external",
            "models": [model],
            "taper": {"max": 0.005, "max_residual": 100, "min": -0.01, "zeros": 1e-8},
            "terminal_threshold": 2.0,
            "trunk_max_tries": 100,
            "asymmetry_threshold": {"apical_dendrite": 0.2, "basal_dendrite": 1.0},
            **config,
        }
    by_type = {
        name: {kind: copy.deepcopy(value) for kind in ("basal_dendrite", "apical_dendrite", "axon")}
        for name, value in MODEL.items()
    }
    for entry in inputs.distributions[REGION].values():
        if model != "simpler":
            entry["diameter"] = {"method": "external", **copy.deepcopy(by_type)}
        else:
            entry["diameter"]["method"] = "external"


@case(DAC, TPC2)
def no_diameters(inputs: CaseInputs) -> None:
    set_method(inputs, "no_diameters")


@case(DAC, TPC2, TPC2)
def uniform_of_some_types(inputs: CaseInputs) -> None:
    set_method(inputs, "uniform")
    for entry in inputs.parameters[REGION].values():
        entry["diameter_params"]["apical_dendrite"] = 0.7


for _method in ("M1", "M2", "M3"):

    def _constant(inputs: CaseInputs, method: str = _method) -> None:
        set_method(inputs, method)

    DIAMETER.add(f"diameters_{_method}", (DAC, TPC2), _constant)

for _method in ("M4", "M5"):

    def _drawn(inputs: CaseInputs, method: str = _method) -> None:
        set_method(inputs, method, basal_dendrite=RALL, apical_dendrite={**RALL, "Rall_ratio": 2.0})

    DIAMETER.add(f"diameters_{_method}", (DAC, TPC2, TPC5), _drawn)


@case(DAC, TPC2, TPC3)
def default_of_some_types(inputs: CaseInputs) -> None:
    for entry in inputs.parameters[REGION].values():
        entry["diameter_params"]["neurite_types"] = ["basal_dendrite"]


@case(DAC, TPC2)
def default_with_axon(inputs: CaseInputs) -> None:
    """Types without a model keep the diameter of growth."""
    add_axon(inputs, growth_method="tmd", metric="path_distances")
    inputs.options["--synthesize-axons"] = True


@case(DAC, TPC2, TPC5)
def external_generic(inputs: CaseInputs) -> None:
    set_external(inputs, "generic")


@case(TPC2, TPC3, TPC2)
def external_generic_samples(inputs: CaseInputs) -> None:
    """The seed gives all cells the same stream."""
    set_external(inputs, "generic", n_samples=4, seed=3)


@case(TPC2, TPC2)
def external_generic_of_some_types(inputs: CaseInputs) -> None:
    """The mean over samples concerns all sections, the drawn diameters some."""
    set_external(inputs, "generic", n_samples=3, neurite_types=["apical_dendrite"])


@case(TPC2, TPC2)
def external_few_tries(inputs: CaseInputs) -> None:
    """Thick tips: the trunk shrinks, and in the end any diameters are taken."""
    set_external(inputs, "generic", trunk_max_tries=15)
    for entry in inputs.distributions[REGION].values():
        for law_of_type in entry["diameter"]["tapers"].values():
            law_of_type["params"].update(loc=-0.02, min=-0.001, max=0.02)


@case(DAC, TPC2)
def external_astrocyte(inputs: CaseInputs) -> None:
    set_external(inputs, "astrocyte", n_samples=2)


@case(TPC2, TPC3)
def external_neurite_based(inputs: CaseInputs) -> None:
    set_external(inputs, "neurite_based")


@case(DAC, TPC2)
def external_simpler(inputs: CaseInputs) -> None:
    set_external(inputs, "simpler")


@case(TPC2, TPC2)
def external_with_axon(inputs: CaseInputs) -> None:
    add_axon(inputs, growth_method="tmd", metric="path_distances")
    set_external(inputs, "generic")
    inputs.options["--synthesize-axons"] = True
