"""What is wrong with an input is told before any computing, with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import voxcell

from region_grower_hpc.clone.placement.job import PlacementJob
from region_grower_hpc.clone.placement.preparation import read_places
from region_grower_hpc.errors import InvalidInputError
from tests.clone.placement.small_circuit import RULES, SmallCircuit


def refusal(circuit: SmallCircuit, **changes: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        PlacementJob(circuit.settings(circuit.folder / "out", **changes)).plan()
    return str(caught.value)


def without(name: str) -> Callable[[voxcell.CellCollection], None]:
    return lambda cells: cells.properties.drop(columns=name, inplace=True)


@pytest.mark.parametrize("name", ["layer", "mtype"])
def test_missing_property(circuit: SmallCircuit, name: str) -> None:
    circuit.edit_cells(without(name))
    message = refusal(circuit)
    assert "cells.h5" in message
    assert f"'{name}'" in message


def test_layers_that_are_neither_texts_nor_integers(circuit: SmallCircuit) -> None:
    def halves(cells: voxcell.CellCollection) -> None:
        cells.properties["layer"] = 1.5

    circuit.edit_cells(halves)
    assert "property 'layer' must hold plain texts or integers, but has 1.5" in refusal(circuit)


def test_cells_without_positions(circuit: SmallCircuit) -> None:
    def nowhere(cells: voxcell.CellCollection) -> None:
        cells.positions = None

    circuit.edit_cells(nowhere)
    assert "the cells have no positions" in refusal(circuit)


@pytest.mark.parametrize("name", ["cells.h5", "neuronDB.dat", "clone_annotations.json"])
def test_damaged_file(circuit: SmallCircuit, name: str) -> None:
    (circuit.folder / name).write_text("{ \x00 one two three four five six")
    assert name in refusal(circuit)


@pytest.mark.parametrize(
    "name",
    [
        *("cells.h5", "neuronDB.dat", "clone_annotations.json", "rules.xml"),
        *("atlas/[PH]y.nrrd", "atlas/brain_regions.nrrd"),
    ],
)
def test_missing_file(circuit: SmallCircuit, name: str) -> None:
    (circuit.folder / name).unlink()
    assert name in refusal(circuit)


def test_missing_layer_of_the_atlas_names_the_rule(circuit: SmallCircuit) -> None:
    (circuit.folder / "atlas" / "[PH]2.nrrd").unlink()
    message = refusal(circuit)
    assert "[PH]2.nrrd" in message
    assert "rule 'in 2'" in message
    assert "line 8" in message


def test_layers_that_no_rule_names_need_not_be_there(circuit: SmallCircuit) -> None:
    (circuit.folder / "atlas" / "[PH]3.nrrd").unlink()
    assert PlacementJob(circuit.settings(circuit.folder / "out")).plan().n_tasks


def test_volume_of_another_kind(circuit: SmallCircuit) -> None:
    atlas = circuit.folder / "atlas"
    (atlas / "[PH]y.nrrd").rename(atlas / "[PH]1.nrrd")
    (atlas / "[PH]2.nrrd").rename(atlas / "[PH]y.nrrd")
    (atlas / "[PH]3.nrrd").rename(atlas / "[PH]2.nrrd")
    assert "[PH]y.nrrd' has (2,) value(s) a voxel instead of 1" in refusal(circuit)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "holds no object of names"),
        ({"PC_clone_0": []}, "'PC_clone_0' is no object of rules"),
        ({"PC_clone_0": {"top": 3}}, "rule 'top' of 'PC_clone_0' is no object of numbers"),
        ({"PC_clone_0": {"top": {"y_min": "0"}}}, "'PC_clone_0': 'y_max' of rule 'top' is missing"),
        ({"AAC_clone_0": {"in 1": {"y_max": "0"}}}, "'AAC_clone_0': 'y_min' of rule 'in 1' is"),
        ({"PC_clone_0": {"top": {"y_max": "inf"}}}, "'PC_clone_0': 'y_max' of rule 'top'"),
        ({"PC_clone_0": {"top": {"y_max": float("nan")}}}, "'PC_clone_0': 'y_max' of rule 'top'"),
        ({"PC_clone_0": {"top": {"y_max": "far"}}}, "'far'"),
        ({"PC_clone_0": {"top": {"y_max": True}}}, "'True'"),
        ({"PC_clone_0": {"top": {"y_max": [1]}}}, "'[1]'"),
    ],
)
def test_annotations(circuit: SmallCircuit, content: Any, told: str) -> None:
    circuit.annotate(content)
    message = refusal(circuit)
    assert "clone_annotations.json" in message
    assert told in message


def test_numbers_that_no_rule_needs_are_not_looked_at(circuit: SmallCircuit) -> None:
    circuit.annotate(
        {"PC_clone_0": {"ScaleBias": {"percentage": "much"}, "in 1": {}, "top": {"y_max": 1}}}
    )
    assert PlacementJob(circuit.settings(circuit.folder / "out")).plan().n_tasks


def test_name_that_is_twice(circuit: SmallCircuit) -> None:
    (circuit.folder / "clone_annotations.json").write_text('{"a": {}, "a": {}}')
    assert "'a' is twice" in refusal(circuit)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a 1 PC bAC\nb 1 PC\n", "line 2: 3 column(s), but 4 in the first line"),
        ("../a 1 PC bAC x\n", "line 1: the name '../a' contains '/'"),
        ("a 1 PC\nb 1\n", "line 2"),
    ],
)
def test_database(circuit: SmallCircuit, text: str, told: str) -> None:
    (circuit.folder / "neuronDB.dat").write_text(text)
    message = refusal(circuit)
    assert "neuronDB.dat" in message
    assert told in message


def test_rules(circuit: SmallCircuit) -> None:
    (circuit.folder / "rules.xml").write_text(RULES.replace('y_layer="1"', ""))
    assert "rule 'top'" in refusal(circuit)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"max_drop_ratio": 1.5}, "--max-drop-ratio"),
        ({"max_drop_ratio": float("nan")}, "--max-drop-ratio"),
        ({"seed": -1}, "--seed -1"),
        ({"random_stream": "other"}, "--random-stream 'other'"),
        ({"out_cells": "cells.h5"}, "--out-cells and --cells are both"),
        ({"out_cells": "atlas"}, "--out-cells and --atlas are both"),
        ({"out_cells": "rules.xml/nodes.h5"}, "is a file, not a folder"),
        ({"out_cells": ""}, "is a folder: give the path of a file"),
    ],
)
def test_options(circuit: SmallCircuit, changes: dict[str, Any], told: str) -> None:
    if "out_cells" in changes:
        changes = {"out_cells": circuit.folder / changes["out_cells"]}
    assert told in refusal(circuit, **changes)


@pytest.mark.parametrize("name", ["cells", "placement_rules", "database", "annotations"])
def test_the_list_of_cells_left_out_replaces_no_input(circuit: SmallCircuit, name: str) -> None:
    taken = circuit.folder / "nodes.failures.csv"
    message = refusal(circuit, out_cells=circuit.folder / "nodes.h5", **{name: taken})
    assert "the list of cells left out and" in message
    assert str(taken) in message


def test_places_can_be_checked_before_there_are_clones(circuit: SmallCircuit) -> None:
    """Database and annotations come from the pass before."""
    settings = circuit.settings(circuit.folder / "out")
    settings = replace(settings, database=Path("none"), annotations=Path("none"))
    assert read_places(settings).cells.n_cells == 60
    circuit.edit_cells(without("mtype"))
    with pytest.raises(InvalidInputError):
        read_places(settings)
