"""What growth needs of both TMD files and their schemas do not ask for.

An entry that lacks it fails in every one of its cells, or its growth never ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np

from region_grower_hpc.synthesis.drawn_values import (
    Problem,
    histogram_problems,
    is_finite,
    length_problems,
)
from region_grower_hpc.synthesis.growth_names import (
    BARCODE_METHODS,
    BARCODE_METRICS,
    BRANCHING_METHODS,
    METRICS,
    SECTION_TYPES,
    TRUNK_METRIC,
)
from region_grower_hpc.synthesis.growth_size import parameter_size_problems, tree_count_problems
from region_grower_hpc.synthesis.orientation_inputs import (
    orientation_problems,
    trunk_problems,
)
from region_grower_hpc.synthesis.schemas.wording import none_of, shown

NEEDED_PARAMETERS = ("randomness", "targeting", "tree_type", "growth_method", "step_size")
NEEDED_BY_METHOD = {"tmd_gradient": ("bias", "bias_length"), "trunk": ("num_seg",)}
#: NeuroTS's tolerance for the sum of randomness, targeting and the share of history.
SUM_TOLERANCE = 1.001e-5
#: Squares of smaller shares are 0 in floats, and a direction would have no length.
MIN_TARGETING = 1e-100
#: Columns of the angles in a bar (end, start, four angles) that each branching method reads.
ANGLES_READ = {"bio_oriented": slice(2, 6), "symmetric": slice(4, 6), "directional": slice(4, 6)}


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
    if not parameters["grow_types"]:
        yield "grow_types", "is empty: name the neurite types to grow"
    for grow_type in parameters["grow_types"]:
        entry = parameters[grow_type]
        needed_here = NEEDED_BY_METHOD.get(entry.get("growth_method"), ())
        for name in (*NEEDED_PARAMETERS, *needed_here):
            if name not in entry:
                yield f"{grow_type}/{name}", f"is missing, and '{grow_type}' is in grow_types"
        yield from _infinities(grow_type, entry)
        yield from _rule_problems(grow_type, entry)
        yield from length_problems(f"{grow_type}/step_size", entry["step_size"])
        yield from parameter_size_problems(grow_type, entry)
        yield from orientation_problems(parameters, grow_type)
    constraints = parameters.get("context_constraints", {})
    yield from _infinities("context_constraints", constraints)
    for neurite_type, limits in constraints.items():
        for name, limit in limits.items():
            if isinstance(limit["layer"], float):
                key = f"context_constraints/{neurite_type}/{name}/layer"
                yield key, f"counts layers: write it without a point, as {limit['layer']:.0f}"


def _rule_problems(grow_type: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the rules by which one neurite type grows."""
    tree_type, method = entry["tree_type"], entry["growth_method"]
    if isinstance(tree_type, float) or tree_type not in SECTION_TYPES:
        yield (
            f"{grow_type}/tree_type",
            f"{shown(tree_type)} is no section type of neurites: 2 is axon, 3 basal, 4 apical",
        )
    if entry["metric"] not in METRICS:
        yield f"{grow_type}/metric", none_of(entry["metric"], METRICS)
    usable = BARCODE_METRICS if method in BARCODE_METHODS else (TRUNK_METRIC,)
    if entry["metric"] not in usable:
        yield (
            f"{grow_type}/metric",
            f"'{entry['metric']}' does not go with the growth method '{method}': use "
            f"{' or '.join(usable)}",
        )
    if entry["branching_method"] not in BRANCHING_METHODS:
        yield (
            f"{grow_type}/branching_method",
            none_of(entry["branching_method"], BRANCHING_METHODS),
        )
    randomness, targeting = entry["randomness"], entry["targeting"]
    if targeting < MIN_TARGETING:
        yield (
            f"{grow_type}/targeting",
            "must be above 0: the first point would have no direction",
        )
    if randomness + targeting > 1 + SUM_TOLERANCE:
        yield (
            f"{grow_type}/randomness",
            f"and targeting are shares of one whole, but their sum is {randomness + targeting:g}",
        )
    if method in BARCODE_METHODS:
        if entry["branching_method"] == "random":
            yield f"{grow_type}/branching_method", "'random' does not branch by a barcode"
        if grow_type == "axon" and entry["modify"]:
            yield "axon/modify", "must be null: barcodes of axons are not scaled"
    elif "major_termination_length" in entry:
        yield (
            f"{grow_type}/major_termination_length",
            f"does not go with the growth method '{method}': remove it",
        )


def _distributions_problems(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    yield from length_problems("soma/size", distributions["soma"].get("size"))
    for grow_type in parameters["grow_types"]:
        entry, chosen = distributions[grow_type], parameters[grow_type]
        yield from histogram_problems(f"{grow_type}/num_trees", entry["num_trees"])
        yield from tree_count_problems(grow_type, entry)
        yield from trunk_problems(chosen, entry, grow_type)
        if chosen["growth_method"] in BARCODE_METHODS:
            angles = ANGLES_READ[chosen["branching_method"]]
            yield from _diagram_problems(f"{grow_type}/persistence_diagram", entry, angles)


def _diagram_problems(key: str, entry: Mapping[str, Any], angles: slice) -> Iterator[Problem]:
    diagrams = entry.get("persistence_diagram")
    if not diagrams:
        yield key, "is missing or empty, and the growth method needs it"
        return
    for number, diagram in enumerate(diagrams):
        if not diagram:
            yield f"{key}/{number}", "has no bars: remove it"
        elif set(map(len, diagram)) != {6}:
            yield f"{key}/{number}", "must be a list of bars of six numbers"
        else:
            yield from _bar_problems(f"{key}/{number}", diagram, angles)


def _bar_problems(key: str, diagram: list[list[float]], angles: slice) -> Iterator[Problem]:
    try:
        bars = np.fromiter(chain.from_iterable(diagram), np.float64).reshape(-1, 6)
    except OverflowError:
        yield key, "has a number that is too large"
        return
    if not np.isfinite(bars[:, :2]).all():
        yield key, "has a bar whose end or start is not finite"
        return
    without = ~np.isfinite(bars[:, angles]).all(axis=1)
    # the bar that starts first is that of the trunk, which comes from no bifurcation
    without[bars[:, 1].argmin()] = False
    if without.any():
        yield (
            f"{key}/{without.argmax()}",
            "has angles that are not finite, and only the bar that starts first may have none",
        )


def _infinities(key: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _infinities(f"{key}/{name}", item)
    elif isinstance(value, int | float) and not isinstance(value, bool) and not is_finite(value):
        yield key, "must be a finite number"
