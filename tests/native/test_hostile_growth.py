"""Growth by parameters that no check would let through: a neuron or an exception, and soon.

A crash of the kernel ends pytest. FUZZ_EXAMPLES says how many examples to try, `make fuzz` many.
"""

from __future__ import annotations

import copy
import faulthandler
import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from region_grower_hpc.native import _kernels
from region_grower_hpc.native.constraints import (
    OrientationField,
    TriangleMesh,
    attractive_rule,
    cell_constraints,
    constraint,
    direction_rule,
    repulsive_rule,
)
from region_grower_hpc.native.diameters import diameter_generators
from region_grower_hpc.native.recipe import compile_recipe
from tests.synthesis.random_recipes import random_recipe

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
#: So few that what would grow for ever stops at once.
MOST_POINTS = 20_000
MOST_EXAMPLE_S = 60.0

NUMBERS = [math.nan, math.inf, -math.inf, 0.0, -0.0, -1.0, 1e308, -1e308, 5e-324, 1e-9, 1e18]
HOSTILE_NUMBERS = st.sampled_from(NUMBERS) | st.floats()
# numbers of samples and tries are repeated as often: 10,000 take a second or two
COUNTS = [0, -1, 1, 2, 10_000, True]
HUGE = [2**31, 2**63, -(2**63) - 1, 10**400]
NOT_NUMBERS: list[Any] = ["", "tmd", "norm", [], {}, None, [[]], [math.nan], {"norm": {}}]

N_RECIPES = 20
REPEATED = ("n_samples", "trunk_max_tries")

Entries = tuple[dict[str, Any], dict[str, Any]]
Path = tuple[Any, ...]


def grow(entries: Entries, seed: int = 0, **changes: Any) -> _kernels.Grown | None:
    """The neuron; None where it is refused in one of the ways that callers know."""
    # a kernel cannot be interrupted: pytest ends, and tells where it hung
    faulthandler.dump_traceback_later(MOST_EXAMPLE_S, exit=True)
    try:
        return checked_growth(entries, seed, **changes)
    finally:
        faulthandler.cancel_dump_traceback_later()


def checked_growth(entries: Entries, seed: int, **changes: Any) -> _kernels.Grown | None:
    try:
        recipe = compile_recipe(*entries)
        generators = diameter_generators(*entries)
    except (KeyError, TypeError, ValueError):
        return None
    arguments: dict[str, Any] = {
        "position_um": [100.0, -200.0, 300.0],
        "orientation": np.eye(3),
        "scalings": [(0, 1.0, 1.0)] * len(entries[0]["grow_types"]),
        "constraints": None,
        "diameter_generators": generators,
        "max_attempts": 2,
        "most_points": MOST_POINTS,
        **changes,
    }
    try:
        grown = _kernels.grow(recipe, np.random.PCG64(seed), **arguments)
    except (_kernels.GrowthFailure, _kernels.TooManyAttempts):
        return None
    check_neuron(grown)
    return grown


def check_neuron(grown: _kernels.Grown) -> None:
    """A neuron that can be read, moved, limited and stored, whatever its numbers are."""
    neuron = grown.neuron
    points, diameters, sections, _ = neuron.arrays()
    assert len(points) == len(diameters) <= 3 * MOST_POINTS
    assert ((sections[:, 0] >= 0) & (sections[:, 0] <= len(points))).all()
    neuron.is_finite()
    neuron.translate([1.0, math.nan, math.inf])
    neuron.section_ends([number for number in grown.apical_sections if number >= 0])
    try:
        neuron.apply_hard_limits({3: (10.0, 20.0), 4: (math.nan, 30.0)}, [0.0, 1.0, 0.0], 0.2)
    except _kernels.GrowthFailure:
        return
    neuron.storable()


def paths_below(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all items of nested dicts and lists; of long lists the first few."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else list(enumerate(value))[:3]
        for key, item in items:
            yield (*path, key)
            yield from paths_below(item, (*path, key))


def mutated(entries: Entries, path: Path, change: Callable[[Any], Any] | None) -> Entries:
    """The entries with one item changed, or deleted."""
    changed = copy.deepcopy(entries)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    if change is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = change(inner[path[-1]])
    return changed


@st.composite
def mutated_entries(draw: st.DrawFn) -> Entries:
    """A small valid recipe with one to three wrong items."""
    entries = random_recipe(np.random.default_rng(draw(st.integers(0, 10_000))), 40.0)
    for _ in range(draw(st.integers(1, 3))):
        paths = [path for path in paths_below(list(entries)) if len(path) > 1]
        path = draw(st.sampled_from(paths))
        counts = COUNTS if path[-1] in REPEATED else [*COUNTS, *HUGE]
        wrong = draw(HOSTILE_NUMBERS | st.sampled_from([*counts, *NOT_NUMBERS]))
        changes = [lambda _, wrong=wrong: wrong, lambda value: [value], None]
        entries = mutated(entries, path, draw(st.sampled_from([*changes[:1] * 4, *changes[1:]])))
    return entries


FUZZED = settings(
    max_examples=EXAMPLES,
    deadline=10_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(mutated_entries(), st.integers(0, 1000))
@FUZZED
def test_mutated_recipes(entries: Entries, seed: int) -> None:
    grow(entries, seed)


@st.composite
def hostile_barcodes(draw: st.DrawFn) -> list[list[float]]:
    """Bars of any numbers, tied ones among them."""
    number = HOSTILE_NUMBERS | st.floats(-1.0, 40.0) | st.sampled_from([0.0, 10.0, 20.0])
    rows = draw(st.lists(st.lists(number, min_size=6, max_size=6), min_size=1, max_size=12))
    if draw(st.booleans()):
        rows.insert(0, [30.0, 0.0, *([math.nan] * 4)])
    return rows


@given(
    hostile_barcodes(),
    st.sampled_from(["tmd", "tmd_apical", "tmd_gradient"]),
    st.sampled_from([0, 1, 2]),
    HOSTILE_NUMBERS,
    HOSTILE_NUMBERS,
    st.integers(0, 1000),
)
@FUZZED
def test_hostile_barcodes_and_scalings(
    diagram: Any, method: str, to: int, reference_um: float, target_um: float, seed: int
) -> None:
    parameters, distributions = valid_recipe(seed)
    for grow_type in parameters["grow_types"]:
        parameters[grow_type] |= {"growth_method": method, "metric": "path_distances"}
        parameters[grow_type] |= {"bias": reference_um, "bias_length": 0.1}
        distributions[grow_type]["persistence_diagram"] = [diagram]
    scalings = [(to, reference_um, target_um)] * len(parameters["grow_types"])
    grow((parameters, distributions), seed, scalings=scalings)


@given(
    st.lists(HOSTILE_NUMBERS, min_size=3, max_size=3),
    st.lists(HOSTILE_NUMBERS, min_size=9, max_size=9),
    st.integers(0, 1000),
    st.integers(-1, 3),
)
@FUZZED
def test_hostile_places(
    position_um: list[float], orientation: list[float], seed: int, max_attempts: int
) -> None:
    grow(
        valid_recipe(seed),
        seed,
        position_um=position_um,
        orientation=np.reshape(orientation, (3, 3)),
        max_attempts=max_attempts,
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(st.data(), st.integers(0, 1000))
@FUZZED
def test_hostile_constraints(data: st.DataObject, seed: int) -> None:
    number = HOSTILE_NUMBERS | st.floats(-200.0, 200.0)
    some = [data.draw(number) for _ in range(12)]
    raw = np.random.default_rng(seed).normal(size=(3, 3, 3, 4))
    raw[0, 0] = some[:4]
    corners = np.nan_to_num(np.reshape([*some[:9], *range(9)], (2, 3, 3)))
    try:
        field = OrientationField(raw, some[4:7], some[6:9])
        mesh = TriangleMesh(corners, np.reshape(some[:6], (2, 3)))
        grid = (some[2:5], some[5:8])
        soma = (some[:3], some[3], some[4:7])
        rules = [
            direction_rule(field, some[:3], True, some[3], [(some[4], some[5])], soma),
            direction_rule(field, [0.0, 1.0, 0.0], False, some[7]),
            repulsive_rule(mesh, grid, some[8], some[9]),
            repulsive_rule(mesh, None, some[8], some[9]),
            attractive_rule(mesh, None, some[8], some[9], some[10]),
        ]
        section_rule, trunk_rule = (data.draw(st.sampled_from(rules)) for _ in range(2))
        constraints = cell_constraints(
            [constraint([2, 3, 4], True, True, section_rule, trunk_rule, some[10], some[11])]
        )
    except ValueError:
        return
    grow(valid_recipe(seed), seed, constraints=constraints)


@pytest.mark.parametrize("method", ["tmd", "tmd_apical", "trunk"])
@pytest.mark.parametrize(
    "change",
    [
        {"step_size": {"norm": {"mean": 0.0, "std": 0.0}}},
        {"step_size": {"norm": {"mean": -1e9, "std": 1.0}}},
        {"step_size": {"norm": {"mean": math.nan, "std": 1.0}}},
        {"step_size": {"data": {"bins": [], "weights": []}}},
        {"num_seg": 1e308},
        {"num_seg": math.nan},
        {"randomness": math.nan, "targeting": math.nan},
        {"major_termination_length": math.inf},
        {"orientation": [[0.0, 0.0, 0.0]] * 9},
        {"orientation": [[math.nan] * 3] * 9},
    ],
)
def test_growth_that_would_never_end(method: str, change: dict[str, Any]) -> None:
    parameters, distributions = valid_recipe(0)
    for name in parameters["grow_types"]:
        metric = "trunk_length" if method == "trunk" else "path_distances"
        parameters[name] |= {"growth_method": method, "metric": metric, "num_seg": 9, **change}
    grow((parameters, distributions))


@pytest.mark.parametrize("count", [10**5, 10**9, 1e308, -3, math.nan])
def test_more_trees_than_a_neuron_has(count: float) -> None:
    parameters, distributions = valid_recipe(0)
    law = {"data": {"bins": [count], "weights": [1]}}
    for name in parameters["grow_types"]:
        distributions[name]["num_trees"] = law
    grow((parameters, distributions))


@pytest.mark.parametrize("to", [3, -7])
def test_an_unknown_scaling_is_refused(to: int) -> None:
    entries = valid_recipe(1)
    with pytest.raises(ValueError, match="scaled to nothing, layers or a path distance"):
        grow(entries, scalings=[(to, 1.0, 1.0)] * len(entries[0]["grow_types"]))


def test_most_recipes_are_valid_before_they_are_changed() -> None:
    assert sum(grow(valid_recipe(seed), seed) is not None for seed in range(N_RECIPES)) > 15


def valid_recipe(seed: int) -> Entries:
    """Small, and of few kinds, so that hypothesis finds the hostile part."""
    parameters, distributions = random_recipe(np.random.default_rng(seed % N_RECIPES), 40.0)
    return copy.deepcopy((parameters, distributions))
