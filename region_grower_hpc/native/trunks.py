"""Distributions and trunks: entries of both TMD files, compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels

MODES = (
    "use_predefined",
    "sample_around_primary_orientation",
    "sample_pairwise_angles",
    "uniform",
    "normal_pia_constraint",
    "pia_constraint",
    "apical_constraint",
)
MODES_OF_3D_ANGLES = ("pia_constraint", "apical_constraint", "normal_pia_constraint")
#: Parameters of each form of a law of angles.
ANGLE_FORMS = {"flat": 0, "step": 2, "double_step": 4}

_NO_VECTORS = np.empty((0, 3))
#: What a missing or malformed entry gives rise to.
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError)


def distribution(params: Mapping[str, Any]) -> _kernels.Distribution:
    """Compile a law that numbers are drawn from.

    Args:
        params: {"norm": {"mean", "std"}}, {"uniform": {"min", "max"}}, {"expon": {"loc", "lambda"}}
            or {"data": {"bins", "weights"}}; of several the first counts.

    Raises:
        KeyError: a number of the law is missing.
        ValueError: the law is none of these, or its values are no numbers.

    Source: `neurots.morphmath.sample.Distr`.
    """
    law = next(iter(params), None)
    values = {} if law is None else params[law]
    match law:
        case "norm":
            return _kernels.Distribution.normal(float(values["mean"]), float(values["std"]))
        case "uniform":
            return _kernels.Distribution.uniform(float(values["min"]), float(values["max"]))
        case "expon":
            if values["lambda"] == 0:
                raise ValueError("lambda of an exponential distribution is 0")
            return _kernels.Distribution.exponential(
                float(values["loc"]), 1.0 / float(values["lambda"])
            )
        case "data":
            bins, weights = (_numbers(values[name], ndim=1) for name in ("bins", "weights"))
            with np.errstate(all="ignore"):  # refused when drawn from
                return _kernels.Distribution.histogram(bins, weights / np.sum(weights))
    raise ValueError(f"{law!r} is none of the distributions norm, uniform, expon, data")


def trunk_rule(
    grow_type: str, parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> _kernels.TrunkRule:
    """Compile how the trunks of one neurite type leave the soma.

    What cannot be used fails when it comes to be used, with the error that NeuroTS raises there.

    Args:
        grow_type: basal_dendrite, apical_dendrite, axon.
        parameters: entry of the neurite type, not changed. Listed orientations are in the cell's
            frame, those of modes in the atlas'.
        distributions: entry of the neurite type, not changed.

    Raises:
        KeyError: the parameters have no orientation.
    """
    orientation = parameters["orientation"]
    mode = orientation.get("mode") if isinstance(orientation, Mapping) else None
    placed = _placement(orientation, bool(parameters.get("trunk_absolute_orientation", False)))
    trunk = distributions.get("trunk")
    return _kernels.TrunkRule(
        grow_type=grow_type,
        placement=placed.name,
        is_mapping=isinstance(orientation, Mapping),
        is_3d=mode in MODES_OF_3D_ANGLES,
        directions=placed.directions,
        num_trees=_entry(distributions, "num_trees"),
        orientation_deviation=_entry(trunk, "orientation_deviation"),
        absolute_elevation_deviation=_entry(trunk, "absolute_elevation_deviation"),
        azimuth_cosine=_entry(trunk, "azimuth", of_cosine=True),
        means_rad=placed.means_rad,
        stds_rad=placed.stds_rad,
        has_list_of_means=placed.has_list_of_means,
        form=placed.form,
        form_parameters=placed.form_parameters,
        values_problem=placed.problem,
    )


@dataclass(frozen=True)
class _Placement:
    """An orientation taken apart.

    Attributes:
        name: of the C++ enumeration.
        directions: (n, 3) float64.
        means_rad, stds_rad, has_list_of_means: of normal_pia_constraint.
        form, form_parameters: of pia_constraint and apical_constraint.
        problem: of the values: error that NeuroTS raises, and whether another attempt follows.
    """

    name: str
    directions: npt.NDArray[np.float64] = field(default_factory=lambda: _NO_VECTORS)
    means_rad: Sequence[float] = ()
    stds_rad: Sequence[float] = ()
    has_list_of_means: bool = False
    form: str = "flat"
    form_parameters: Sequence[float] = ()
    problem: tuple[str, bool] | None = None


def _placement(orientation: Any, is_absolute: bool) -> _Placement:
    if orientation is None:
        return _Placement("by_deviations")
    if isinstance(orientation, Mapping):
        mode = orientation.get("mode")
        if orientation.keys() != {"mode", "values"} or mode not in MODES:
            return _Placement("unusable")
        return _of_mode(mode, orientation["values"])
    try:
        name = "around_listed" if is_absolute else "listed"
        return _Placement(name, directions=_vectors(orientation))
    except _UNREADABLE:
        return _Placement("unusable")


def _of_mode(mode: str, values: Any) -> _Placement:
    try:
        match mode:
            case "use_predefined":
                if "orientations" not in values:
                    return _Placement(mode, problem=("AssertionError", False))
                return _Placement(mode, directions=_vectors(values["orientations"]))
            case "sample_around_primary_orientation":
                return _Placement(mode, directions=_vectors([values["primary_orientation"]]))
            case "normal_pia_constraint":
                return _around_pia(mode, values["direction"])
            case "pia_constraint" | "apical_constraint":
                return _by_angle(mode, values)
            case _:
                return _Placement(mode)
    except _UNREADABLE as error:
        return _Placement(mode, problem=(type(error).__name__, isinstance(error, ValueError)))


def _around_pia(mode: str, direction: Mapping[str, Any]) -> _Placement:
    means, stds = (
        [float(value) for value in (entry if isinstance(entry, list) else [entry])]
        for entry in (direction["mean"], direction["std"])
    )
    return _Placement(
        mode,
        means_rad=means,
        stds_rad=stds,
        has_list_of_means=isinstance(direction["mean"], list),
    )


def _by_angle(mode: str, values: Mapping[str, Any]) -> _Placement:
    form = values["form"]
    if form not in ANGLE_FORMS:
        raise ValueError(f"{form!r} is none of the forms {', '.join(ANGLE_FORMS)}")
    parameters = [float(value) for value in values["params"]]
    if len(parameters) != ANGLE_FORMS[form]:
        raise TypeError(f"form {form!r} needs {ANGLE_FORMS[form]} params")
    return _Placement(mode, form=form, form_parameters=parameters)


def _entry(entries: Any, name: str, of_cosine: bool = False) -> _kernels.Distribution | None:
    """A distribution; None where it is missing or none."""
    try:
        params = entries[name]
        if of_cosine:
            params = {
                law: {key: np.cos(value) for key, value in values.items()}
                for law, values in params.items()
            }
        return distribution(params)
    except _UNREADABLE:
        return None


def _vectors(rows: Any) -> npt.NDArray[np.float64]:
    """(n, 3) float64; ValueError for anything else."""
    if isinstance(rows, list) and not rows:
        return _NO_VECTORS
    vectors = _numbers(rows, ndim=2)
    if vectors.shape[1] != 3:
        raise ValueError("vectors have three numbers each")
    return vectors


def _numbers(values: Any, ndim: int) -> npt.NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim:
        raise ValueError(f"expected an array of {ndim} dimensions, got {array.ndim}")
    return array
