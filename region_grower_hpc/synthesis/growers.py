"""Programs that grow one neuron, behind one small face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.deferred_plotting import deferred_plotting
from region_grower_hpc.synthesis.uncopied import UncopiedList


@dataclass(frozen=True)
class GrownNeuron:
    """A neuron in atlas coordinates, with diameters.

    Attributes:
        morphology: morphio.mut.Morphology.
        apical_sections: for each apical tree the id of its section that ends at the apical point,
            None where the tree has none.
    """

    morphology: Any
    apical_sections: tuple[int | None, ...]


class GrowthRetry(Exception):
    """One attempt failed, another one with the next random numbers may succeed."""


class Grower(Protocol):
    """Grows a neuron; a pure function of its arguments and the state of `rng`."""

    def grow(
        self,
        parameters: Mapping[str, Any],
        distributions: Mapping[str, Any],
        context: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> GrownNeuron:
        """Grow one neuron and its diameters.

        Args:
            parameters: NeuroTS parameters of this cell, `origin` and `modify` included.
            distributions: NeuroTS distributions.
            context: NeuroTS context: `y_direction`, `debug_data`.
            rng: its stream goes on from one attempt to the next.

        Raises:
            GrowthRetry: the draws led nowhere.
            TaskFailure: no attempt can succeed.
        """


class NeuroTSGrower:
    """Growth by NeuroTS, external diameters by diameter-synthesis."""

    def __init__(self) -> None:
        with deferred_plotting():
            import neurots
            from diameter_synthesis import build_diameters
            from diameter_synthesis.exception import DiameterSynthesisError
            from neurots.generate.algorithms.basicgrower import TrunkAlgo
        # NeuroTS asks each apical tree for it, and only trees with a barcode have one.
        TrunkAlgo.apical_section = None
        self._neuron_grower = neurots.NeuronGrower
        self._build_diameters = build_diameters.build
        self._retried = (neurots.NeuroTSError, ValueError)
        self._hopeless = (KeyError, DiameterSynthesisError)
        self._light: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def grow(
        self,
        parameters: Mapping[str, Any],
        distributions: Mapping[str, Any],
        context: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> GrownNeuron:
        """Grow one neuron (see `Grower`); the arguments but `rng` stay as they are."""
        external = parameters["diameter_params"]["method"] == "external"
        try:
            grower = self._neuron_grower(
                input_parameters=dict(parameters),
                input_distributions=self._light_to_copy(distributions),
                external_diametrizer=self._build_diameters if external else None,
                skip_preprocessing=True,
                context=dict(context),
                rng_or_seed=rng,
            )
            grower.grow()
        except self._retried as error:
            raise GrowthRetry(str(error)) from error
        except self._hopeless as error:
            raise TaskFailure("growth", _message(error), error=type(error).__name__) from error
        return GrownNeuron(grower.neuron, tuple(grower.apical_sections))

    def _light_to_copy(self, distributions: Mapping[str, Any]) -> dict[str, Any]:
        """The same distributions with diagrams that NeuroTS's many deep copies do not duplicate."""
        key = id(distributions)
        if key not in self._light:
            # the original is kept beside, so that its id is not given to another object
            self._light[key] = (distributions, _with_uncopied_diagrams(distributions))
        return self._light[key][1]


def _with_uncopied_diagrams(distributions: Mapping[str, Any]) -> dict[str, Any]:
    light = dict(distributions)
    for neurite_type, entry in distributions.items():
        if isinstance(entry, dict) and "persistence_diagram" in entry:
            diagrams = UncopiedList(entry["persistence_diagram"])
            light[neurite_type] = {**entry, "persistence_diagram": diagrams}
    return light


def _message(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"Growth asked for a section or bar that does not exist: {error}"
    return str(error)
