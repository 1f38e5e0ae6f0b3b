"""What the diameters of grown trees need of both TMD files.

Source: `neurots.generate.diametrizer` of NeuroTS 3.7 and diameter-synthesis 0.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from region_grower_hpc.synthesis.drawn_values import Problem, drawable_bins, is_finite, numbers
from region_grower_hpc.synthesis.growth_names import (
    BARCODE_METHODS,
    DIAMETER_DISTRIBUTIONS,
    DIAMETER_METHODS,
    DIAMETER_MODELS,
    SECTION_TYPE_NAMES,
)
from region_grower_hpc.synthesis.schemas.wording import did_you_mean, none_of, shown

#: Each sample is a run of the diameter model over the whole cell.
MAX_SAMPLES = 100_000
#: Methods that run a model of diameter-synthesis.
_MODELLED = ("default", "external")


def diameter_method_problem(parameters: Mapping[str, Any]) -> Problem | None:
    """A method that `diameter_params` misspells beside keys that it would need to be known for.

    The schema blames those keys, so this comes first; the entry may still break its schema.
    """
    chosen = parameters.get("diameter_params")
    method = chosen.get("method") if isinstance(chosen, dict) else None
    if not isinstance(method, str) or method in DIAMETER_METHODS or chosen == {"method": method}:
        return None
    if method in DIAMETER_MODELS:
        meant = f': it is a model: use {{"method": "external", "models": ["{method}"]}}'
    else:
        meant = did_you_mean(method, DIAMETER_METHODS)
    known = ", ".join(map(shown, DIAMETER_METHODS))
    return (
        "diameter_params/method",
        f"'{method}' is no method of diameters{meant} (the methods are {known})",
    )


def diameter_parameters_problem(
    distributions: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Problem | None:
    """The first problem of `diameter_params`; all that is not about diameters must be sound."""
    return next(_parameters_problems(parameters, distributions), None)


def diameter_model_problem(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Problem | None:
    """The first problem of the distributions' `diameter`; `diameter_params` must be sound."""
    return next(_distributions_problems(parameters, distributions), None)


def _parameters_problems(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    method = distributions["diameter"]["method"]
    if method not in DIAMETER_METHODS or method == "no_diameters":
        return
    chosen = parameters["diameter_params"]
    types = chosen.get("neurite_types")
    known = tuple(SECTION_TYPE_NAMES.values())
    if types is not None and not isinstance(types, list):
        yield "diameter_params/neurite_types", f"must be a list or null, but is {shown(types)}"
        return
    for name in types or ():
        if name not in known:
            yield "diameter_params/neurite_types", none_of(name, known[:3])
            return
    if method == "uniform":
        for name in diametrized_types(parameters, distributions):
            if chosen.get(name) is not None and not is_finite(chosen[name]):
                yield f"diameter_params/{name}", "must be a finite number: a diameter in µm"
    if method in _MODELLED:
        yield from _run_problems(chosen, method)


def _distributions_problems(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    diameter = distributions["diameter"]
    method = diameter["method"]
    if method not in DIAMETER_METHODS:
        yield "diameter/method", none_of(method, DIAMETER_METHODS)
        return
    model = parameters["diameter_params"]["models"][0] if method == "external" else None
    for name, branches in diametrized_types(parameters, distributions).items():
        if method in ("M4", "M5"):
            yield from _taper_problems(f"diameter/{name}", diameter.get(name), branches, method)
        elif method == "default" or model == "simpler":
            if name in diameter:
                yield from _numbers_problems(f"diameter/{name}", diameter[name])
        elif method == "external":
            yield from _model_problems(diameter, name, branches, model)


def _run_problems(chosen: Mapping[str, Any], method: str) -> Iterator[Problem]:
    key = "diameter_params"
    models = chosen.get("models")
    if method == "external":
        if not isinstance(models, list) or not models:
            yield f"{key}/models", f"must be a list with one of {', '.join(DIAMETER_MODELS)}"
            return
        if models[0] not in DIAMETER_MODELS:
            yield f"{key}/models", none_of(models[0], DIAMETER_MODELS)
    n_samples = chosen.get("n_samples", 1)
    if not is_finite(n_samples) or (n_samples > 1 and not isinstance(n_samples, int)):
        yield f"{key}/n_samples", f"must be a whole number, but is {shown(n_samples)}"
    elif n_samples > MAX_SAMPLES:
        yield f"{key}/n_samples", f"must be at most {MAX_SAMPLES}, but is {n_samples}"
    elif n_samples > 1 and (method == "default" or models == ["simpler"]):
        yield f"{key}/n_samples", "must be 1 for 'simpler', which draws no samples"
    if not is_finite(chosen.get("trunk_max_tries", 1)):
        tries = shown(chosen["trunk_max_tries"])
        yield f"{key}/trunk_max_tries", f"must be a finite number, but is {tries}"
    if "seed" in chosen and not _is_seed(chosen["seed"]):
        yield (
            f"{key}/seed",
            f"must be a whole number from 0, but is {shown(chosen['seed'])}: without the key "
            "diameters follow the seed of the run",
        )


def _is_seed(seed: Any) -> bool:
    if seed is None:  # numpy would ask the system for chance, and no run could be repeated
        return False
    try:
        np.random.SeedSequence(seed)
    except (TypeError, ValueError):
        return False
    return True


def diametrized_types(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> dict[str, bool]:
    """Section type names that can be grown and get diameters; whether their trees can branch."""
    asked = parameters["diameter_params"].get("neurite_types")
    asked = parameters["grow_types"] if asked is None else asked
    grown: dict[str, bool] = {}
    for grow_type in parameters["grow_types"]:
        name = SECTION_TYPE_NAMES[parameters[grow_type]["tree_type"]]
        if name in asked and drawable_bins(distributions[grow_type]["num_trees"]).max() >= 1:
            branches = parameters[grow_type]["growth_method"] in BARCODE_METHODS
            grown[name] = grown.get(name, False) or branches
    return grown


def _model_problems(
    diameter: Mapping[str, Any], name: str, branches: bool, model: str | None
) -> Iterator[Problem]:
    needed = ["terminal_diameters", "tapers"]
    if model != "neurite_based":  # which starts from the diameter that a tree already has
        needed.append("trunk_diameters")
    if branches:
        needed += ["sibling_ratios", "diameter_power_relation"]
    for quantity in needed:
        by_type = diameter.get(quantity)
        key = f"diameter/{quantity}/{name}"
        if not isinstance(by_type, dict) or name not in by_type:
            yield key, f"is missing, and the model '{model}' needs it"
            return
        also = {"terminal_diameters": ("max",)}.get(quantity, ())
        if quantity == "tapers" and model == "neurite_based":
            also = ("scale",)
        yield from _distribution_problems(key, by_type[name], also)


def _distribution_problems(key: str, value: Any, also: tuple[str, ...]) -> Iterator[Problem]:
    distribution = value.get("distribution") if isinstance(value, dict) else None
    if not isinstance(distribution, str) or distribution not in DIAMETER_DISTRIBUTIONS:
        yield f"{key}/distribution", none_of(distribution, DIAMETER_DISTRIBUTIONS)
        return
    params = value.get("params")
    if not isinstance(params, dict):
        yield f"{key}/params", "must be an object {...}"
        return
    for name in (*DIAMETER_DISTRIBUTIONS[distribution], *also):
        if not is_finite(params.get(name)):
            yield f"{key}/params/{name}", f"must be a finite number, but is {_found(params, name)}"
            return
    if "min" in DIAMETER_DISTRIBUTIONS[distribution] and params["min"] > params["max"]:
        yield f"{key}/params/min", f"is {params['min']}, above max, which is {params['max']}"


def _taper_problems(key: str, value: Any, branches: bool, method: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield key, f"is missing, and the method '{method}' needs it"
        return
    for name in ("trunk", "term", "trunk_taper", *(("taper",) if branches else ())):
        yield from _numbers_problems(f"{key}/{name}", value.get(name))
    ratios = ("Rall_ratio", "siblings_ratio") if method == "M4" else ("Rall_ratio",)
    for name in ratios if branches else ():
        if not is_finite(value.get(name)):
            yield f"{key}/{name}", f"must be a finite number, but is {_found(value, name)}"
        elif name == "Rall_ratio" and value[name] == 0:
            yield f"{key}/{name}", "must not be 0: it is an exponent and a divisor"


def _numbers_problems(key: str, value: Any) -> Iterator[Problem]:
    found = numbers(value)
    if found is None or found.ndim != 1 or not found.size or not np.isfinite(found).all():
        yield key, f"must be a list of finite numbers, but is {shown(value)}"


def _found(values: Mapping[str, Any], name: str) -> str:
    return shown(values[name]) if name in values else "missing"
