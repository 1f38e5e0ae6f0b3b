"""Recipes of circuits: how many cells there are of each type in each layer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from region_grower_hpc.clone.annotation import read_number
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.xml_file import XmlElement, read_xml

#: Lines that ask for another file, which plays no part here.
DROPPED = "&connectivityRecipe"
#: Beyond it a count is no longer exact in the arithmetic of the recipe.
MOST_CELLS = 2**53


class Category(NamedTuple):
    """Cells of a full type in a layer: what morphologies are counted by.

    Source: `morphology_workflows.tasks.clone.Category`.
    """

    mtype: str
    layer: str


def read_recipe(path: Path) -> dict[Category, int]:
    """Read the number of cells of each category, in the order of the file.

    A category that is there twice has the number of the last one.

    Raises:
        InvalidInputError: naming file, line and element: malformed, no `NeuronTypes`, something
            missing, a number that is none, or more cells than can be counted.

    Source: `morphology_workflows.clone.get_cellcounts_from_recipe`.
    """
    root = read_xml(path, without_lines_with=DROPPED)
    types = _first(root, "NeuronTypes")
    if types is None:
        raise InvalidInputError(f"recipe '{path}': it has no element 'NeuronTypes': add it")
    total = _total(path, types)
    cells: dict[Category, int] = {}
    for layer in types.all("Layer"):
        in_layer = _rounded_up(total * _percentage(path, layer) / 100, path, layer)
        for structural in layer.all("StructuralType"):
            # The order of operations decides about cells: 50 * (28 / 100) > 14 = 50 * 28 / 100.
            share = _percentage(path, structural) / 100
            category = Category(_needed(path, structural, "id"), _needed(path, layer, "id"))
            cells[category] = _rounded_up(in_layer * share, path, structural)
    return cells


def _first(element: XmlElement, tag: str) -> XmlElement | None:
    """The first element of a name, in the order in which they begin."""
    waiting = [element]
    while waiting:
        element = waiting.pop()
        if element.tag == tag:
            return element
        waiting.extend(reversed(element.children))
    return None


def _total(path: Path, types: XmlElement) -> int:
    total = _number(path, types, "totalNeurons")
    if total != math.floor(total) or total > MOST_CELLS:
        raise _error(path, types, f"'totalNeurons' is {total:g}: write how many cells there are")
    return int(total)


def _percentage(path: Path, element: XmlElement) -> float:
    return _number(path, element, "percentage")


def _number(path: Path, element: XmlElement, name: str) -> float:
    text = _needed(path, element, name)
    value = read_number(text, f"{_where(path, element)}: '{name}'")
    if value < 0:
        raise _error(path, element, f"'{name}' is {value:g}: it must not be negative")
    return value


def _rounded_up(cells: float, path: Path, element: XmlElement) -> int:
    if cells > MOST_CELLS:
        raise _error(
            path, element, f"{cells:g} cells are more than can be counted: lower its percentage"
        )
    return math.ceil(cells)


def _needed(path: Path, element: XmlElement, name: str) -> str:
    value = element.attributes.get(name)
    if not value:
        raise _error(path, element, f"it has no '{name}': add it")
    return value


def _where(path: Path, element: XmlElement) -> str:
    id_ = element.attributes.get("id")
    named = element.tag if id_ is None else f"{element.tag} '{id_[:80]}'"
    return f"recipe '{path}', line {element.line}, {named}"


def _error(path: Path, element: XmlElement, problem: str) -> InvalidInputError:
    return InvalidInputError(f"{_where(path, element)}: {problem}")
