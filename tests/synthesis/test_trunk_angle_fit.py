"""Fitted laws of trunk angles, against NeuroTS."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.trunk_angle_fit import with_fitted_trunk_angles

orientations = pytest.importorskip(
    "neurots.generate.orientations", reason="needs the extra [neurots]"
)

BINS = np.linspace(0.05, 3.1, 30)


def _measured(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    angles = np.clip(rng.normal(rng.uniform(0.5, 2.5), 0.6, 500), 0.0, np.pi)
    weights, _ = np.histogram(angles, bins=30, range=(0.0, np.pi), density=True)
    return {"data": {"bins": BINS.tolist(), "weights": weights.tolist()}}


def _inputs(seed: int = 0, **orientations: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters: dict[str, Any] = {"grow_types": list(orientations), "origin": [0, 0, 0]}
    distributions = {}
    for number, (grow_type, orientation) in enumerate(orientations.items()):
        parameters[grow_type] = {"orientation": orientation, "tree_type": 3}
        distributions[grow_type] = {
            "trunk": {
                "pia_3d_angles": _measured(10 * seed + number),
                "apical_3d_angles": _measured(10 * seed + number + 5),
            }
        }
    return parameters, distributions


def _mode(name: str = "pia_constraint", **values: Any) -> dict[str, Any]:
    return {"mode": name, "values": values or None}


AROUND_PIA = {"mode": "normal_pia_constraint", "values": {"direction": {"mean": 0.0, "std": 0.2}}}
CASES: dict[str, dict[str, Any]] = {
    "interneuron": {"basal_dendrite": _mode()},
    "no values at all": {"basal_dendrite": {"mode": "pia_constraint"}},
    "pyramidal": {"apical_dendrite": AROUND_PIA, "basal_dendrite": _mode("apical_constraint")},
    "chosen forms": {
        "apical_dendrite": _mode(form="step"),
        "basal_dendrite": _mode("apical_constraint", form="double_step"),
        "axon": _mode(form="flat"),
    },
    "chosen bounds": {"basal_dendrite": _mode(form="step", bounds=[[-1.0, 0.2], [1.0, 2.0]])},
    "bounds without form": {"basal_dendrite": _mode("pia_constraint", bounds=[[-1.0], [1.0]])},
    "one given, one open": {
        "apical_dendrite": _mode(form="step", params=[0.2, 0.1]),
        "basal_dendrite": _mode("apical_constraint"),
    },
}


@pytest.mark.parametrize("name", CASES)
def test_fits_are_those_of_neurots(name: str) -> None:
    for seed in range(4):
        parameters, distributions = _inputs(seed, **CASES[name])
        untouched = copy.deepcopy((parameters, distributions))
        expected = orientations.fit_3d_angles(copy.deepcopy(parameters), distributions)
        fitted = with_fitted_trunk_angles(parameters, distributions)
        assert (parameters, distributions) == untouched
        assert fitted is not parameters
        assert list(fitted) == list(expected)
        for grow_type in parameters["grow_types"]:
            ours, theirs = (each[grow_type]["orientation"]["values"] for each in (fitted, expected))
            assert ours.get("form") == theirs.get("form")
            if "params" in theirs:
                assert ours["params"] == pytest.approx(theirs["params"], rel=1e-9)
            else:
                assert ours == theirs


def test_fit_without_end_is_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverges(*_: Any, **__: Any) -> None:
        raise RuntimeError("Optimal parameters not found")

    monkeypatch.setattr("scipy.optimize.curve_fit", diverges)
    parameters, distributions = _inputs(basal_dendrite=_mode(form="step"))
    fitted = with_fitted_trunk_angles(parameters, distributions)
    assert fitted["basal_dendrite"]["orientation"]["values"] == {"form": "flat", "params": []}


@pytest.mark.parametrize(
    "orientations",
    [
        {"basal_dendrite": None},
        {"basal_dendrite": None, "apical_dendrite": [[0.0, 1.0, 0.0]]},
        {"basal_dendrite": _mode("uniform")},
        {"basal_dendrite": AROUND_PIA},
        {"basal_dendrite": _mode(form="step", params=[1.0, 0.3])},
    ],
)
def test_parameters_without_open_law_come_back_as_they_are(orientations: dict[str, Any]) -> None:
    parameters, distributions = _inputs(**orientations)
    assert with_fitted_trunk_angles(parameters, distributions) is parameters


def test_messages_name_the_key() -> None:
    parameters, distributions = _inputs(apical_dendrite=_mode())
    with pytest.raises(InvalidInputError, match="apical_dendrite/orientation/values/form"):
        with_fitted_trunk_angles(parameters, distributions)
    parameters, distributions = _inputs(basal_dendrite=_mode(form="ramp"))
    with pytest.raises(InvalidInputError, match=r"'ramp'.*flat, step, double_step"):
        with_fitted_trunk_angles(parameters, distributions)
    parameters, distributions = _inputs(basal_dendrite=_mode(form="step"))
    distributions["basal_dendrite"]["trunk"]["pia_3d_angles"]["data"]["weights"][3] = float("nan")
    with pytest.raises(InvalidInputError, match="'basal_dendrite' cannot be fitted"):
        with_fitted_trunk_angles(parameters, distributions)
    distributions["basal_dendrite"]["trunk"] = None
    with pytest.raises(InvalidInputError, match="basal_dendrite/trunk/pia_3d_angles/data"):
        with_fitted_trunk_angles(parameters, distributions)
