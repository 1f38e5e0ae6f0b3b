"""What growth takes from both TMD files, and their author can hardly have meant.

The peer grows such entries too, so they are warned of and not refused. All functions expect entries
that passed the checks of `region_grower_hpc.synthesis.verification`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from region_grower_hpc.synthesis.diameter_inputs import diametrized_types
from region_grower_hpc.synthesis.drawn_values import Problem, drawable_bins
from region_grower_hpc.synthesis.growth_names import (
    ANGLE_MODES,
    BARCODE_METHODS,
    SECTION_TYPE_NAMES,
)
from region_grower_hpc.synthesis.schemas.wording import did_you_mean, shown

KNOWN_PARAMETERS = (
    *("grow_types", "origin", "pia_direction", "orientation"),
    *("basal_dendrite", "apical_dendrite", "axon"),
    *("diameter_params", "context_constraints"),
)
#: NeuroTS fails a cell that has fewer, unless the modes of all its trunks draw angles.
MIN_BASAL_DENDRITES = 2


def parameter_doubts(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    """Doubts about the parameters of an mtype: (key, what is odd and what follows)."""
    yield from _near_known_keys(parameters)
    yield from _repeated_grow_types(parameters)
    yield from _other_tree_types(parameters)
    yield from _other_metrics(parameters, distributions)
    yield from _other_diameter_method(parameters, distributions)
    yield from _fractions_beyond_layers(parameters)


def distribution_doubts(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    """Doubts about the distributions of an mtype: (key, what is odd and what follows)."""
    yield from _types_without_diameters(parameters, distributions)
    yield from _too_few_basal_dendrites(parameters, distributions)


def _near_known_keys(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for key in parameters:
        near = "" if key in KNOWN_PARAMETERS else did_you_mean(key, KNOWN_PARAMETERS)
        if near:
            yield key, f"is not read{near}"


def _repeated_grow_types(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for grow_type, count in Counter(parameters["grow_types"]).items():
        if count > 1:
            yield (
                "grow_types",
                f"has '{grow_type}' {count} times: cells get its trees as many times",
            )


def _other_tree_types(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for grow_type in dict.fromkeys(parameters["grow_types"]):
        tree_type = parameters[grow_type]["tree_type"]
        name = SECTION_TYPE_NAMES[tree_type]
        if name != grow_type and name in KNOWN_PARAMETERS:
            yield (
                f"{grow_type}/tree_type",
                f"is {tree_type}, which stands for '{name}': these trees are written, and get "
                "diameters, as such",
            )


def _other_metrics(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    for grow_type in dict.fromkeys(parameters["grow_types"]):
        if parameters[grow_type]["growth_method"] not in BARCODE_METHODS:
            continue
        metric = parameters[grow_type]["metric"]
        key = f"{grow_type}/metric"
        measured = distributions[grow_type].get("filtration_metric")
        if measured is None:
            yield (
                key,
                f"is '{metric}', but the distributions have no {grow_type}/filtration_metric to "
                "tell whether their diagrams were measured so",
            )
        elif measured != metric:
            yield (
                key,
                f"is '{metric}', but {grow_type}/filtration_metric of the distributions is "
                f"'{measured}': branches get lengths that their diagrams do not mean",
            )


def _other_diameter_method(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    chosen, used = parameters["diameter_params"]["method"], distributions["diameter"]["method"]
    if chosen != used:
        yield (
            "diameter_params/method",
            f"is {shown(chosen)}, but diameter/method of the distributions is '{used}': the "
            "latter counts",
        )


def _fractions_beyond_layers(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for neurite_type, limits in parameters.get("context_constraints", {}).items():
        for name, limit in limits.items():
            if not 0 <= limit["fraction"] <= 1:
                yield (
                    f"context_constraints/{neurite_type}/{name}/fraction",
                    f"is {shown(limit['fraction'])}, beyond the layer, which reaches from 0 to 1: "
                    "is it in percent?",
                )


def _types_without_diameters(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    diameter = distributions["diameter"]
    models = parameters["diameter_params"].get("models")
    simple = diameter["method"] == "default" or (
        diameter["method"] == "external" and models[0] == "simpler"
    )
    for name in diametrized_types(parameters, distributions) if simple else ():
        if name not in diameter:
            yield f"diameter/{name}", "is missing: the diameters of these trees stay 1 µm"


def _too_few_basal_dendrites(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> Iterator[Problem]:
    name = "basal_dendrite"
    if name not in parameters["grow_types"]:
        return
    orientation = parameters[name]["orientation"]
    mode = orientation["mode"] if isinstance(orientation, dict) else None
    if mode in ANGLE_MODES or mode == "use_predefined":  # the latter has its own number
        return
    most = int(drawable_bins(distributions[name]["num_trees"]).max())
    if most < MIN_BASAL_DENDRITES:
        yield (
            f"{name}/num_trees",
            f"gives at most {most}, and cells need {MIN_BASAL_DENDRITES} basal dendrites: each "
            "cell of this mtype will fail",
        )
