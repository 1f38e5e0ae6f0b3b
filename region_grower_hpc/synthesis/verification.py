"""Checks of parameters and distributions before any cell is grown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import CellTypes
from region_grower_hpc.synthesis.growth_inputs import distributions_problem, parameters_problem
from region_grower_hpc.synthesis.region_structure import RegionStructure
from region_grower_hpc.synthesis.tmd_files import TmdData, region_key


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

    Raises:
        InvalidInputError: an entry is missing, or breaks a schema of NeuroTS, diameter-synthesis
            or our own for context constraints; the message names file, region, mtype and key.
    """
    seen: set[tuple[int, int]] = set()
    for region_code, mtype_code in types.pairs():
        region, mtype = inputs.key(types, region_code), types.mtypes[mtype_code]
        distributions = _entry(
            inputs.distributions, region, mtype, "distributions", inputs.distributions_path
        )
        parameters = _entry(inputs.parameters, region, mtype, "parameters", inputs.parameters_path)
        # defaults are shared by regions: one object is checked once
        if (id(distributions), id(parameters)) not in seen:
            seen.add((id(distributions), id(parameters)))
            _check(distributions, _neurots_distributions, inputs.distributions_path, region, mtype)
            for check in (_neurots_parameters, _diameter_model, _context_constraints):
                _check(parameters, check, inputs.parameters_path, region, mtype)
            _check_grow_types(parameters, distributions, inputs, region, mtype)
            _check(parameters, parameters_problem, inputs.parameters_path, region, mtype)
            drawn_from = partial(distributions_problem, parameters)
            _check(distributions, drawn_from, inputs.distributions_path, region, mtype)
            _check_diameter_methods(parameters, distributions, inputs, region, mtype)
        entry = structure.regions.get(types.synthesis_regions[region_code])
        if entry is not None and entry.thicknesses_um is not None:
            _check_layers(parameters, len(entry.layers), inputs.parameters_path, region, mtype)


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


def _neurots_distributions(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    from neurots import validator

    return _neurots_problem(validator.validate_neuron_distribs, validator.ValidationError, entry)


def _neurots_parameters(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    from neurots import validator

    return _neurots_problem(validator.validate_neuron_params, validator.ValidationError, entry)


def _neurots_problem(
    validate: Callable[[Any], None], error_type: type[Exception], entry: Mapping[str, Any]
) -> tuple[str, str] | None:
    """The problem that NeuroTS reports as lines `In [a->b]: text`, as (a/b, text).

    An entry that fits none of several forms gives a line for each form; the line that goes deepest
    belongs to the form that was meant.
    """
    try:
        validate(entry)
    except error_type as error:
        line = max(str(error).splitlines(), key=lambda line: line.partition("]: ")[0].count("->"))
        key, _, message = line.removeprefix("In [").partition("]: ")
        return key.replace("->", "/"), message
    return None


def _diameter_model(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    from diameter_synthesis.validators import validate_model_params
    from jsonschema import ValidationError

    model = entry.get("diameter_params")
    if not isinstance(model, dict) or not isinstance(model.get("method"), str):
        return "diameter_params/method", "must be a text"
    try:
        validate_model_params(model)
    except ValidationError as error:
        return _join("diameter_params", *error.absolute_path), error.message
    return None


def _context_constraints(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    error = next(
        iter(sorted(_schema().iter_errors(entry), key=lambda e: list(map(str, e.path)))), None
    )
    return None if error is None else (_join(*error.absolute_path), error.message)


@cache
def _schema() -> Any:
    from jsonschema import Draft7Validator

    file = resources.files(__package__) / "schemas" / "context_constraints.json"
    return Draft7Validator(json.loads(file.read_text(encoding="utf-8")))


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
