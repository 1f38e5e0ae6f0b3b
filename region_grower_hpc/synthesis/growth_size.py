"""Trees of more points than any computer grows, as far as the files tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from region_grower_hpc.synthesis.drawn_values import Problem, drawable_bins
from region_grower_hpc.synthesis.growth_names import BARCODE_METHODS

#: NeuroTS would need hours for one such tree, and more memory than a node has.
MAX_POINTS_OF_A_TREE = 2e7
#: Far below the size of an atom: a tree of a millimetre would have 10^8 points.
MIN_STEP_UM = 1e-5
MAX_TREES = 10_000

#: Mean of the positive half of a normal distribution around 0, in std.
HALF_NORMAL_MEAN = 0.8


def parameter_size_problems(grow_type: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the parameters of a grow type."""
    step_um = _step_um(entry)
    if step_um < MIN_STEP_UM:
        yield (
            f"{grow_type}/step_size/norm/mean",
            f"gives steps of about {step_um:g} µm, and they must be at least {MIN_STEP_UM:g} µm",
        )
        return
    if entry["growth_method"] == "trunk" and entry["num_seg"] > MAX_POINTS_OF_A_TREE:
        yield f"{grow_type}/num_seg", f"must be at most {MAX_POINTS_OF_A_TREE:g}"
    if entry["growth_method"] in BARCODE_METHODS:
        n_points = entry.get("major_termination_length", 0) / step_um
        if n_points > MAX_POINTS_OF_A_TREE:
            yield (
                f"{grow_type}/major_termination_length",
                f"would give branches of {n_points:.1e} points: the step size is {step_um:g} µm",
            )


def tree_count_problems(grow_type: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the number of trees of a grow type, a sound histogram."""
    counts = drawable_bins(entry["num_trees"])
    if abs(counts).max() > MAX_TREES:
        yield (
            f"{grow_type}/num_trees/data/bins",
            f"holds {counts[abs(counts).argmax()]:g}, and a cell has at most {MAX_TREES} trees",
        )


def unscaled_size_problem(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Problem | None:
    """A diagram that makes too many points where bars are not scaled to layers."""
    for grow_type in parameters["grow_types"]:
        chosen = parameters[grow_type]
        if chosen["growth_method"] not in BARCODE_METHODS:
            continue
        step_um = _step_um(chosen)
        for number, bars in enumerate(distributions[grow_type]["persistence_diagram"]):
            length_um = sum([max(bar[0] - max(bar[1], 0.0), 0.0) for bar in bars])
            if length_um / step_um > MAX_POINTS_OF_A_TREE:
                return (
                    f"{grow_type}/persistence_diagram/{number}",
                    f"has bars of {length_um:.1e} µm in all, which would give "
                    f"{length_um / step_um:.1e} points of {step_um:g} µm: are they in µm?",
                )
    return None


def _step_um(entry: Mapping[str, Any]) -> float:
    norm = entry["step_size"]["norm"]
    return float(max(norm["mean"], HALF_NORMAL_MEAN * norm["std"]))
