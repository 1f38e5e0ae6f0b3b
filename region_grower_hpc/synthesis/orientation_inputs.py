"""What the first directions of trees need of both TMD files.

Source: `neurots.generate.orientations` and `NeuronGrower` of NeuroTS 3.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from region_grower_hpc.synthesis.drawn_values import (
    Problem,
    histogram_problems,
    is_finite,
    numbers,
    uniform_problems,
)
from region_grower_hpc.synthesis.growth_names import (
    ANGLE_FORMS,
    FITTED_ANGLES,
    ORIENTATION_MODES,
)
from region_grower_hpc.synthesis.schemas.wording import none_of

#: Distributions of `trunk` drawn with each kind of directions.
_DRAWN_ANGLES: dict[str, Callable[[str, Any], Iterator[Problem]]] = {
    "orientation_deviation": histogram_problems,
    "absolute_elevation_deviation": histogram_problems,
    "azimuth": uniform_problems,
}
_PAIRWISE = ("orientation_deviation", "azimuth")
_AROUND_PRIMARY = ("absolute_elevation_deviation", "azimuth")


def needs_angle_fit(orientation: Any) -> bool:
    """Whether the probability of a mode's angles is to be fitted to those of the distributions."""
    if not isinstance(orientation, dict) or orientation.get("mode") not in FITTED_ANGLES:
        return False
    return "params" not in (orientation.get("values") or {})


def mode_problem(parameters: Mapping[str, Any]) -> Problem | None:
    """An unknown mode of a grow type, which comes before what is wrong with its values.

    The entry may still break its schema.
    """
    grow_types = parameters.get("grow_types")
    for grow_type in ("basal_dendrite", "apical_dendrite", "axon"):
        entry = parameters.get(grow_type)
        orientation = entry.get("orientation") if isinstance(entry, dict) else None
        grown = isinstance(grow_types, list) and grow_type in grow_types
        if grown and isinstance(orientation, dict) and isinstance(orientation.get("mode"), str):
            problem = next(_mode_problems(grow_type, orientation["mode"]), None)
            if problem is not None:
                return problem
    return None


def orientation_problems(parameters: Mapping[str, Any], grow_type: str) -> Iterator[Problem]:
    """What is wrong with the orientation of a grow type."""
    entry = parameters[grow_type]
    key, orientation = f"{grow_type}/orientation", entry["orientation"]
    if isinstance(orientation, list):
        yield from _vectors_problems(key, orientation)
        if entry.get("trunk_absolute_orientation") and len(orientation) != 1:
            yield key, "must hold exactly one vector with trunk_absolute_orientation"
    elif isinstance(orientation, dict):
        mode = orientation.get("mode")
        if mode not in ORIENTATION_MODES:
            yield from _mode_problems(grow_type, mode)
        elif mode in FITTED_ANGLES:
            yield from _angle_problems(key, orientation, parameters, grow_type)
        elif "values" not in orientation:
            yield f"{key}/values", f"is missing: add it, with null if mode '{mode}' needs nothing"
        else:
            yield from _values_problems(f"{key}/values", mode, orientation["values"] or {})


def trunk_problems(
    chosen: Mapping[str, Any], entry: Mapping[str, Any], grow_type: str
) -> Iterator[Problem]:
    """What is wrong with the angles that the orientation of a grow type draws from."""
    key, trunk = f"{grow_type}/trunk", entry.get("trunk") or {}
    for name in _drawn_angles(chosen):
        yield from _DRAWN_ANGLES[name](f"{key}/{name}", trunk.get(name))
    if needs_angle_fit(chosen["orientation"]):
        name = FITTED_ANGLES[chosen["orientation"]["mode"]]
        if name not in trunk:
            yield (
                f"{key}/{name}",
                "is missing, and the orientation has no params: add one or the other",
            )
        yield from histogram_problems(f"{key}/{name}", trunk.get(name))


def _drawn_angles(chosen: Mapping[str, Any]) -> tuple[str, ...]:
    orientation = chosen["orientation"]
    if orientation is None:
        return _PAIRWISE
    if isinstance(orientation, list):
        return _AROUND_PRIMARY if chosen.get("trunk_absolute_orientation") else ()
    drawn = {
        "sample_pairwise_angles": _PAIRWISE,
        "sample_around_primary_orientation": _AROUND_PRIMARY,
    }
    return drawn.get(orientation["mode"], ())


def _mode_problems(grow_type: str, mode: Any) -> Iterator[Problem]:
    if mode not in ORIENTATION_MODES:
        yield (
            f"{grow_type}/orientation/mode",
            f"names the mode of trunks: {none_of(mode, ORIENTATION_MODES)}",
        )


def _values_problems(key: str, mode: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    if mode == "use_predefined":
        yield from _vectors_problems(f"{key}/orientations", values.get("orientations"))
    elif mode == "sample_around_primary_orientation":
        name = "primary_orientation"
        yield from _vectors_problems(f"{key}/{name}", [values.get(name)])
    elif mode == "normal_pia_constraint":
        direction = values.get("direction")
        if direction is None:
            yield f"{key}/direction", "is missing: give mean and std of the angle to the pia"
            return
        means, stds = (
            value if isinstance(value, list) else [value]
            for value in (direction["mean"], direction["std"])
        )
        if not means or len(means) != len(stds):
            yield (
                f"{key}/direction",
                f"has {len(means)} mean(s) and {len(stds)} std(s): give as many of each",
            )
        elif not all(map(is_finite, [*means, *stds])):
            yield f"{key}/direction", "must hold finite numbers"


def _angle_problems(
    key: str, orientation: Mapping[str, Any], parameters: Mapping[str, Any], grow_type: str
) -> Iterator[Problem]:
    before = parameters["grow_types"][: parameters["grow_types"].index(grow_type)]
    if orientation["mode"] == "apical_constraint" and "apical_dendrite" not in before:
        yield f"{key}/mode", "needs 'apical_dendrite' before this type in grow_types"
    values = orientation.get("values") or {}
    if values and "form" not in values:
        yield f"{key}/values", "must be null, or have form and params for this mode"
        return
    form = values.get("form")
    if form is None:
        if grow_type != "basal_dendrite":
            yield f"{key}/values", "is missing: only basal dendrites have a form to be fitted"
        return
    if form not in ANGLE_FORMS:
        yield f"{key}/values/form", none_of(form, ANGLE_FORMS)
        return
    count = ANGLE_FORMS[form]
    if "params" in values and (
        len(values["params"]) != count or not all(map(is_finite, values["params"]))
    ):
        yield f"{key}/values/params", f"must hold {count} finite numbers for the form '{form}'"
    if count and "bounds" in values:
        yield from _bounds_problems(f"{key}/values/bounds", values["bounds"], count)


def _bounds_problems(key: str, bounds: Any, count: int) -> Iterator[Problem]:
    limits = numbers(bounds)
    if limits is None or limits.shape != (2, count):
        yield key, f"must be two lists of {count} numbers: lower and upper bounds"
    elif not (limits[0] < limits[1]).all():
        yield key, "must have each lower bound below its upper bound"


def _vectors_problems(key: str, value: Any) -> Iterator[Problem]:
    vectors = numbers(value)
    if vectors is None or vectors.ndim != 2 or vectors.shape[1] != 3:
        yield key, "must be three numbers for each vector"
        return
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(vectors, axis=1)
    if not (lengths > 0).all() or not np.isfinite(lengths).all():
        yield key, "must hold vectors with a length, neither null nor infinite"
