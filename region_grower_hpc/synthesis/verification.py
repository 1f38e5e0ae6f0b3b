"""Checks of parameters and distributions before any cell is grown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import CellTypes
from region_grower_hpc.synthesis.diameter_inputs import (
    diameter_method_problem,
    diameter_model_problem,
    diameter_parameters_problem,
)
from region_grower_hpc.synthesis.growth_doubts import distribution_doubts, parameter_doubts
from region_grower_hpc.synthesis.growth_inputs import distributions_problem, parameters_problem
from region_grower_hpc.synthesis.growth_size import unscaled_size_problem
from region_grower_hpc.synthesis.orientation_inputs import mode_problem
from region_grower_hpc.synthesis.region_structure import RegionStructure
from region_grower_hpc.synthesis.schemas import schema_problem
from region_grower_hpc.synthesis.tmd_files import TmdData, content_problem, region_key

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class TmdInputs:
    """Both files after defaults and axon choice, with their paths for messages."""

    parameters: TmdData
    distributions: TmdData
    parameters_path: Path
    distributions_path: Path

    def key(self, types: CellTypes, region_code: int) -> str:
        """Region under which both files are read for the cells of one region."""
        return region_key(
            self.distributions, types.synthesis_regions[region_code], types.regions[region_code]
        )


def verify(inputs: TmdInputs, types: CellTypes, structure: RegionStructure) -> None:
    """Check both files for every region and mtype that has cells, each entry once.

    Entries that growth takes, but whose author can hardly have meant them, are warned of at the
    end: a refusal is told alone.

    Raises:
        InvalidInputError: an entry is missing, breaks its schema, or holds what growth cannot
            use; the message names file, region, mtype and key.
    """
    seen: set[tuple[int, int]] = set()
    measured: set[tuple[int, int]] = set()
    doubts: dict[tuple[int, str, str], str] = {}
    for region_code, mtype_code in types.pairs():
        region, mtype = inputs.key(types, region_code), types.mtypes[mtype_code]
        distributions = _entry(
            inputs.distributions, region, mtype, "distributions", inputs.distributions_path
        )
        parameters = _entry(inputs.parameters, region, mtype, "parameters", inputs.parameters_path)
        # defaults are shared by regions: one object is checked once
        if (id(distributions), id(parameters)) not in seen:
            seen.add((id(distributions), id(parameters)))
            _check_entries(parameters, distributions, inputs, region, mtype)
            for path, entry, found in (
                (inputs.parameters_path, parameters, parameter_doubts),
                (inputs.distributions_path, distributions, distribution_doubts),
            ):
                for key, message in found(parameters, distributions):
                    doubt = f"{path}: key '{_join(region, mtype, key)}' {message}"
                    # one half of a pair may be shared by regions too
                    doubts.setdefault((id(entry), key, message), doubt)
        place = structure.regions.get(types.synthesis_regions[region_code])
        if place is not None and place.thicknesses_um is not None:
            _check_layers(parameters, len(place.layers), inputs.parameters_path, region, mtype)
        elif (id(distributions), id(parameters)) not in measured:
            measured.add((id(distributions), id(parameters)))
            grown_from = partial(unscaled_size_problem, parameters)
            _check(distributions, grown_from, inputs.distributions_path, region, mtype)
    for doubt in doubts.values():
        LOGGER.warning("%s", doubt)


def _check_entries(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    inputs: TmdInputs,
    region: str,
    mtype: str,
) -> None:
    """Everything that does not depend on the region's layers."""
    held = partial(content_problem, "distributions")
    _check(distributions, held, inputs.distributions_path, region, mtype)
    held = partial(content_problem, "parameters")
    _check(parameters, held, inputs.parameters_path, region, mtype)
    expected = partial(schema_problem, "tmd_distributions")
    _check(distributions, expected, inputs.distributions_path, region, mtype)
    for check in (
        mode_problem,
        diameter_method_problem,
        partial(schema_problem, "tmd_parameters"),
        _diameter_params,
        partial(schema_problem, "context_constraints"),
    ):
        _check(parameters, check, inputs.parameters_path, region, mtype)
    _check_grow_types(parameters, distributions, inputs, region, mtype)
    _check(parameters, parameters_problem, inputs.parameters_path, region, mtype)
    _check_diameter_methods(parameters, distributions, inputs, region, mtype)
    drawn_from = partial(distributions_problem, parameters)
    _check(distributions, drawn_from, inputs.distributions_path, region, mtype)
    # last, since the numbers of trees tell which neurite types get diameters
    diametrized = partial(diameter_parameters_problem, distributions)
    _check(parameters, diametrized, inputs.parameters_path, region, mtype)
    model = partial(diameter_model_problem, parameters)
    _check(distributions, model, inputs.distributions_path, region, mtype)


def _entry(data: TmdData, region: str, mtype: str, what: str, path: Path) -> dict[str, Any]:
    entry = data.get(region, {}).get(mtype)
    if entry is None:
        known = data.get(region, data)
        kind = "mtypes of this region" if region in data else "regions"
        raise InvalidInputError(
            f"Missing {what} for mtype '{mtype}' in region '{region}': {path} has the "
            f"{kind} {sorted(known)}. Add the entry, or put the mtype under 'default'."
        )
    return entry


def _check(
    entry: Mapping[str, Any],
    validate: Callable[[Mapping[str, Any]], tuple[str, str] | None],
    path: Path,
    region: str,
    mtype: str,
) -> None:
    problem = validate(entry)
    if problem is not None:
        key, message = problem
        raise InvalidInputError(f"{path}: key '{_join(region, mtype, key)}': {message}")


def _diameter_params(parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    problem = schema_problem("diameter_params", parameters["diameter_params"])
    return problem and (_join("diameter_params", problem[0]), problem[1])


def _check_grow_types(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    inputs: TmdInputs,
    region: str,
    mtype: str,
) -> None:
    for grow_type in parameters["grow_types"]:
        for path, entry, needed in (
            (inputs.parameters_path, parameters, "orientation"),
            (inputs.distributions_path, distributions, "num_trees"),
        ):
            if needed not in entry.get(grow_type, {}):
                raise InvalidInputError(
                    f"{path}: key '{_join(region, mtype, grow_type, needed)}' is missing, and "
                    f"'{grow_type}' is in grow_types of {inputs.parameters_path}"
                )


def _check_diameter_methods(
    parameters: Mapping[str, Any],
    distributions: Mapping[str, Any],
    inputs: TmdInputs,
    region: str,
    mtype: str,
) -> None:
    methods = [
        entry["method"] for entry in (distributions["diameter"], parameters["diameter_params"])
    ]
    if methods[0] == "external" and methods[1] != "external":
        raise InvalidInputError(
            f"{inputs.parameters_path}: key '{region}/{mtype}/diameter_params/method': "
            f"'{methods[1]}', but {inputs.distributions_path} has diameters of the method "
            f"'external' for this mtype, which need 'external' here too"
        )


def _check_layers(
    parameters: Mapping[str, Any], n_layers: int, path: Path, region: str, mtype: str
) -> None:
    """Refuse constraints on layers that the region does not have."""
    for neurite_type, limits in parameters.get("context_constraints", {}).items():
        for name, limit in limits.items():
            applies = name == "extent_to_target" or neurite_type in parameters["grow_types"]
            if applies and limit["layer"] > n_layers:
                key = _join(region, mtype, "context_constraints", neurite_type, name, "layer")
                raise InvalidInputError(
                    f"{path}: key '{key}': layer {limit['layer']}, but the region has "
                    f"{n_layers} layers in the region_structure file"
                )


def _join(*parts: Any) -> str:
    return "/".join(str(part) for part in parts if part != "")
