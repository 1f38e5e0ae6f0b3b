"""Which model of diameters is fitted to the reconstructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from region_grower_hpc.synthesis.extraction.diameter_model_generic import SAMPLING, GenericModel
from region_grower_hpc.synthesis.extraction.diameter_model_simpler import SimplerModel


class DiameterModel(Protocol):
    """Measures the cells one by one, then fits to all measures."""

    def measure(self, roots: Sequence[Any]) -> Any:
        """Take from the MorphIO root sections of one cell what the fit needs."""

    def fit(self, measures: Sequence[Any]) -> dict[str, Any]:
        """Fit the model to the measures of all cells; the result can be written as JSON."""


def diameter_model(config: dict[str, Any] | None, neurite_types: Sequence[str]) -> DiameterModel:
    """The first of the configured models; "simpler" of the given neurite types without any.

    Source: `build_models.build` of diameter-synthesis 0.7.1.
    """
    if config is None:
        return SimplerModel(tuple(neurite_types), {})
    name = config["models"][0]
    if name == "simpler":
        types = config.get("neurite_types")
        types = ("basal_dendrite", "apical_dendrite") if types is None else tuple(types)
        return SimplerModel(types, config.get("fit_orders") or {})
    return GenericModel(
        neurite_types=tuple(config["neurite_types"]),
        sampling=SAMPLING[name],
        terminal_threshold=config["terminal_threshold"],
        taper_bounds=(config["taper"]["min"], config["taper"]["max"]),
    )
