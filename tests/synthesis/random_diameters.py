"""Random diameter models, of all that NeuroTS and diameter-synthesis have."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

SAMPLED = ("generic", "astrocyte", "neurite_based")
PLAIN = ("uniform", "M1", "M2", "M3", "M4", "M5", "default", "no_diameters")


def random_diameters(
    rng: Generator, grow_types: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entries `diameter_params` of the parameters and `diameter` of the distributions."""
    kind = str(rng.choice([*PLAIN, "generic", *SAMPLED]))
    if kind in SAMPLED:
        params: dict[str, Any] = {"method": "external", "models": [kind]}
        if rng.random() < 0.6:
            params["n_samples"] = int(rng.integers(1, 5))
        if rng.random() < 0.2:
            params["seed"] = 0
        if rng.random() < 0.2:
            params["trunk_max_tries"] = 3
        return params, {"method": "external", **_sampled_model(rng, grow_types)}
    if kind == "uniform":
        return {"method": kind, **dict.fromkeys(grow_types, 0.7)}, {"method": kind}
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


def _sampled_model(rng: Generator, grow_types: list[str]) -> dict[str, Any]:
    def gamma(a: float, scale: float, low: float, high: float) -> dict[str, Any]:
        params = {"a": a, "loc": 0.0, "scale": scale, "min": low, "max": high}
        return {"distribution": "gamma", "params": params}

    taper = {"loc": 0.0, "scale": 0.001, "min": -0.01, "max": 0.0}
    sibling = {"loc": -1.0, "scale": 0.3, "min": 0.1, "max": 1.0}
    power = {"a": 2.0, "loc": 2.0, "scale": 1.0, "min": 1.0, "max": 12.0}
    laws = {
        "trunk_diameters": gamma(3.0, float(rng.uniform(0.3, 0.9)), 0.3, 4.0),
        "terminal_diameters": gamma(4.0, 0.15, 0.2, float(rng.uniform(0.6, 1.0))),
        "tapers": {"distribution": "expon_rev", "params": taper},
        "sibling_ratios": {"distribution": "expon_rev", "params": sibling},
        "diameter_power_relation": {"distribution": "exponnorm", "params": power},
    }
    return {key: dict.fromkeys(grow_types, law) for key, law in laws.items()}
