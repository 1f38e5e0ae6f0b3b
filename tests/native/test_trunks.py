"""Directions of trunks, against NeuroTS draw for draw."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

orientations = pytest.importorskip(
    "neurots.generate.orientations", reason="needs the extra [neurots]"
)
from tests.native.trunks_of_neurots import Place, check_equal  # noqa: E402

SEEDS = range(12)
PLACES = [
    Place(),
    Place((812.3, -45.6, 3301.7), Rotation.random(random_state=1).as_matrix()),
    Place((-5.0, 77.0, 0.5), Rotation.random(random_state=2).as_matrix()),
]
TRUNK = {
    "orientation_deviation": {
        "data": {"bins": [-0.8, -0.3, 0.1, 0.4, 1.1], "weights": [1, 4, 7, 4, 2]}
    },
    "absolute_elevation_deviation": {
        "data": {"bins": [-0.9, -0.1, 0.2, 0.7], "weights": [2, 5, 5, 1]}
    },
    "azimuth": {"uniform": {"min": np.pi, "max": 0.0}},
}
Y, NORMAL = [0.0, 1.0, 0.0], "normal_pia_constraint"


def _distributions(
    basal: list[int] | dict[str, Any] = [2, 3, 5],  # noqa: B006
    apical: list[int] | dict[str, Any] = [1, 2],  # noqa: B006
) -> dict[str, Any]:
    def entry(trees: list[int] | dict[str, Any]) -> dict[str, Any]:
        uniform = {"data": {"bins": trees, "weights": [1] * len(trees)}}
        law = uniform if isinstance(trees, list) else trees
        return {"trunk": copy.deepcopy(TRUNK), "num_trees": law}

    return {
        "soma": {"size": {"norm": {"mean": 6.0, "std": 1.5}}},
        "diameter": {"method": "no_diameters"},
        "basal_dendrite": entry(basal),
        "apical_dendrite": entry(apical),
        "axon": entry([1]),
    }


def _parameters(**orientations: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {"grow_types": list(orientations)}
    for grow_type, orientation in orientations.items():
        is_absolute = isinstance(orientation, tuple)
        parameters[grow_type] = {"orientation": orientation[0] if is_absolute else orientation}
        if is_absolute:
            parameters[grow_type]["trunk_absolute_orientation"] = True
    return parameters


def _mode(mode: str, values: Any = None) -> dict[str, Any]:
    return {"mode": mode, "values": values}


def _around_pia(mean: Any, std: Any) -> dict[str, Any]:
    return _mode(NORMAL, {"direction": {"mean": mean, "std": std}})


def _by_angle(mode: str, form: str, *params: float) -> dict[str, Any]:
    return _mode(mode, {"form": form, "params": list(params)})


STEP = _by_angle("apical_constraint", "step", 1.5, 0.25)
PLACED: dict[str, dict[str, Any]] = {
    "interneuron": _parameters(basal_dendrite=None),
    "pyramidal": _parameters(basal_dendrite=None, apical_dendrite=[Y, [0.2, 0.9, -0.1]]),
    "apical first": _parameters(apical_dendrite=[Y, [0.2, 2.0, 0.0]], basal_dendrite=None),
    "all between others": _parameters(apical_dendrite=None, basal_dendrite=None, axon=None),
    "around a listed direction": _parameters(basal_dendrite=([Y],), axon=[[0.1, -1.0, 0.0]]),
    "many listed": _parameters(basal_dendrite=[Y, [1, 0, 0], [-1, 2, 0], [0, 0, 1], [0, -1, 0]]),
    "predefined": _parameters(
        apical_dendrite=_mode("use_predefined", {"orientations": [[0, 1, 0], [0, 0, 2]]}),
        basal_dendrite=_mode("sample_pairwise_angles", {}),
        axon=_mode("uniform"),
    ),
    "around a primary one": _parameters(
        apical_dendrite=_mode(
            "sample_around_primary_orientation", {"primary_orientation": [0.1, 3.0, 0.2]}
        ),
        basal_dendrite=_mode("uniform", {}),
    ),
    "normal to the pia": _parameters(
        apical_dendrite=_around_pia(0.0, 0.2), basal_dendrite=_around_pia(1.6, 0.7)
    ),
    "list for two apicals": _parameters(apical_dendrite=_around_pia([0.1, 0.9], [0.3, 0.0])),
    "list of one mean": _parameters(basal_dendrite=_around_pia([0.4], 0.3)),
    "no spread": _parameters(basal_dendrite=_around_pia(0, 0)),
    "clipped": _parameters(basal_dendrite=_around_pia(3.1, 4.0)),
    "3d": _parameters(
        apical_dendrite=_by_angle("pia_constraint", "step", 0.2, 0.1), basal_dendrite=STEP
    ),
    "3d of two steps": _parameters(
        apical_dendrite=_around_pia(0.0, 0.1),
        basal_dendrite=_by_angle("pia_constraint", "double_step", 2.1, 0.3, -0.9, 0.4),
        axon=_by_angle("apical_constraint", "flat"),
    ),
    "3d, hardly ever accepted": _parameters(
        basal_dendrite=_by_angle("pia_constraint", "step", 3.14, 0.01)
    ),
    "3d, one basal is enough": _parameters(basal_dendrite=_by_angle("pia_constraint", "flat")),
}


@pytest.mark.filterwarnings("ignore:We could not sample")
@pytest.mark.parametrize("name", PLACED)
def test_trunks_are_those_of_neurots(name: str) -> None:
    basal = [1] if "one basal" in name else [2, 3, 5]
    placed = [
        check_equal(PLACED[name], _distributions(basal), place, seed)
        for place in PLACES
        for seed in SEEDS
    ]
    assert sum(not one.error for one in placed) >= len(placed) / 2


FAILING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one basal": (_parameters(basal_dendrite=None), _distributions([1])),
    "one basal by mode": (_parameters(basal_dendrite=_mode("uniform")), _distributions([1, 0])),
    "no tree": (_parameters(apical_dendrite=None), _distributions(apical=[0])),
    "no more tree": (
        _parameters(basal_dendrite=None, apical_dendrite=None),
        _distributions(apical=[0, -1]),
    ),
    "negative number of trees": (
        _parameters(apical_dendrite=[Y, Y, Y]),
        _distributions(apical=[-1]),
    ),
    "fewer than none": (_parameters(apical_dendrite=[Y]), _distributions(apical=[-4])),
    "none at all by mode": (
        _parameters(apical_dendrite=_mode("uniform")),
        _distributions(apical=[0]),
    ),
    "NaN trees": (
        _parameters(apical_dendrite=[Y]),
        _distributions(apical={"norm": {"mean": np.nan, "std": 0.0}}),
    ),
    "endless trees": (
        _parameters(apical_dendrite=[Y]),
        _distributions(apical={"norm": {"mean": np.inf, "std": 1.0}}),
    ),
    "too few listed": (_parameters(basal_dendrite=[Y]), _distributions()),
    "empty list": (_parameters(basal_dendrite=[]), _distributions()),
    "null vector": (_parameters(basal_dendrite=[Y, Y, Y, Y, [0, 0, 0]]), _distributions()),
    "two absolute ones": (_parameters(basal_dendrite=([Y, Y],)), _distributions()),
    "a text": (_parameters(basal_dendrite="from_space"), _distributions()),
    "partial 3d": (_parameters(basal_dendrite=_around_pia(1, 1), axon=None), _distributions()),
    "mode after none": (_parameters(basal_dendrite=None, axon=_mode("uniform")), _distributions()),
    "none after mode": (_parameters(axon=_mode("uniform"), basal_dendrite=None), _distributions()),
    "list after mode": (_parameters(axon=_mode("uniform"), basal_dendrite=[Y]), _distributions()),
    "unknown mode": (_parameters(basal_dendrite=_mode("sideways")), _distributions()),
    "mode without values": (_parameters(basal_dendrite={"mode": "uniform"}), _distributions()),
    "3d without values": (_parameters(basal_dendrite={"mode": NORMAL}), _distributions()),
    "no predefined": (_parameters(axon=_mode("use_predefined", {})), _distributions()),
    "empty predefined": (
        _parameters(axon=_mode("use_predefined", {"orientations": []})),
        _distributions(),
    ),
    "flat predefined": (
        _parameters(axon=_mode("use_predefined", {"orientations": [[1, 2], [3, 4]]})),
        _distributions(),
    ),
    "no primary": (
        _parameters(axon=_mode("sample_around_primary_orientation", {})),
        _distributions(),
    ),
    "no direction": (_parameters(axon=_mode(NORMAL, {})), _distributions()),
    "no std": (_parameters(axon=_mode(NORMAL, {"direction": {"mean": 1.0}})), _distributions()),
    "negative std": (_parameters(basal_dendrite=_around_pia(1.0, -1.0)), _distributions()),
    "fewer stds": (_parameters(basal_dendrite=_around_pia([1.0, 2.0], 1.0)), _distributions([3])),
    "no means": (_parameters(basal_dendrite=_around_pia([], [])), _distributions()),
    "one mean, no std": (_parameters(basal_dendrite=_around_pia([1.0], [])), _distributions()),
    "apical after basal": (
        _parameters(basal_dendrite=STEP, apical_dendrite=STEP),
        _distributions(),
    ),
    "no apical": (
        _parameters(apical_dendrite=_by_angle("pia_constraint", "flat"), basal_dendrite=STEP),
        _distributions(apical=[0]),
    ),
    "3d without form": (
        _parameters(axon=_mode("pia_constraint", {"params": []})),
        _distributions(),
    ),
    "3d without params": (
        _parameters(axon=_mode("pia_constraint", {"form": "step"})),
        _distributions(),
    ),
    "unknown form": (_parameters(axon=_by_angle("pia_constraint", "ramp", 1.0)), _distributions()),
    "too few params": (
        _parameters(axon=_by_angle("pia_constraint", "step", 1.0)),
        _distributions(),
    ),
    "NaN params": (
        _parameters(axon=_by_angle("pia_constraint", "step", np.nan, 1.0)),
        _distributions(),
    ),
    "rate 0": (_parameters(axon=_by_angle("pia_constraint", "step", 5.0, 0.0)), _distributions()),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", FAILING)
def test_fails_where_neurots_fails(name: str) -> None:
    parameters, distributions = FAILING[name]
    outcomes = {
        check_equal(parameters, distributions, place, seed).error
        for place in PLACES[:2]
        for seed in range(4)
    }
    lenient = {"negative number of trees", "fewer than none", "none at all by mode"}
    assert ("" in outcomes) == (name in lenient)


@pytest.mark.parametrize("name", ["orientation_deviation", "azimuth"])
def test_missing_law_of_trunks_fails_the_cell(name: str) -> None:
    distributions = _distributions()
    del distributions["basal_dendrite"]["trunk"][name]
    assert check_equal(PLACED["interneuron"], distributions, PLACES[0], 0).error == "KeyError"


def test_refused_weights_of_trunks_cost_the_draws_before_them() -> None:
    distributions = _distributions()
    distributions["basal_dendrite"]["trunk"]["azimuth"] = {
        "data": {"bins": [1.0, 2.0], "weights": [1.6, 1.7]}  # of negative cosine: they sum to -1
    }
    for seed in SEEDS:
        check_equal(PLACED["interneuron"], distributions, PLACES[1], seed)
    law = {"data": {"bins": [0.1, 0.2], "weights": [float("nan"), 1.0]}}
    distributions["basal_dendrite"]["trunk"]["azimuth"] = law
    for seed in SEEDS:
        assert check_equal(PLACED["interneuron"], distributions, PLACES[1], seed).is_retried


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_azimuth_without_cosine_leaves_no_contour() -> None:
    distributions = _distributions()
    distributions["basal_dendrite"]["trunk"]["azimuth"] = {"norm": {"mean": 0.0, "std": 0.0}}
    outcomes = {
        check_equal(PLACED["interneuron"], distributions, PLACES[0], seed).error for seed in SEEDS
    }
    assert outcomes == {"", "ValueError"}


@pytest.mark.filterwarnings("ignore:We could not sample")
@pytest.mark.parametrize("name", ["normal to the pia", "3d", "3d of two steps", "pyramidal"])
def test_constraints_steer_3d_trunks_alone(name: str) -> None:
    def avoids_x(direction: Any, center_um: Any) -> float:
        assert np.shape(direction) == np.shape(center_um) == (3,)
        return float(np.clip(1.0 - 1.2 * direction[0], 0.0, 1.0))

    def tell(_: Any, center_um: Any) -> float:
        return float("nan") if center_um[0] == 0 else -1.0

    for seed in SEEDS:
        for place in PLACES:
            check_equal(PLACED[name], _distributions(), place, seed, avoids_x)
            check_equal(PLACED[name], _distributions(), place, seed, tell)
            check_equal(PLACED[name], _distributions(), place, seed, lambda *_: 0.0)


def test_opposite_pia_is_not_turned_to() -> None:
    upside_down = Place((1.0, 2.0, 3.0), np.diag([1.0, -1.0, -1.0]))
    for seed in SEEDS:
        check_equal(PLACED["normal to the pia"], _distributions(), upside_down, seed)


@pytest.mark.filterwarnings("ignore:We could not sample")
@pytest.mark.parametrize(
    ("form", "params"),
    [("flat", []), ("step", [1.1, 0.3]), ("step", [-0.5, -0.2]), ("double_step", [2, 1, -1, 3.0])],
)
def test_angle_laws_have_probability_one_at_most(form: str, params: list[float]) -> None:
    law = orientations.get_probability_function(form, with_density=False)
    assert max(law(np.linspace(0.0, np.pi, 100), *params)) == 1.0
    parameters = _parameters(axon=_by_angle("pia_constraint", form, *params))
    for seed in SEEDS:
        check_equal(parameters, _distributions(), PLACES[2], seed)
