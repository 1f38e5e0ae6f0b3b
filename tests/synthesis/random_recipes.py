"""Random entries of both TMD files, over everything that growth knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from tests.synthesis.random_diameters import random_diameters
from tests.synthesis.random_laws import random_law
from tests.synthesis.random_orientations import FAMILIES, random_orientation

BASAL, APICAL, AXON = "basal_dendrite", "apical_dendrite", "axon"
TREE_TYPES = {AXON: 2, BASAL: 3, APICAL: 4}
METHODS = ("tmd", "tmd_apical", "tmd_gradient", "trunk", "axon_trunk")
BRANCHINGS = ("bio_oriented", "symmetric", "directional")
#: Of fewer bars NeuroTS may look for the apical point for ever.
FEWEST_APICAL_BARS = 8

Diagram = list[list[float]]


def random_recipe(
    rng: Generator,
    largest_um: float = 300.0,
    most_bars: int = 12,
    diagrams: Mapping[str, Sequence[Diagram]] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and distributions of one mtype.

    Args:
        rng: source of all choices.
        largest_um: length of the longest bars.
        most_bars: of a made diagram.
        diagrams: by neurite type, to take from instead of making them.
    """
    grow_types = [(BASAL,), (BASAL, APICAL), (APICAL, BASAL), (AXON, BASAL), (BASAL, APICAL, AXON)]
    chosen = list(grow_types[rng.integers(len(grow_types))])
    family = str(rng.choice(FAMILIES, p=[0.5, 0.25, 0.25]))
    if family == "3d":
        chosen.sort(key=lambda name: name != APICAL)  # the others may be placed by it
    parameters: dict[str, Any] = {"grow_types": chosen, "origin": [0.0, 0.0, 0.0]}
    distributions: dict[str, Any] = {"soma": {"size": random_law(rng, 8.0, 1.5)}}
    for name in chosen:
        may_follow_apical = name != APICAL and APICAL in chosen
        parameters[name] = {
            **_growth(rng, name),
            **random_orientation(rng, family, may_follow_apical),
        }
        n_diagrams = int(rng.integers(1, 4))
        known = (diagrams or {}).get(name, ())
        distributions[name] = {
            **_trunks(rng, name),
            "filtration_metric": "path_distances",
            "min_bar_length": 1.0,
            "persistence_diagram": [
                known[rng.integers(len(known))]
                if known
                else random_diagram(
                    rng, largest_um, FEWEST_APICAL_BARS if name == APICAL else 1, most_bars
                )
                for _ in range(n_diagrams)
            ],
        }
    parameters["diameter_params"], distributions["diameter"] = random_diameters(rng, chosen)
    return parameters, distributions


def random_diagram(
    rng: Generator, largest_um: float, fewest: int = 1, most: int = 12
) -> list[list[float]]:
    """A barcode: a first bar from 0, and others that begin and end within it."""
    length_um = float(rng.uniform(0.3, 1.0)) * largest_um
    angles = rng.uniform(-np.pi, np.pi, size=(int(rng.integers(fewest, most)), 4))
    bars = [[length_um, 0.0, *([float("nan")] * 4)]]
    for row in angles:
        start_um = float(rng.uniform(0.02, 0.9)) * length_um
        end_um = float(rng.uniform(start_um, length_um))
        bars.append([end_um, start_um, *row.tolist()])
    return bars


def _growth(rng: Generator, name: str) -> dict[str, Any]:
    weights = {AXON: [0.2, 0, 0, 0.3, 0.5], APICAL: [0.1, 0.45, 0.45, 0, 0]}
    method = str(rng.choice(METHODS, p=weights.get(name, [0.7, 0.1, 0.1, 0.1, 0])))
    has_barcode = method.startswith("tmd")
    entry: dict[str, Any] = {
        "tree_type": TREE_TYPES[name],
        "randomness": float(rng.uniform(0.0, 0.6)),
        "targeting": float(rng.uniform(0.01, 0.4)),
        "radius": 0.3,
        "growth_method": method,
        "metric": (
            str(rng.choice(["path_distances", "radial_distances"], p=[0.8, 0.2]))
            if has_barcode
            else "trunk_length"
        ),
        "branching_method": str(rng.choice(BRANCHINGS)),
        "modify": None,
        "step_size": {
            "norm": {
                "mean": float(rng.uniform(0.7, 2.0)),
                "std": float(rng.choice([0.0, 0.2, 0.6])),
            }
        },
        "has_apical_tuft": bool(rng.random() < 0.7),
    }
    if rng.random() < 0.1 and not method.endswith(("apical", "gradient")):
        entry["step_size"] = random_law(rng, 1.2, 0.3)
    if rng.random() < 0.1 and has_barcode:
        entry["major_termination_length"] = float(rng.uniform(50.0, 200.0))
    if method == "tmd_gradient":
        entry |= {"bias": float(rng.uniform(0, 1)), "bias_length": float(rng.uniform(0, 0.7))}
    if method == "trunk":
        entry["num_seg"] = int(rng.integers(1, 60))
    return entry


def _trunks(rng: Generator, name: str) -> dict[str, Any]:
    least, most = (2, 6) if name == BASAL else (1, 2)
    bins = list(range(least, most + 1))
    return {
        "num_trees": {"data": {"bins": bins, "weights": rng.integers(1, 9, len(bins)).tolist()}},
        "trunk": {
            "azimuth": {
                "uniform": {"min": float(rng.uniform(0, 1)), "max": float(rng.uniform(1.5, 3))}
            },
            "orientation_deviation": random_law(rng, 0.0, 0.3),
            "absolute_elevation_deviation": random_law(rng, 0.1, 0.3),
        },
    }
