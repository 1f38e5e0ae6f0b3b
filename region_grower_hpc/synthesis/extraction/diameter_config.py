"""What the configuration of a diameter model must hold before anything is fitted."""

from __future__ import annotations

from numbers import Real
from typing import Any

from region_grower_hpc.synthesis.extraction.diameter_model_simpler import FIT_ORDERS
from region_grower_hpc.synthesis.extraction.errors import ExtractionError

#: Names of the models, with the keys that each needs.
MODEL_KEYS: dict[str, tuple[str, ...]] = {
    "simpler": (),
    "generic": ("neurite_types", "taper", "terminal_threshold"),
    "astrocyte": ("neurite_types", "taper", "terminal_threshold"),
}


def check_diameter_config(config: dict[str, Any]) -> None:
    """Check what fitting the first of the configured models reads.

    Raises:
        ExtractionError: naming the key.
    """
    models = config.get("models")
    if (
        not isinstance(models, list)
        or not models
        or any(name not in list(MODEL_KEYS) for name in models)
    ):
        raise ExtractionError(
            f"'models' must be a list of {', '.join(MODEL_KEYS)}, of which the first one is "
            f"fitted; it is {models!r}"
        )
    model = models[0]
    missing = [key for key in MODEL_KEYS[model] if key not in config]
    if missing:
        raise ExtractionError(f"the diameter model '{model}' needs {', '.join(map(repr, missing))}")
    types = config.get("neurite_types")
    if model == "simpler":
        if types is not None:
            _check_neurite_types(types)
        _check_fit_orders(config.get("fit_orders") or {}, types or [])
        return
    _check_neurite_types(types)
    taper = config["taper"]
    bounds = [taper.get(key) for key in ("min", "max")] if isinstance(taper, dict) else [None]
    if not all(isinstance(bound, Real) for bound in bounds):
        raise ExtractionError("'taper' must be an object with the numbers 'min' and 'max'")
    if not isinstance(config["terminal_threshold"], Real):
        raise ExtractionError("'terminal_threshold' must be a number")


def _check_neurite_types(names: Any) -> None:
    from morphio import SectionType

    known = list(SectionType.__members__)
    if not isinstance(names, list) or any(name not in known for name in names):
        raise ExtractionError(
            "'neurite_types' must be a list of names such as basal_dendrite, apical_dendrite and "
            f"axon; it is {names!r}"
        )


def _check_fit_orders(orders: Any, neurite_types: list[str]) -> None:
    if not isinstance(orders, dict) or not all(isinstance(each, int) for each in orders.values()):
        raise ExtractionError("'fit_orders' must be an object of degrees, one a neurite type")
    for name in neurite_types:
        if name not in {**FIT_ORDERS, **orders}:
            raise ExtractionError(f"'fit_orders' must give the degree for the type {name}")
