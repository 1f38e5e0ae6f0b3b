"""Random entries of both TMD files, over everything that growth knows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

BASAL, APICAL, AXON = "basal_dendrite", "apical_dendrite", "axon"
TREE_TYPES = {AXON: 2, BASAL: 3, APICAL: 4}
METHODS = ("tmd", "tmd_apical", "tmd_gradient", "trunk", "axon_trunk")
BRANCHINGS = ("bio_oriented", "symmetric", "directional")
MODES_3D = ("normal_pia_constraint", "pia_constraint", "apical_constraint")
MODES = ("use_predefined", "sample_around_primary_orientation", "sample_pairwise_angles", "uniform")


def random_recipe(
    rng: Generator, largest_um: float = 300.0
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and distributions of one mtype.

    Args:
        rng: source of all choices.
        largest_um: length of the longest bars.
    """
    grow_types = [(BASAL,), (BASAL, APICAL), (APICAL, BASAL), (AXON, BASAL), (BASAL, APICAL, AXON)]
    chosen = list(grow_types[rng.integers(len(grow_types))])
    family = rng.choice(["legacy", "modes", "3d"], p=[0.5, 0.25, 0.25])
    if family == "3d" and APICAL in chosen:
        chosen.sort(key=lambda name: name != APICAL)  # the others may be placed by it
    parameters: dict[str, Any] = {"grow_types": chosen, "origin": [0.0, 0.0, 0.0]}
    distributions: dict[str, Any] = {"soma": {"size": _law(rng, 8.0, 1.5)}}
    for name in chosen:
        parameters[name] = _tree_parameters(rng, name, str(family), APICAL in chosen)
        distributions[name] = _tree_distributions(rng, name, largest_um)
    parameters["diameter_params"], distributions["diameter"] = _diameters(rng, chosen)
    return parameters, distributions


def random_diagram(rng: Generator, largest_um: float, fewest: int = 1) -> list[list[float]]:
    """A barcode: a first bar from 0, and others that begin and end within it."""
    length_um = float(rng.uniform(0.3, 1.0)) * largest_um
    angles = rng.uniform(-np.pi, np.pi, size=(int(rng.integers(fewest, 12)), 4))
    bars = [[length_um, 0.0, *([float("nan")] * 4)]]
    for row in angles:
        start_um = float(rng.uniform(0.02, 0.9)) * length_um
        end_um = float(rng.uniform(start_um, length_um))
        bars.append([end_um, start_um, *row.tolist()])
    return bars


def _tree_parameters(rng: Generator, name: str, family: str, has_apical: bool) -> dict[str, Any]:
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
        "orientation": _orientation(rng, name, family, has_apical),
        "has_apical_tuft": bool(rng.random() < 0.7),
    }
    if rng.random() < 0.1 and not method.endswith(("apical", "gradient")):
        entry["step_size"] = _law(rng, 1.2, 0.3)
    if rng.random() < 0.1 and has_barcode:
        entry["major_termination_length"] = float(rng.uniform(50.0, 200.0))
    if rng.random() < 0.1:
        entry["trunk_absolute_orientation"] = True
    if method == "tmd_gradient":
        entry |= {"bias": float(rng.uniform(0, 1)), "bias_length": float(rng.uniform(0, 0.7))}
    if method == "trunk":
        entry["num_seg"] = int(rng.integers(1, 60))
    return entry


def _orientation(rng: Generator, name: str, family: str, has_apical: bool) -> Any:
    if family == "legacy":
        vectors = rng.normal(size=(int(rng.integers(1, 8)), 3)).round(3).tolist()
        return vectors if rng.random() < 0.4 else None
    if family == "modes":
        mode = str(rng.choice(MODES))
        values = {
            "use_predefined": {"orientations": rng.normal(size=(3, 3)).round(3).tolist()},
            "sample_around_primary_orientation": {"primary_orientation": [0.0, 1.0, 0.2]},
        }
        return {"mode": mode, "values": values.get(mode, {})}
    modes = MODES_3D if has_apical and name != APICAL else MODES_3D[:2]
    mode = str(rng.choice(modes))
    if mode == "normal_pia_constraint":
        direction: dict[str, Any] = {
            "mean": float(rng.choice([0.0, 0.6, 2.5])),
            "std": float(rng.choice([0.0, 0.2, 1.0])),
        }
        if rng.random() < 0.2:
            direction = {"mean": [0.3, 1.2], "std": [0.1, 0.4]}
        return {"mode": mode, "values": {"direction": direction}}
    forms: dict[str, list[float]] = {
        "flat": [],
        "step": [float(rng.uniform(-1, 2)), float(rng.uniform(0.1, 2))],
        "double_step": [float(rng.uniform(0, 2)), 0.4, float(rng.uniform(-2, 0)), 0.7],
    }
    form = str(rng.choice(list(forms)))
    return {"mode": mode, "values": {"form": form, "params": forms[form]}}


def _tree_distributions(rng: Generator, name: str, largest_um: float) -> dict[str, Any]:
    least, most = (2, 6) if name == BASAL else (1, 2)
    bins = list(range(least, most + 1))
    azimuth = {"uniform": {"min": float(rng.uniform(0, 1)), "max": float(rng.uniform(1.5, 3))}}
    return {
        "num_trees": {"data": {"bins": bins, "weights": rng.integers(1, 9, len(bins)).tolist()}},
        "filtration_metric": "path_distances",
        "min_bar_length": 1.0,
        "trunk": {
            "azimuth": azimuth,
            "orientation_deviation": _law(rng, 0.0, 0.3),
            "absolute_elevation_deviation": _law(rng, 0.1, 0.3),
        },
        "persistence_diagram": [
            # of fewer bars NeuroTS may look for the apical point for ever
            random_diagram(rng, largest_um, 8 if name == APICAL else 1)
            for _ in range(int(rng.integers(1, 4)))
        ],
    }


def _law(rng: Generator, mean: float, std: float) -> dict[str, Any]:
    kind = str(rng.choice(["norm", "uniform", "expon", "data"], p=[0.5, 0.2, 0.1, 0.2]))
    if kind == "norm":
        return {"norm": {"mean": mean, "std": std}}
    if kind == "uniform":
        return {"uniform": {"min": mean - std, "max": mean + std}}
    if kind == "expon":
        return {"expon": {"loc": mean, "lambda": 1.0 / std}}
    bins = (mean + std * np.linspace(-1, 1, 5)).tolist()
    return {"data": {"bins": bins, "weights": rng.integers(1, 9, 5).tolist()}}


def _diameters(rng: Generator, grow_types: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    kind = str(
        rng.choice(
            ["uniform", "M1", "M2", "M3", "M4", "M5", "default", "no_diameters"]
            + ["generic", "generic", "astrocyte", "neurite_based"]
        )
    )
    if kind in ("generic", "astrocyte", "neurite_based"):
        params: dict[str, Any] = {"method": "external", "models": [kind]}
        if rng.random() < 0.6:
            params["n_samples"] = int(rng.integers(1, 5))
        if rng.random() < 0.2:
            params["seed"] = 0
        if rng.random() < 0.2:
            params["trunk_max_tries"] = 3
        return params, {"method": "external", **_external_model(rng, grow_types)}
    if kind == "uniform":
        return (
            {"method": kind, **{name: 0.7 for name in grow_types}},
            {"method": kind},
        )
    if kind == "default":
        model = {name: [1.2, float(rng.uniform(-0.8, 0.8)), 0.3] for name in grow_types}
        return {"method": kind, "models": ["simpler"]}, {"method": kind, **model}
    values = {
        name: {
            "trunk": rng.uniform(1.5, 3.0, 4).tolist(),
            "term": rng.uniform(0.2, 0.8, 4).tolist(),
            "trunk_taper": rng.uniform(0.1, 0.4, 4).tolist(),
            "taper": rng.uniform(0.0, 0.3, 4).tolist(),
            "Rall_ratio": 1.5,
            "siblings_ratio": float(rng.choice([1.0, 0.8])),
        }
        for name in grow_types
    }
    return {"method": kind}, {"method": kind, **values}


def _external_model(rng: Generator, grow_types: list[str]) -> dict[str, Any]:
    def gamma(a: float, scale: float, low: float, high: float) -> dict[str, Any]:
        params = {"a": a, "loc": 0.0, "scale": scale, "min": low, "max": high}
        return {"distribution": "gamma", "params": params}

    def of_types(entry: dict[str, Any]) -> dict[str, Any]:
        return {name: entry for name in grow_types}

    taper = {"loc": 0.0, "scale": 0.001, "min": -0.01, "max": 0.0}
    sibling = {"loc": -1.0, "scale": 0.3, "min": 0.1, "max": 1.0}
    power = {"a": 2.0, "loc": 2.0, "scale": 1.0, "min": 1.0, "max": 12.0}
    return {
        "trunk_diameters": of_types(gamma(3.0, float(rng.uniform(0.3, 0.9)), 0.3, 4.0)),
        "terminal_diameters": of_types(gamma(4.0, 0.15, 0.2, float(rng.uniform(0.6, 1.0)))),
        "tapers": of_types({"distribution": "expon_rev", "params": taper}),
        "sibling_ratios": of_types({"distribution": "expon_rev", "params": sibling}),
        "diameter_power_relation": of_types({"distribution": "exponnorm", "params": power}),
    }
