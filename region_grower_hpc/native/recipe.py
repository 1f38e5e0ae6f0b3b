"""Both TMD files' entries of one mtype, compiled for growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from region_grower_hpc.native import _kernels
from region_grower_hpc.native.diameters import diameter_model
from region_grower_hpc.native.trunks import distribution, trunk_rule

#: Growth methods of a tree without barcode; the axon's has one segment, whatever `num_seg` says.
TRUNK, AXON_TRUNK = "trunk", "axon_trunk"


def compile_recipe(
    parameters: Mapping[str, Any], distributions: Mapping[str, Any]
) -> _kernels.Recipe:
    """Compile the parameters and distributions of one mtype.

    Args:
        parameters: NeuroTS parameters, not changed.
        distributions: NeuroTS distributions, not changed.

    Raises:
        KeyError: an entry is missing that every cell needs.
        TypeError: an entry is of another type.
        ValueError: a growth method, a metric or a branching method is unknown, or an entry cannot
            be read.
    """
    try:
        return _compiled(parameters, distributions)
    except (AttributeError, IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _compiled(parameters: Mapping[str, Any], distributions: Mapping[str, Any]) -> _kernels.Recipe:
    grow_types: Sequence[str] = parameters["grow_types"]
    apical = parameters["apical_dendrite"]["tree_type"] if "apical_dendrite" in grow_types else -1
    return _kernels.Recipe(
        soma_radius_um=distribution(distributions["soma"]["size"]),
        trunks=[
            trunk_rule(grow_type, parameters[grow_type], distributions[grow_type])
            for grow_type in grow_types
        ],
        trees=[
            tree_rule(parameters[grow_type], distributions[grow_type]) for grow_type in grow_types
        ],
        diameters=diameter_model(parameters, distributions),
        apical_type=int(apical),
    )


def tree_rule(parameters: Mapping[str, Any], distributions: Mapping[str, Any]) -> _kernels.TreeRule:
    """Compile how the trees of one neurite type grow.

    Args:
        parameters: entry of the neurite type, not changed.
        distributions: entry of the neurite type, not changed.
    """
    randomness, targeting = (
        float(np.clip(parameters[name], 0.0, 1.0)) for name in ("randomness", "targeting")
    )
    method = parameters["growth_method"]
    has_barcode = method not in (TRUNK, AXON_TRUNK)
    diagrams = distributions["persistence_diagram"] if has_barcode else []
    normal = parameters["step_size"].get("norm")
    major_term_um = parameters.get("major_termination_length")
    return _kernels.TreeRule(
        section_type=int(parameters["tree_type"]),
        method=method if has_barcode else TRUNK,
        metric=parameters["metric"],
        branching=parameters["branching_method"],
        randomness=randomness,
        targeting=targeting,
        history=float(np.clip(1.0 - randomness - targeting, 0.0, 1.0)),
        step_um=distribution(parameters["step_size"]),
        diagrams=[np.asarray(diagram, dtype=np.float64) for diagram in diagrams],
        has_apical_tuft=bool(parameters.get("has_apical_tuft", False)),
        mean_step_um=None if normal is None else float(normal["mean"]),
        bias=float(parameters.get("bias", 0.0)),
        bias_length=float(parameters.get("bias_length", 0.0)),
        major_term_um=None if major_term_um is None else float(major_term_um),
        num_seg=1.0 if method == AXON_TRUNK else float(parameters.get("num_seg", 1.0)),
    )
