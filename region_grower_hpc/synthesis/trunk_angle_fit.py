"""Laws of trunk angles fitted to measured ones, where the parameters leave them open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError

#: Entry of the distributions that holds the angles measured from the reference of a mode.
MEASURED_ANGLES = {"pia_constraint": "pia_3d_angles", "apical_constraint": "apical_3d_angles"}
#: Lower and upper bounds of the parameters of each form, radians.
BOUNDS = {
    "step": ([-np.pi, 0.1], [np.pi, 10.0]),
    "double_step": ([0.0, 0.1, -np.pi, 0.1], [np.pi, 10.0, 0.0, 10.0]),
}

_Angles = npt.NDArray[np.float64]


def with_fitted_trunk_angles(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Fill in the trunk angle laws that an mtype's parameters leave open.

    A law is open where a grow type's orientation has the mode pia_constraint or
    apical_constraint, and its values are absent or hold no params. It is fitted in the form that
    the values name, within their bounds if they have some. Without a form it is a step for the
    basal dendrites of neurons with apical dendrite, and flat for those of others. A fit that does
    not converge gives the flat law.

    Args:
        parameters: of one mtype, not changed.
        distributions: of the same mtype.

    Returns:
        The parameters; the same object where nothing was to be fitted.

    Raises:
        InvalidInputError: form or measured angles are missing or cannot be used; the message names
            the key below the mtype.

    Source: `neurots.generate.orientations.fit_3d_angles`, which region-grower does not call.
    """
    grow_types = parameters["grow_types"]
    fitted = {}
    for grow_type in grow_types:
        orientation = parameters[grow_type]["orientation"]
        if _is_open(orientation):
            values = _fitted(grow_type, orientation, grow_types, distributions[grow_type])
            fitted[grow_type] = {
                **parameters[grow_type],
                "orientation": {**orientation, "values": values},
            }
    return {**parameters, **fitted} if fitted else parameters


def _is_open(orientation: Any) -> bool:
    if not isinstance(orientation, Mapping) or orientation.get("mode") not in MEASURED_ANGLES:
        return False
    values = orientation.get("values")
    return values is None or not {"params", "direction"} & set(values)


def _fitted(
    grow_type: str,
    orientation: Mapping[str, Any],
    grow_types: list[str],
    distributions: Mapping[str, Any],
) -> dict[str, Any]:
    values = orientation.get("values") or {}
    if values.get("form") is None:
        values = {"form": _default_form(grow_type, grow_types)}
    form = values["form"]
    if form == "flat":
        return {"form": "flat", "params": []}
    if form not in LAWS:
        raise InvalidInputError(
            f"key '{grow_type}/orientation/values/form' of the parameters is {form!r}: "
            f"name one of flat, {', '.join(LAWS)}"
        )
    name = MEASURED_ANGLES[orientation["mode"]]
    measured = ((distributions.get("trunk") or {}).get(name) or {}).get("data")
    if measured is None:
        raise InvalidInputError(
            f"key '{grow_type}/trunk/{name}/data' is missing from the distributions: the law of "
            "trunk angles cannot be fitted; add it, or give the params of the orientation"
        )
    return _fit(grow_type, form, values.get("bounds", BOUNDS[form]), measured)


def _default_form(grow_type: str, grow_types: list[str]) -> str:
    if grow_type != "basal_dendrite":
        raise InvalidInputError(
            f"key '{grow_type}/orientation/values/form' is missing from the parameters: only for "
            "basal_dendrite there is a default"
        )
    return "step" if "apical_dendrite" in grow_types else "flat"


def _fit(grow_type: str, form: str, bounds: Any, measured: Mapping[str, Any]) -> dict[str, Any]:
    from scipy.optimize import curve_fit

    try:
        best = curve_fit(LAWS[form], measured["bins"], measured["weights"], bounds=bounds)[0]
    except RuntimeError:  # does not converge
        return {"form": "flat", "params": []}
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"the trunk angles of '{grow_type}' cannot be fitted by form {form!r} within the "
            f"bounds {bounds}: {error}; correct its bins and weights in the distributions, or the "
            "bounds in the parameters"
        ) from error
    return {"form": form, "params": best.tolist()}


def _step(angle_rad: _Angles, scale: float, rate: float) -> _Angles:
    return _density(angle_rad, lambda angles: _sigmoid((angles - scale) / rate))


def _double_step(
    angle_rad: _Angles, scale_low: float, rate_low: float, scale_high: float, rate_high: float
) -> _Angles:
    return _density(
        angle_rad,
        lambda angles: (
            0.5
            * (
                _sigmoid((angles - scale_low) / rate_low)
                + _sigmoid((-angles - scale_high) / rate_high)
            )
        ),
    )


def _sigmoid(x: _Angles) -> _Angles:
    from scipy.special import expit

    result: _Angles = expit(x)
    return result


def _density(angle_rad: _Angles, law: Callable[[_Angles], _Angles]) -> _Angles:
    """Of angles of directions in space: the law, at most 1, by the sine of the angle."""
    share = law(angle_rad) / np.max(law(np.linspace(0.0, np.pi, 100)))
    density: _Angles = np.clip(share * np.sin(angle_rad), 0.0, 1.0)
    return density


#: Densities by form; their parameters are told by their signature.
LAWS: dict[str, Callable[..., _Angles]] = {"step": _step, "double_step": _double_step}
