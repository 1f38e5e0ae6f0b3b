"""Our schemas accept and refuse what those of NeuroTS and diameter-synthesis do."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from region_grower_hpc.synthesis.schemas import SchemaName, schema_problem

N_ENTRIES = 1000

HISTOGRAM = {"data": {"bins": [1, 2.5], "weights": [3, 0]}}
TRUNK = {
    "orientation_deviation": HISTOGRAM,
    "azimuth": {"uniform": {"min": 3.1, "max": 0.0}},
    "absolute_elevation_deviation": HISTOGRAM,
    "pia_3d_angles": HISTOGRAM,
    "apical_3d_angles": HISTOGRAM,
}
NEURITE = {
    "filtration_metric": "path_distances",
    "num_trees": HISTOGRAM,
    "persistence_diagram": [[[10.0, 0.0, float("nan"), 1, 2, 3], [5.0, 2.0, 0, 0, 0, 0]], []],
    "min_bar_length": 1.5,
    "trunk": TRUNK,
}
TAPERS = {
    **{name: [1.0, 0.5] for name in ("trunk", "term", "taper", "trunk_taper")},
    "Rall_ratio": 1.5,
    "siblings_ratio": 1.0,
}
DIAMETERS: list[dict[str, Any]] = [
    {"method": "external", "models": ["generic"], "anything": {"at": ["all"]}},
    {"method": "default", "basal_dendrite": [1.0, 0.2], "apical_dendrite": [], "axon": [1]},
    {"method": "M5", "basal_dendrite": TAPERS, "apical": TAPERS, "axon": {}},
]
DISTRIBUTIONS: list[dict[str, Any]] = [
    {
        "soma": {"size": {"norm": {"mean": 5.0, "std": 0.1}}},
        "basal_dendrite": NEURITE,
        "apical_dendrite": {},
        "axon": {"trunk": None},
        "diameter": diameter,
    }
    for diameter in DIAMETERS
]

DENDRITE = {
    "growth_method": "tmd_gradient",
    "metric": "path_distances",
    "branching_method": "bio_oriented",
    "tree_type": 3,
    "randomness": 0.15,
    "targeting": 0.12,
    "step_size": {"norm": {"mean": 1.0, "std": 0.2}},
    "orientation": None,
    "modify": None,
    "bias": 0.9,
    "bias_length": 0.5,
    "major_termination_length": 100.0,
    "has_apical_tuft": True,
    "num_seg": 10,
    "radius": 0.3,
    "apical_distance": 0.0,
    "trunk_absolute_orientation": False,
}
ORIENTATIONS: list[Any] = [
    None,
    [[0, 1, 0], [0, 0, 1]],
    {"mode": "use_predefined", "values": {"orientations": [[0, 1, 0]]}},
    {"mode": "sample_around_primary_orientation", "values": {"primary_orientation": [0, 1, 0]}},
    {"mode": "normal_pia_constraint", "values": {"direction": {"mean": [0, 3.1], "std": [0, 1]}}},
    {"mode": "pia_constraint", "values": {"form": "step", "params": [0.1, 0.2]}},
    {"mode": "uniform", "values": None},
]
MODEL = {
    "distribution": "exponnorm",
    "params": {"a": 1, "loc": 1.0, "scale": 0.1, "min": 0.1, "max": 2, "num_value": 10},
    "sequential": None,
}
PARAMETERS: list[dict[str, Any]] = [
    {
        "grow_types": ["basal_dendrite", "apical_dendrite"],
        "origin": [0, 0, 0],
        "pia_direction": [0, 1, 0],
        "basal_dendrite": {**DENDRITE, "orientation": orientation},
        "apical_dendrite": {},
        "diameter_params": {
            "method": ("external", "default", "uniform", "M4")[number % 4],
            **({} if number % 4 == 3 else {"models": ["generic"], "axon": 0.6}),
        },
        "anything": {"at": "all"},
    }
    for number, orientation in enumerate(ORIENTATIONS)
]
DIAMETER_PARAMS: list[dict[str, Any]] = [
    {
        "method": "external",
        "seed": 0,
        "trunk_diameters": {"basal_dendrite": MODEL, "apical_dendrite": {}},
        "sibling_ratios": {"axon": {**MODEL, "sequential": "asymmetry_threshold"}},
        "tapers": {},
    }
]

VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 3, 2.5, -0.5, 3.0, 3.15, 1e9, float("nan"), float("inf")),
    *("", "tmd", "external", "default", "uniform", "M3", "gamma", "basal_dendrite", "step"),
    *([], [1], [0, 1, 0], [0, 1, "x"], [[0, 1, 0]], [[0, 1]], [[[1, 2]]], [True], ["axon"]),
    *({}, {"a": 1}, {"norm": {}}, {"uniform": {}}, {"data": {}}, {"mode": "uniform"}),
    *(HISTOGRAM, TAPERS, MODEL, TRUNK, *ORIENTATIONS, *DIAMETERS),
]


def sites(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from sites(item)


def mutated(entry: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to three values removed, replaced, added, renamed or moved."""
    entry = copy.deepcopy(entry)
    names = [key for _, key in sites([*PARAMETERS, *DISTRIBUTIONS, *DIAMETER_PARAMS])]
    names = [*sorted({name for name in names if isinstance(name, str)}), "bounds", "x"]
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        places = list(sites(entry))
        if not places:
            break
        container, key = chance.choice(places)
        change = chance.choice(["remove", "replace", "replace", "add", "rename", "move"])
        if change == "remove":
            del container[key]
        elif change == "replace":
            container[key] = copy.deepcopy(chance.choice(VALUES))
        elif change == "move":
            source, source_key = chance.choice(places)
            container[key] = copy.deepcopy(source[source_key])
        elif isinstance(container, list):
            container.append(copy.deepcopy(chance.choice(VALUES)))
        elif change == "add":
            container[chance.choice(names)] = copy.deepcopy(chance.choice(VALUES))
        else:
            container[chance.choice(names)] = container.pop(key)
    return entry


def with_fitted_angles(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with params for every form without them, which are ours to fit."""
    entry = copy.deepcopy(entry)
    for container, key in list(sites(entry)):
        if key != "values" or not isinstance(container[key], dict):
            continue
        values = container[key]
        if isinstance(values.get("bounds", []), list) and values.keys() | {"bounds"} == {
            *("form", "bounds"),
        }:
            container[key] = {"form": values["form"], "params": []}
    return entry


def accepts(validate: Callable[[Any], None], entry: Any) -> bool:
    try:
        validate(entry)
    except Exception as error:
        if type(error).__name__ != "ValidationError":
            raise
        return False
    return True


@pytest.mark.parametrize(
    ("schema", "entries"),
    [
        ("tmd_parameters", PARAMETERS),
        ("tmd_distributions", DISTRIBUTIONS),
        ("diameter_params", DIAMETER_PARAMS),
    ],
)
def test_the_peers_accept_the_same_entries(
    schema: SchemaName, entries: list[dict[str, Any]]
) -> None:
    neurots = pytest.importorskip("neurots.validator")
    diameters = pytest.importorskip("diameter_synthesis.validators")
    validate = {
        "tmd_parameters": neurots.validate_neuron_params,
        "tmd_distributions": neurots.validate_neuron_distribs,
        "diameter_params": diameters.validate_model_params,
    }[schema]
    chance = random.Random(0)
    n = N_ENTRIES // 4 if schema == "diameter_params" else N_ENTRIES  # its peer is slow
    tried = [*entries, *(mutated(chance.choice(entries), chance) for _ in range(n))]
    accepted = 0
    for entry in tried:
        expected = accepts(validate, with_fitted_angles(entry))
        problem = schema_problem(schema, entry)
        assert (problem is None) == expected, (problem, entry)
        accepted += expected
    assert n / 20 < accepted < 0.95 * n


@pytest.mark.parametrize("entry", PARAMETERS)
def test_parameters_in_use_are_accepted(entry: dict[str, Any]) -> None:
    assert schema_problem("tmd_parameters", entry) is None


@pytest.mark.parametrize("entry", DISTRIBUTIONS)
def test_distributions_in_use_are_accepted(entry: dict[str, Any]) -> None:
    assert schema_problem("tmd_distributions", entry) is None


def changed(entry: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value replaced."""
    entry = copy.deepcopy(entry)
    *above, last = path.split("/")
    container: Any = entry
    for name in above:
        container = container[name]
    container[last] = value
    return entry


@pytest.mark.parametrize(
    ("path", "value", "key", "words"),
    [
        ("basal_dendrite/randomness", "much", None, "must be a number, but is 'much'"),
        ("basal_dendrite/randomness", True, None, "must be a number, but is true"),
        ("basal_dendrite/randomness", 1.5, None, "must be at most 1, but is 1.5"),
        ("basal_dendrite/growth_method", "tmd_apicl", None, "did you mean 'tmd_apical'?"),
        ("basal_dendrite/growth_method", "quick", None, "'quick' is none of 'tmd', 'tmd_apical'"),
        ("basal_dendrite/step_sise", {}, None, "is no key of this object: remove it, or use one"),
        ("diameter_params/methode", 1, None, "is no key of this object: remove it"),
        ("apical_dendrite", {"metric": "x"}, "apical_dendrite/growth_method", "is missing: add it"),
        ("apical_dendrite", {"metrik": "x"}, "apical_dendrite/metrik", "did you mean 'metric'?"),
        (
            "basal_dendrite/orientation",
            [[0, 1]],
            "basal_dendrite/orientation/0",
            "must have 3 items, but has 2",
        ),
        (
            "basal_dendrite/orientation",
            "up",
            None,
            "must be null or a list or an object {...}, but is 'up'",
        ),
        (
            "basal_dendrite/orientation",
            {"mode": "uniform", "values": {}},
            "basal_dendrite/orientation/values",
            "is empty: use null, or one of the keys orientations,",
        ),
        (
            "basal_dendrite/orientation",
            {"values": {"form": "flat", "direction": {"mean": 0, "std": 0}}},
            "basal_dendrite/orientation/values",
            "has keys that exclude each other: form, direction",
        ),
        ("diameter_params", {}, "diameter_params/method", "is missing: add it"),
        ("origin", [1], None, "must have 3 items, but has 1"),
    ],
)
def test_what_is_wrong_with_parameters(path: str, value: Any, key: str | None, words: str) -> None:
    entry = PARAMETERS[3] if path == "diameter_params/methode" else PARAMETERS[0]
    problem = schema_problem("tmd_parameters", changed(entry, path, value))
    assert problem is not None
    assert problem[0] == (key or path)
    assert words in problem[1]


@pytest.mark.parametrize(
    ("path", "value", "key", "words"),
    [
        ("soma/size/norm/mean", "big", None, "must be a number, but is 'big'"),
        (
            "basal_dendrite/persistence_diagram",
            [[[1, 2], [1, "x"]]],
            "basal_dendrite/persistence_diagram/0/1/1",
            "must be a number, but is 'x'",
        ),
        (
            "basal_dendrite/persistence_diagram",
            [[1, 2]],
            "basal_dendrite/persistence_diagram/0/0",
            "must be a list, but is 1",
        ),
        ("basal_dendrite/num_tree", {}, None, "is no key of this object"),
        ("basal_dendrit", {}, None, "is no key of this object"),
        ("basal_dendrite", {}, "basal_dendrite/trunk", "is missing"),
        ("diameter", {"method": "default", "models": []}, "diameter/models", "is no key"),
        ("diameter", {"method": "M4", "axon": {"taper": 1}}, "diameter/axon/taper", "a list"),
    ],
)
def test_what_is_wrong_with_distributions(
    path: str, value: Any, key: str | None, words: str
) -> None:
    problem = schema_problem("tmd_distributions", changed(DISTRIBUTIONS[0], path, value))
    assert problem is not None
    assert problem[0] == (key or path)
    assert words in problem[1]
