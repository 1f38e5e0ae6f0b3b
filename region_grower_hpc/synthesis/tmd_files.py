"""The two JSON files of the synthesis: {region: {mtype: {...}}}."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json
from region_grower_hpc.synthesis.region_mapper import DEFAULT_REGION

LOGGER = logging.getLogger(__name__)

LEGACY_NAMES = {"apical": "apical_dendrite", "basal": "basal_dendrite"}

#: Keys that only the entries of one of the files have.
_OWN_KEYS = {"parameters": ("grow_types", "diameter_params"), "distributions": ("soma", "diameter")}

TmdData = dict[str, dict[str, dict[str, Any]]]


def load_tmd_file(path: Path | str) -> TmdData:
    """Read tmd_parameters.json or tmd_distributions.json, with the names of today.

    Raises:
        InvalidInputError: no such file; not JSON (with line and column); a key twice in one object;
            not of the form {region: {mtype: {...}}}.
    """
    path = Path(path)
    data = read_json(path, unique_keys=True)
    _check_nesting(data, path)
    try:
        renamed: TmdData = _renamed(data)
    except RecursionError as error:
        raise InvalidInputError(f"{path}: objects are nested too deeply") from error
    return renamed


def content_problem(
    expected: Literal["parameters", "distributions"], entry: Mapping[str, Any]
) -> tuple[str, str] | None:
    """What an entry of the other file is; None for one that may be of this file."""
    other = "distributions" if expected == "parameters" else "parameters"
    if not _holds(entry, other) or _holds(entry, expected):
        return None
    return "", (
        f"has {' and '.join(_OWN_KEYS[other])}, so it holds {other}, where {expected} are needed: "
        "were --tmd-parameters and --tmd-distributions swapped?"
    )


def with_axon_choice(parameters: TmdData, synthesize_axons: bool) -> TmdData:
    """Parameters whose `grow_types` follow the option --synthesize-axons.

    Without the option "axon" is taken out of all grow types; with it, mtypes that have none are
    named in the log.
    """
    chosen: TmdData = {}
    for region, by_mtype in parameters.items():
        chosen[region] = {}
        for mtype, values in by_mtype.items():
            grow_types = values.get("grow_types")
            if isinstance(grow_types, list) and not synthesize_axons:
                kept = [grow_type for grow_type in grow_types if grow_type != "axon"]
                values = {**values, "grow_types": kept}
            elif synthesize_axons and not (isinstance(grow_types, list) and "axon" in grow_types):
                LOGGER.warning(
                    "No axon data for mtype '%s' in region '%s', but axon synthesis requested: "
                    "its cells will not have axons",
                    mtype,
                    region,
                )
            chosen[region][mtype] = values
    return chosen


def with_defaults(data: TmdData) -> TmdData:
    """Add the mtypes of the region "default" to every other region where they are missing."""
    defaults = data.get(DEFAULT_REGION, {})
    return {region: {**defaults, **by_mtype} for region, by_mtype in data.items()}


def region_key(distributions: Mapping[str, Any], synthesis_region: str, region: str) -> str:
    """Region under which both files are read for a cell.

    Args:
        distributions: content of the distributions file.
        synthesis_region: what `RegionMapper` gives for the cell's region.
        region: the cell's own region, used where the distributions lack the former.
    """
    return synthesis_region if synthesis_region in distributions else region


def _check_nesting(data: Any, path: Path) -> None:
    if not isinstance(data, dict):
        raise InvalidInputError(f"{path}: must be an object {{region: {{mtype: ...}}}}")
    if _lacks_regions(data):
        raise InvalidInputError(
            f"{path}: has no regions, and looks like what region-grower's generate-parameters or "
            'generate-distributions writes: put its mtypes under a region, {"REGION": {mtype: '
            "...}}, or make it anew with the same command of this program and --region"
        )
    for region, by_mtype in data.items():
        if not isinstance(by_mtype, dict):
            raise InvalidInputError(f"{path}: key '{region}': must be an object {{mtype: ...}}")
        for mtype, values in by_mtype.items():
            if not isinstance(values, dict):
                raise InvalidInputError(
                    f"{path}: key '{region}/{mtype}': must be an object, since the file has the "
                    f"form {{region: {{mtype: {{...}}}}}}"
                )


def _lacks_regions(data: Mapping[str, Any]) -> bool:
    """Whether it is {mtype: {...}}, or that under "mtypes", beside "metadata"."""
    if data.keys() == {"mtypes", "metadata"}:
        return True
    return bool(data) and all(
        isinstance(entry, dict) and any(_holds(entry, kind) for kind in _OWN_KEYS)
        for entry in data.values()
    )


def _holds(entry: Mapping[str, Any], kind: str) -> bool:
    return all(key in entry for key in _OWN_KEYS[kind])


def _renamed(value: Any) -> Any:
    """Legacy neurite names replaced in keys and in items of lists, which may be the values."""
    if isinstance(value, dict):
        return {LEGACY_NAMES.get(key, key): _renamed(item) for key, item in value.items()}
    if isinstance(value, list) and any(isinstance(item, str) for item in value):
        return [LEGACY_NAMES.get(item, item) if isinstance(item, str) else item for item in value]
    return value
