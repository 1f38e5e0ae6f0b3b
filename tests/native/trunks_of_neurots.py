"""Soma and trunks as NeuroTS places them, without growing trees."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import neurots
import numpy as np
import numpy.typing as npt
from neurots.generate import grower as neurots_grower

from region_grower_hpc.native import _kernels
from region_grower_hpc.native.trunks import distribution, trunk_rule

Vectors = npt.NDArray[np.float64]
Probability = Callable[[Any, Any], float]


@dataclass
class Placed:
    """What became of one attempt; `error` is that of NeuroTS, ValueError for its descendants."""

    radius_um: float = 0.0
    directions: list[Vectors] = field(default_factory=list)
    outward: Vectors = field(default_factory=lambda: np.empty((0, 3)))
    points_um: Vectors = field(default_factory=lambda: np.empty((0, 3)))
    contour_um: Vectors = field(default_factory=lambda: np.empty((0, 3)))
    error: str = ""
    is_retried: bool = False


@dataclass(frozen=True)
class Place:
    position_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    orientation: Vectors = field(default_factory=lambda: np.eye(3))


def by_neurots(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    place: Place,
    rng: np.random.Generator,
    probability: Probability | None = None,
) -> Placed:
    """Place the trunks by NeuronGrower; its trees are not started."""
    placed, outward = Placed(), []

    def start_tree(*_: Any, initial_direction: Any, **__: Any) -> None:
        outward.append(initial_direction)

    try:
        with mock.patch.object(neurots_grower, "TreeGrower", start_tree):
            grower = neurots.NeuronGrower(
                _in_place(parameters, place),
                copy.deepcopy(dict(distributions)),
                context=_context(parameters, place, probability),
                skip_preprocessing=True,
                rng_or_seed=rng,
            )
            placed.radius_um = grower.soma_grower.soma.radius
            add = grower.soma_grower.add_points_from_orientations

            def add_recorded(orientations: Any) -> Any:
                placed.directions.append(np.reshape(orientations, (-1, 3)))
                return add(orientations)

            grower.soma_grower.add_points_from_orientations = add_recorded
            grower._grow_trunks()
            placed.contour_um = np.array(grower.soma_grower.build("contour")[0])
    except (neurots.NeuroTSError, ValueError) as error:
        is_neurots = isinstance(error, neurots.NeuroTSError)
        placed.error, placed.is_retried = "NeuroTSError" if is_neurots else "ValueError", True
        return placed
    except (
        KeyError,
        AssertionError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
    ) as error:
        placed.error = type(error).__name__
        return placed
    placed.outward = np.reshape(outward, (-1, 3))
    placed.points_um = np.reshape(grower.soma_grower.soma.points, (-1, 3))
    return placed


def by_kernel(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    place: Place,
    rng: np.random.Generator,
    probability: Probability | None = None,
) -> Any:
    """The same by the native kernel."""
    rules = [
        trunk_rule(grow_type, parameters[grow_type], distributions[grow_type])
        for grow_type in parameters["grow_types"]
    ]
    return _kernels.place_trunks(
        distribution(distributions["soma"]["size"]),
        rules,
        rng.bit_generator,
        place.position_um,
        place.orientation,
        probability,
    )


def check_equal(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    place: Place,
    seed: int,
    probability: Probability | None = None,
) -> Placed:
    """Check that both agree in all they return and in the state of the generator."""
    theirs, ours = np.random.default_rng(seed), np.random.default_rng(seed)
    expected = by_neurots(parameters, distributions, place, theirs, probability)
    placed = by_kernel(parameters, distributions, place, ours, probability)
    assert (placed.error, placed.is_retried) == (expected.error, expected.is_retried)
    if not expected.error or expected.is_retried:  # else the cell is given up
        assert ours.bit_generator.state == theirs.bit_generator.state
    if expected.error:
        return expected
    assert placed.radius_um == expected.radius_um
    assert len(placed.directions) == len(expected.directions)
    for direction, expected_direction in zip(placed.directions, expected.directions, strict=True):
        np.testing.assert_allclose(direction, expected_direction, rtol=0, atol=1e-12)
    roundoff_um = 1e-15 * max(1000.0, *map(abs, place.position_um))
    for name in ("points_um", "contour_um", "outward"):
        ours_there, theirs_there = getattr(placed, name), getattr(expected, name)
        assert ours_there.shape == theirs_there.shape
        np.testing.assert_allclose(ours_there, theirs_there, rtol=0, atol=roundoff_um)
    return expected


def _in_place(parameters: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The parameters as region-grower hands them to NeuroTS."""
    turned = copy.deepcopy(dict(parameters))
    turned["origin"] = list(place.position_um)
    for grow_type in parameters["grow_types"]:
        orientation = turned[grow_type]["orientation"]
        if isinstance(orientation, list):
            turned[grow_type]["orientation"] = [
                np.dot(place.orientation, vector).tolist() for vector in orientation
            ]
    return turned


def _context(
    parameters: Mapping[str, Any], place: Place, probability: Probability | None
) -> dict[str, Any]:
    context: dict[str, Any] = {}
    orientations = [parameters[name]["orientation"] for name in parameters["grow_types"]]
    if any(isinstance(orientation, dict) for orientation in orientations):
        context["y_direction"] = np.dot(place.orientation, [0.0, 1.0, 0.0]).tolist()
    if probability is not None:
        context["constraints"] = [{"trunk_prob": probability}, {"other": None}]
    return context
