"""What growth needs of both TMD files and the schemas of NeuroTS do not ask for.

An entry that lacks it fails in every one of its cells, or its growth never ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

#: Key below the entry of an mtype, and what is wrong with its value.
Problem = tuple[str, str]

#: What `neurots.morphmath.sample.Distr` reads of each form but `data`.
DISTRIBUTION_FORMS = {
    "norm": ("mean", "std"),
    "uniform": ("min", "max"),
    "expon": ("loc", "lambda"),
}

NEEDED_PARAMETERS = ("randomness", "targeting", "tree_type", "growth_method", "step_size")
NEEDED_BY_METHOD = {"tmd_gradient": ("bias", "bias_length"), "trunk": ("num_seg",)}
#: Of neurites in MorphIO: 2 axon, 3 basal, 4 apical, then free ones.
SECTION_TYPES = range(2, 20)
METHODS_WITHOUT_DIAGRAM = ("trunk", "axon_trunk")


def parameters_problem(parameters: Mapping[str, Any]) -> Problem | None:
    """The first problem of the parameters of an mtype; None if growth can use them."""
    return next(_parameters_problems(parameters), None)


def distributions_problem(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Problem | None:
    """The first problem of the distributions of an mtype with these parameters.

    Only what is drawn from is looked at: files that NeuroTS writes hold NaN in the others.
    """
    return next(_distributions_problems(parameters, distributions), None)


def _parameters_problems(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    from neurots.generate.algorithms.common import bif_methods
    from neurots.generate.tree import section_growers

    if not parameters["grow_types"]:
        yield "grow_types", "is empty: name the neurite types to grow"
    for grow_type in parameters["grow_types"]:
        entry = parameters[grow_type]
        needed_here = NEEDED_BY_METHOD.get(entry.get("growth_method"), ())
        for name in (*NEEDED_PARAMETERS, *needed_here):
            if name not in entry:
                yield f"{grow_type}/{name}", f"is missing, and '{grow_type}' is in grow_types"
        if entry["tree_type"] not in SECTION_TYPES:
            yield f"{grow_type}/tree_type", f"{entry['tree_type']!r} is no section type of neurites"
        for name, known in (("metric", section_growers), ("branching_method", bif_methods)):
            if entry.get(name) not in known:
                yield f"{grow_type}/{name}", f"{entry.get(name)!r} is none of {', '.join(known)}"
        if entry["targeting"] == 0:
            yield f"{grow_type}/targeting", "must not be 0: the first point would have no direction"
        if entry["branching_method"] == "random" and entry["growth_method"].startswith("tmd"):
            yield f"{grow_type}/branching_method", "'random' does not branch by a barcode"
        yield from _distribution_problems(f"{grow_type}/step_size", entry["step_size"])
        yield from _orientation_problems(f"{grow_type}/orientation", entry["orientation"])
        yield from _infinities(grow_type, entry)
    diameters = parameters.get("diameter_params", {})
    simpler = diameters.get("method") == "external" and diameters.get("models")[:1] == ["simpler"]
    if simpler and diameters.get("n_samples", 1) > 1:
        yield "diameter_params/n_samples", "must be 1 for 'simpler', which draws no samples"
    yield from _infinities("context_constraints", parameters.get("context_constraints"))


def _distributions_problems(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    yield from _distribution_problems("soma/size", distributions["soma"].get("size"))
    for grow_type in parameters["grow_types"]:
        entry, chosen = distributions[grow_type], parameters[grow_type]
        yield from _distribution_problems(f"{grow_type}/num_trees", entry["num_trees"])
        if chosen["orientation"] is None:
            for name in ("orientation_deviation", "azimuth"):
                value = (entry.get("trunk") or {}).get(name)
                yield from _distribution_problems(f"{grow_type}/trunk/{name}", value)
        if chosen["growth_method"] not in METHODS_WITHOUT_DIAGRAM:
            yield from _diagram_problems(f"{grow_type}/persistence_diagram", entry)


def _distribution_problems(key: str, value: Any) -> Iterator[Problem]:
    # of several forms NeuroTS takes the first
    form = next(iter(value), None) if isinstance(value, dict) else None
    if form == "data":
        yield from _data_problems(f"{key}/data", value[form])
    elif form not in DISTRIBUTION_FORMS:
        yield key, f"must be a distribution: data, {', '.join(DISTRIBUTION_FORMS)}"
    else:
        for name in DISTRIBUTION_FORMS[form]:
            if not _is_finite(value[form].get(name)):
                yield f"{key}/{form}/{name}", "must be a finite number"


def _data_problems(key: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    bins, weights = (_numbers(data.get(name)) for name in ("bins", "weights"))
    for name, values in (("bins", bins), ("weights", weights)):
        if values is None or values.ndim != 1 or not values.size or not np.isfinite(values).all():
            yield f"{key}/{name}", "must be a list of finite numbers"
            return
    if bins is not None and weights is not None:
        if len(bins) != len(weights):
            yield key, f"has {len(bins)} bins, but {len(weights)} weights"
        elif (weights < 0).any() or not weights.any():
            yield f"{key}/weights", "must not be negative, nor all zero"


def _orientation_problems(key: str, orientation: Any) -> Iterator[Problem]:
    if isinstance(orientation, dict):
        if not isinstance(orientation.get("mode"), str):
            yield f"{key}/mode", "is missing: name the mode of the trunk directions"
    elif orientation is not None:
        vectors = _numbers(orientation)
        if vectors is None or vectors.ndim != 2 or vectors.shape[1] != 3:
            yield key, "must be a list of vectors of three numbers"
        elif not vectors.any(axis=1).all():
            yield key, "must not hold a null vector"


def _diagram_problems(key: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    diagrams = entry.get("persistence_diagram")
    if not diagrams:
        yield key, "is missing or empty, and the growth method needs it"
        return
    for number, diagram in enumerate(diagrams):
        bars = _numbers(diagram)
        if bars is None or bars.ndim != 2 or bars.shape[1] != 6:
            yield f"{key}/{number}", "must be a list of bars of six numbers"
        elif not np.isfinite(bars[:, :2]).all():
            yield f"{key}/{number}", "has a bar whose end or start is not finite"


def _infinities(key: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, float) and not math.isfinite(value):
        yield key, "must be a finite number"
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from _infinities(f"{key}/{name}", item)


def _numbers(value: Any) -> np.ndarray[Any, np.dtype[Any]] | None:
    """The value as an array of numbers; None if it is none."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    return array if array.dtype.kind in "iuf" else None


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
