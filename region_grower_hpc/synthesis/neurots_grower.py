"""Growth by NeuroTS, external diameters by diameter-synthesis: the extra `[neurots]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from region_grower_hpc.native._kernels import Neuron
from region_grower_hpc.synthesis.barcode_scaling import BarcodeScaling, ScalingRecord
from region_grower_hpc.synthesis.deferred_plotting import deferred_plotting
from region_grower_hpc.synthesis.growers import (
    GrownNeuron,
    GrowthRequest,
    growth_failure,
    too_many_attempts,
)
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from region_grower_hpc.synthesis.uncopied import UncopiedList

#: What NeuroTS raises on parameters that no attempt can help, as the native kernel names it.
HOPELESS = (LookupError, AssertionError, AttributeError, TypeError, ArithmeticError)


class NeuroTSGrower:
    """Grows with NeuroTS 3.7, which must be installed."""

    def __init__(self) -> None:
        with deferred_plotting():
            import neurots
            from diameter_synthesis import build_diameters
            from diameter_synthesis.exception import DiameterSynthesisError
            from neurots.generate.algorithms.basicgrower import TrunkAlgo
        # NeuroTS asks each apical tree for it, and only trees with a barcode have one.
        TrunkAlgo.apical_section = None
        self._neuron_grower = neurots.NeuronGrower
        self._build_diameters = _with_known_apical_sections(build_diameters.build)
        self._retried = (neurots.NeuroTSError, ValueError)
        self._hopeless = (*HOPELESS, DiameterSynthesisError)
        self._light: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def grow(
        self, request: GrowthRequest, rng: np.random.Generator, max_attempts: int
    ) -> GrownNeuron:
        """Grow one neuron (see `Grower`)."""
        recipe = request.recipe
        external = recipe.parameters["diameter_params"]["method"] == "external"
        records: list[ScalingRecord] = []
        parameters = _parameters_in_place(request, records)
        context: dict[str, Any] = {}
        if recipe.has_y_direction:
            context["y_direction"] = request.cell.towards_pia
        if request.constraints is not None:
            context["constraints"] = request.constraints.for_neurots
        last: Exception | None = None
        for _ in range(max_attempts):
            records.clear()
            try:
                grower = self._neuron_grower(
                    input_parameters=dict(parameters),
                    input_distributions=self._light_to_copy(recipe.distributions),
                    external_diametrizer=self._build_diameters if external else None,
                    skip_preprocessing=True,
                    context=dict(context),
                    rng_or_seed=rng,
                )
                grower.grow()
            except self._retried as error:
                last = error
            except self._hopeless as error:
                raise growth_failure(type(error).__name__, str(error)) from error
            else:
                arrays = NeuronArrays.from_morphio(grower.neuron)
                neuron = Neuron(arrays.points, arrays.diameters, arrays.sections, arrays.soma)
                return GrownNeuron(neuron, tuple(grower.apical_sections), tuple(records))
        raise too_many_attempts(type(last).__name__, str(last)) from last

    def _light_to_copy(self, distributions: Mapping[str, Any]) -> dict[str, Any]:
        """The same distributions with diagrams that NeuroTS's many deep copies do not duplicate."""
        key = id(distributions)
        if key not in self._light:
            # the original is kept beside, so that its id is not given to another object
            self._light[key] = (distributions, _with_uncopied_diagrams(distributions))
        return self._light[key][1]


def _parameters_in_place(request: GrowthRequest, records: list[ScalingRecord]) -> dict[str, Any]:
    """The recipe's parameters turned and scaled to one cell; the recipe's stay as they are."""
    cell, shared = request.cell, request.recipe.parameters
    parameters = {**shared, "origin": cell.position_um.tolist()}
    for grow_type in shared["grow_types"]:
        own = dict(shared[grow_type])
        if isinstance(own["orientation"], list):
            own["orientation"] = [cell.rotated(vector) for vector in own["orientation"]]
        if grow_type in request.scalings:
            own["modify"] = _modify(request.scalings[grow_type], records)
        parameters[grow_type] = own
    return parameters


def _modify(scaling: BarcodeScaling, records: list[ScalingRecord]) -> dict[str, Any]:
    """A scaling as the value of NeuroTS's `modify`."""

    def scaled(barcode: Any, _context: Any) -> list[list[float]]:
        bars = np.array(barcode, dtype=np.float64)
        record = scaling.record(float(bars[:, 0].max()))
        records.append(record)
        bars[:, :2] *= record.factor
        rows: list[list[float]] = bars.tolist()
        return rows

    return {"funct": scaled, "kwargs": {}}


def _with_known_apical_sections(build: Callable[..., None]) -> Callable[..., None]:
    """The diametrizer, which fails on an apical tree without apical section, without such trees."""

    def known(
        neuron: Any, neurite_types: Any, model_params: Any, diam_params: Any, random_generator: Any
    ) -> None:
        sections = model_params.get("apical_point_sec_ids", [])
        known_sections = [section for section in sections if section is not None]
        model = {**model_params, "apical_point_sec_ids": known_sections}
        build(neuron, neurite_types, model, diam_params, random_generator)

    return known


def _with_uncopied_diagrams(distributions: Mapping[str, Any]) -> dict[str, Any]:
    light = dict(distributions)
    for neurite_type, entry in distributions.items():
        if isinstance(entry, dict) and "persistence_diagram" in entry:
            diagrams = UncopiedList(entry["persistence_diagram"])
            light[neurite_type] = {**entry, "persistence_diagram": diagrams}
    return light
