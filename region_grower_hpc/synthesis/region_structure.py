"""The file region_structure.yaml: layers, thicknesses and constraints of the regions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import name_problem
from region_grower_hpc.formats.yaml_file import read_yaml
from region_grower_hpc.synthesis.drawn_values import is_finite
from region_grower_hpc.synthesis.region_mapper import DEFAULT_REGION


@dataclass(frozen=True)
class Region:
    """One entry of the file.

    Attributes:
        layers: names of the layers from the pia down; `[PH]<name>.nrrd` holds their bounds.
        thicknesses_um: thickness of the layers in the column that the distributions come from, in
            file order; None where the file gives none, and then depths are undefined.
        directions, boundaries: constraints on growth, as in the file; `read_growth_constraints`
            checks those of regions that have cells.
    """

    layers: tuple[str | int, ...]
    thicknesses_um: tuple[float, ...] | None = None
    directions: tuple[Mapping[str, Any], ...] = ()
    boundaries: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class RegionStructure:
    """All regions of one file, in file order.

    Attributes:
        path: the file.
        regions: {acronym or @expression: region}, without "default", which is not a region.
        default: the entry "default" where the file has one. Its layers and thicknesses are not
            used, its directions and boundaries apply to cells outside all regions.
    """

    path: Path
    regions: Mapping[str, Region]
    default: Region | None = None

    def get(self, region: str) -> Region | None:
        """The entry that applies to cells of a synthesis region, "default" included."""
        return self.default if region == DEFAULT_REGION else self.regions.get(region)

    def cortical_depths_um(self) -> dict[str, list[float] | None]:
        """Lower bound of every layer in the reference column.

        Returns:
            {region: cumulative thicknesses in µm}; None without thicknesses and for "default".
        """
        depths: dict[str, list[float] | None] = {DEFAULT_REGION: None}
        for name, region in self.regions.items():
            depths[name] = None if region.thicknesses_um is None else _sums(region.thicknesses_um)
        return depths


def load_region_structure(path: Path | str | None) -> RegionStructure:
    """Read and check region_structure.yaml.

    Raises:
        InvalidInputError: no such file; malformed YAML (with its line); a region without layers,
            or an entry of the wrong type.
    """
    if path is None or not Path(path).is_file():
        raise InvalidInputError(
            f"region_structure file not found at {path}. Give it with --region-structure."
        )
    path = Path(path)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise InvalidInputError(
            f"{path}: must be a mapping {{region: {{layers: [...], ...}}}}, "
            f"not {type(content).__name__}"
        )
    default = None
    regions = {}
    for name, entry in content.items():
        if name == DEFAULT_REGION:
            entry = {} if entry is None else entry
            layered = {"layers": [DEFAULT_REGION], **entry} if isinstance(entry, dict) else entry
            default = _region(layered, f"{path}: {name}")
        else:
            _check_expression(str(name), path)
            regions[str(name)] = _region(entry, f"{path}: region {name!r}")
    return RegionStructure(path=path, regions=regions, default=default)


def _sums(thicknesses_um: tuple[float, ...]) -> list[float]:
    import numpy as np

    return list(np.cumsum(list(thicknesses_um)).tolist())


def _check_expression(name: str, path: Path) -> None:
    """Refuse a region `@regex` that is no regular expression."""
    try:
        re.compile(name.removeprefix("@") if name.startswith("@") else "")
    except re.error as error:
        raise InvalidInputError(
            f"{path}: region {name!r}: no valid regular expression after the @: {error}"
        ) from error


def _region(entry: Any, where: str) -> Region:
    if not isinstance(entry, dict):
        raise InvalidInputError(f"{where}: must be a mapping with the key 'layers'")
    layers = entry.get("layers")
    if not isinstance(layers, list) or not layers:
        raise InvalidInputError(
            f"{where}: 'layers' is missing or empty. List the layers from the pia down, "
            f"such as [1, 2, 3, 4, 5, 6]."
        )
    for layer in layers:
        is_number = isinstance(layer, int) and not isinstance(layer, bool)
        if not (is_number or isinstance(layer, str)) or name_problem(str(layer)) is not None:
            raise InvalidInputError(
                f"{where}: 'layers' has {layer!r:.80}, which cannot be the name of a layer: give "
                "numbers or words, such as [1, 2, 3, 4, 5, 6]"
            )
    return Region(
        layers=tuple(layers),
        thicknesses_um=_thicknesses(entry.get("thicknesses"), where),
        directions=_constraints(entry, "directions", where),
        boundaries=_constraints(entry, "boundaries", where),
    )


def _thicknesses(entry: Any, where: str) -> tuple[float, ...] | None:
    if entry is None:
        return None
    if not isinstance(entry, dict) or not entry:
        raise InvalidInputError(f"{where}: 'thicknesses' must be a mapping {{layer: µm}}")
    for layer, value in entry.items():
        if not is_finite(value) or value < 0:
            raise InvalidInputError(
                f"{where}: 'thicknesses' of layer {layer}: {value!r:.80} is not a length in µm"
            )
    return tuple(entry.values())


def _constraints(entry: dict[str, Any], key: str, where: str) -> tuple[Mapping[str, Any], ...]:
    value = entry.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidInputError(f"{where}: {key!r} must be a list of mappings")
    return tuple(value)
