"""Diameter models of both TMD files, compiled.

Sources: `neurots.generate.diametrizer` of NeuroTS 3.7, diameter-synthesis 0.7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from region_grower_hpc.native import _kernels

SECTION_TYPES = {
    **{"undefined": 0, "soma": 1, "axon": 2, "basal_dendrite": 3, "apical_dendrite": 4},
    **{f"custom{number}": number for number in range(5, 20)},
}
#: Methods that run a model of diameter-synthesis.
MODELLED = ("external", "default")
#: Whether a major branch keeps its diameter, the largest reduction at a bifurcation, and the
#: factor of the tapers on each try.
SAMPLED_MODELS = {
    "generic": (True, 1.0, None),
    "astrocyte": (False, 3.0, None),
    "neurite_based": (True, 1.0, 1.02),
}
#: Bounds of the shape of a law.
SHAPES = (0.3, 4.0)

Refusal = tuple[str, str]
_Value = TypeVar("_Value")
#: What a missing or malformed parameter gives rise to.
_UNREADABLE = (
    *(KeyError, IndexError, TypeError, ValueError, AttributeError),
    *(OverflowError, ZeroDivisionError, _kernels.GrowthFailure),
)


def diameter_model(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> _kernels.DiameterModel:
    """Compile how neurons of one mtype get their diameters.

    What is missing or malformed fails the neurons that need it, with the error of NeuroTS.

    Args:
        parameters: NeuroTS parameters, not changed.
        distributions: NeuroTS distributions, not changed.
    """
    try:
        method = distributions["diameter"]["method"]
        if method == "no_diameters":
            return _kernels.DiameterModel([])
        names = _neurite_types(parameters)
        if method not in MODELLED:
            make = _plain_maker(method, parameters, distributions["diameter"])
            return _kernels.DiameterModel([_made(make, name) for name in names])
        make = _modelled_maker(method, parameters, distributions["diameter"])
        n_samples = _n_samples(parameters["diameter_params"])
    except _UNREADABLE as error:
        return _kernels.DiameterModel([_kernels.refused_diameters(*_refusal(error))])
    return _kernels.DiameterModel(
        [_made(make, name) for name in names],
        n_samples=n_samples,
        is_seeded=_is_seeded(parameters, distributions),
    )


def diameter_generators(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> list[np.random.BitGenerator]:
    """Fresh random streams for the diameters of one neuron, one a neurite type.

    Empty where the diameters are drawn from the neuron's own stream: the model has no seed.

    Args:
        parameters: NeuroTS parameters, as for `diameter_model`.
        distributions: NeuroTS distributions, as for `diameter_model`.
    """
    if not _is_seeded(parameters, distributions):
        return []
    seed = parameters["diameter_params"]["seed"]
    return [np.random.PCG64(seed) for _ in _neurite_types(parameters)]


def _neurite_types(parameters: Mapping[str, Any]) -> Sequence[str]:
    names = parameters.get("diameter_params", {}).get("neurite_types")
    chosen: Sequence[str] = parameters["grow_types"] if names is None else names
    return chosen


def _is_seeded(parameters: Mapping[str, Any], distributions: Mapping[str, Any]) -> bool:
    """Whether the model compiles and draws from its own seed."""
    try:
        chosen = parameters["diameter_params"]
        method = distributions["diameter"]["method"]
        if method not in MODELLED or "seed" not in chosen:
            return False
        _modelled_maker(method, parameters, distributions["diameter"])
        _n_samples(chosen)
    except _UNREADABLE:
        return False
    return True


Maker = Callable[[str, int], _kernels.NeuriteDiametrizer]


def _made(make: Maker, name: str) -> _kernels.NeuriteDiametrizer:
    if name not in SECTION_TYPES:
        return _kernels.refused_diameters("AttributeError", f"no neurite type is named {name!r}")
    return make(name, SECTION_TYPES[name])


def _plain_maker(method: str, parameters: Mapping[str, Any], diameter: Mapping[str, Any]) -> Maker:
    """The diametrizers of NeuroTS's own methods, by neurite type."""
    chosen = parameters.get("diameter_params", {})

    def uniform(name: str, section_type: int) -> _kernels.NeuriteDiametrizer:
        diameter_um = chosen.get(name)
        if diameter_um is None:
            return _kernels.untouched_diameters()
        return _kernels.uniform_diameters(section_type, _given(lambda: _number(diameter_um)))

    makers: dict[str, Maker] = {
        "uniform": uniform,
        "M1": lambda _, section_type: _kernels.neurite_mean_diameters(section_type),
        "M2": lambda _, section_type: _kernels.section_mean_diameters(section_type),
        "M3": lambda _, section_type: _kernels.smoothed_diameters(section_type),
        "M4": lambda name, section_type: _kernels.root_diameters(
            section_type, **_rall_model(diameter, name)
        ),
        "M5": lambda name, section_type: _kernels.tip_diameters(
            section_type, **_rall_model(diameter, name)
        ),
    }
    if not isinstance(method, str):
        raise ValueError(f"the diameter method {method!r} is not a name")
    return makers[method]


def _modelled_maker(
    method: str, parameters: Mapping[str, Any], diameter: Mapping[str, Any]
) -> Maker:
    """The diametrizers of diameter-synthesis, by neurite type."""
    chosen = parameters["diameter_params"]
    if method == "external" and chosen["method"] != "external":
        raise ValueError("diameter_params must name the method 'external' too")
    if "seed" in chosen:
        if chosen["seed"] is None:
            raise ValueError("without a number as seed no run could be repeated")
        np.random.SeedSequence(chosen["seed"])
    model = "simpler" if method == "default" else chosen["models"][0]
    if model == "simpler" and _n_samples(chosen) > 1:
        raise AttributeError("the diameter model 'simpler' takes no samples")

    def simpler(name: str, section_type: int) -> _kernels.NeuriteDiametrizer:
        if name not in diameter:
            return _kernels.untouched_diameters()
        coefficients = _given(lambda: _coefficients(diameter[name]))
        return _kernels.polynomial_diameters(section_type, coefficients)

    if model == "simpler":
        return simpler
    if model not in SAMPLED_MODELS:
        raise _kernels.GrowthFailure("DiameterSynthesisError", f"unknown diameter model: {model}")
    return lambda name, section_type: _sampled(model, name, section_type, chosen, diameter)


def _sampled(
    model: str,
    name: str,
    section_type: int,
    chosen: Mapping[str, Any],
    diameter: Mapping[str, Any],
) -> _kernels.NeuriteDiametrizer:
    is_major_unreduced, most_reduction, taper_increase = SAMPLED_MODELS[model]

    def taper() -> _kernels.DiameterLaw:
        if taper_increase is not None:
            _number(diameter["tapers"][name]["params"]["scale"])
        return _law(diameter["tapers"][name])

    return _kernels.sampled_diameters(
        section_type,
        trunk_um=_given(lambda: _law(diameter["trunk_diameters"][name])),
        terminal_um=_given(lambda: _law(diameter["terminal_diameters"][name])),
        taper=_given(taper),
        sibling_ratio=_given(lambda: _law(diameter["sibling_ratios"][name])),
        power_relation=_given(lambda: _law(diameter["diameter_power_relation"][name])),
        most_terminal_um=_given(
            lambda: _number(diameter["terminal_diameters"][name]["params"]["max"])
        ),
        most_tries=_given(lambda: _number(chosen.get("trunk_max_tries", 100))),
        is_major_unreduced=is_major_unreduced,
        most_reduction=most_reduction,
        taper_increase=taper_increase,
    )


def _law(entry: Mapping[str, Any]) -> _kernels.DiameterLaw:
    """Compile a law of diameter-synthesis: {"distribution": name, "params": {...}}."""
    params, name = entry["params"], entry["distribution"]
    if name == "constant":
        return _kernels.DiameterLaw.constant(_number(params["value"]))
    makers: dict[str, Callable[..., _kernels.DiameterLaw]] = {
        "expon_rev": _kernels.DiameterLaw.reversed_exponential,
        "exponnorm": _kernels.DiameterLaw.exponential_normal,
        "gamma": _kernels.DiameterLaw.gamma,
    }
    if name not in makers:
        raise _kernels.GrowthFailure(
            "DiameterSynthesisError", f"unknown distribution of diameters: {name}"
        )
    numbers = [_number(params[key]) for key in ("loc", "scale", "min", "max")]
    if name != "expon_rev":
        numbers.insert(0, float(np.clip(_number(params["a"]), *SHAPES)))
    return makers[name](*numbers)


def _rall_model(diameter: Mapping[str, Any], name: str) -> dict[str, Any]:
    def entry(key: str) -> Any:
        return diameter[name][key]

    return {
        "trunk_um": _given(lambda: _choice(entry("trunk"))),
        "terminal_um": _given(lambda: _choice(entry("term"))),
        "trunk_taper_um": _given(lambda: _choice(entry("trunk_taper"))),
        "taper_um": _given(lambda: _choice(entry("taper"))),
        "min_um": _given(lambda: _number(float(np.min(entry("term"))))),
        "ratio": _given(lambda: _number(entry("Rall_ratio"))),
        "siblings_ratio": _given(lambda: _number(entry("siblings_ratio"))),
        "sibling_power": _given(
            lambda: float(np.power(entry("siblings_ratio"), entry("Rall_ratio")))
        ),
    }


def _choice(data: Any) -> list[float] | int:
    """What `Generator.choice` draws from: a list, or the integers below a number."""
    if isinstance(data, list) and data:
        return [_number(value) for value in data]
    if isinstance(data, int) and 0 < data <= np.iinfo(np.int64).max:
        return data
    raise ValueError("diameters can only be drawn from a list of numbers")


def _coefficients(data: Any) -> list[float]:
    values = [_number(value) for value in (data if isinstance(data, list) else [data])]
    if not values:
        raise ValueError("a polynomial has at least one coefficient")
    return values


def _n_samples(chosen: Mapping[str, Any]) -> int:
    n_samples = chosen.get("n_samples", 1)
    if not n_samples > 1:
        return 1
    if not isinstance(n_samples, int):
        raise TypeError(f"n_samples must be a whole number, but is {n_samples!r}")
    return min(n_samples, np.iinfo(np.int64).max)


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _given(read: Callable[[], _Value]) -> _Value | Refusal:
    """What is read, or the error that its use raises."""
    try:
        return read()
    except _UNREADABLE as error:
        return _refusal(error)


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, _kernels.GrowthFailure):
        return error.args[0], error.args[1]
    return type(error).__name__, str(error)
