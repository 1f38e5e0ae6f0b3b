"""Cells of each category, as recipes tell them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from region_grower_hpc.clone.recipe import MOST_CELLS, Category, read_recipe
from region_grower_hpc.errors import InvalidInputError
from tests.clone.damaged import OF_XML, accepted_share

LAYER = '<Layer id="{id}" percentage="{percentage}">\n{types}</Layer>'
TYPE = '<StructuralType id="{id}" percentage="{percentage}"/>'


def recipe(folder: Path, total: object, *layers: str) -> dict[Category, int]:
    path = folder / "recipe.xml"
    path.write_text(f'<r><NeuronTypes totalNeurons="{total}">\n{"".join(layers)}</NeuronTypes></r>')
    return read_recipe(path)


def layer(id_: str, percentage: object, *types: tuple[str, object]) -> str:
    inner = "".join(TYPE.format(id=type_, percentage=share) for type_, share in types)
    return LAYER.format(id=id_, percentage=percentage, types=inner)


def test_order_of_operations(tmp_path: Path) -> None:
    assert 50 * (28 / 100) > 14 == 50 * 28 / 100
    cells = recipe(tmp_path, 50, layer("2", 100, ("L23_PC", 28)), layer("3", 28, ("L23_PC", "100")))
    assert cells == {("L23_PC", "2"): 15, ("L23_PC", "3"): 14}
    assert next(iter(cells)).mtype == "L23_PC"
    assert Category._fields == ("mtype", "layer")


def test_the_last_of_a_category_counts(tmp_path: Path) -> None:
    cells = recipe(
        tmp_path,
        100,
        layer("1", 50, ("L1_DAC", 10), ("L1_HAC", 5)),
        layer("1", 100, ("L1_DAC", 20), ("L1_DAC", 30)),
    )
    assert cells == {("L1_DAC", "1"): 30, ("L1_HAC", "1"): 3}


def test_the_first_neuron_types_count_wherever_they_are(tmp_path: Path) -> None:
    path = tmp_path / "recipe.xml"
    first = f'<NeuronTypes totalNeurons="10">{layer("1", 100, ("A", 100))}</NeuronTypes>'
    later = f'<NeuronTypes totalNeurons="99">{layer("1", 100, ("B", 100))}</NeuronTypes>'
    path.write_text(f"<r><a><b>{first}</b></a>{later}</r>")
    assert read_recipe(path) == {("A", "1"): 10}
    path.write_text(first)
    assert read_recipe(path) == {("A", "1"): 10}


def test_the_entity_of_the_connectivity_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "recipe.xml"
    path.write_bytes(
        b'<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE r [\n'
        b'<!ENTITY connectivityRecipe SYSTEM "other.xml">\n]>\n<r>\n<!-- \xe9 -->\n'
        + f'<NeuronTypes totalNeurons="10">{layer("1", 100, ("A", 100))}</NeuronTypes>'.encode()
        + b"\n\t&connectivityRecipe;\n</r>"
    )
    assert read_recipe(path) == {("A", "1"): 10}


@pytest.mark.parametrize("total", ["0", "10", "10.0", "1e1"])
def test_totals(tmp_path: Path, total: str) -> None:
    assert recipe(tmp_path, total, layer("1", 100, ("A", 100))) == {("A", "1"): int(float(total))}


@pytest.mark.parametrize("bad", ["inf", "nan", "-1", "x", "", "1e101", "1_0"])
def test_refused_percentages(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InvalidInputError, match=r"recipe\.xml', line 2, Layer '7'.*'percentage'"):
        recipe(tmp_path, 10, layer("7", bad))
    with pytest.raises(
        InvalidInputError, match=r"recipe\.xml', line 3, StructuralType 'A'.*'percentage'"
    ):
        recipe(tmp_path, 10, layer("7", 100, ("A", bad)))


@pytest.mark.parametrize("bad", ["inf", "nan", "-1", "x", "", "10.5", str(2**53 + 2)])
def test_refused_totals(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InvalidInputError, match=r"line 1, NeuronTypes.*'totalNeurons'"):
        recipe(tmp_path, bad, layer("1", 100))


def test_huge_numbers_are_refused(tmp_path: Path) -> None:
    for layers, where in (
        ((layer("1", 1e99),), "line 2, Layer '1'"),
        ((layer("1", 1000, ("A", 1e17)),), "line 3, StructuralType 'A'"),
    ):
        with pytest.raises(InvalidInputError, match=f"{where}: .* more than can be counted"):
            recipe(tmp_path, 1000, *layers)
    most = recipe(tmp_path, MOST_CELLS, layer("1", 100, ("A", 100)))
    assert most == {("A", "1"): MOST_CELLS}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<r/>", "no element 'NeuronTypes'"),
        ("<r><NeuronTypes/></r>", "line 1, NeuronTypes: it has no 'totalNeurons'"),
        ("<r><NeuronTypes totalNeurons='1'><Layer percentage='1'>\n" + TYPE, "malformed"),
        (
            "<NeuronTypes totalNeurons='1'><Layer percentage='1'><StructuralType id='A' "
            "percentage='1'/></Layer></NeuronTypes>",
            "Layer: it has no 'id'",
        ),
        (
            "<NeuronTypes totalNeurons='1'><Layer id='1' percentage='1'>\n<StructuralType "
            "percentage='1'/></Layer></NeuronTypes>",
            "line 2, StructuralType: it has no 'id'",
        ),
    ],
)
def test_incomplete_recipes(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "recipe.xml"
    path.write_text(content)
    with pytest.raises(InvalidInputError, match=rf"recipe\.xml'.*{told}"):
        read_recipe(path)


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    recipe(tmp_path, 50, layer("2", 100, ("L23_PC", 28)), layer("3", 28, ("L23_PC", "100")))
    assert 0 < accepted_share(tmp_path / "recipe.xml", read_recipe, OF_XML) < 1


@pytest.mark.shared
def test_cells_as_the_peer_counts_them(shared_data: Path) -> None:
    folder = shared_data / "clone" / "recipes"
    expected = json.loads((shared_data / "clone" / "expected" / "recipe_cells.json").read_text())
    for file, cells in expected.items():
        found = read_recipe(folder / file)
        assert {f"{layer} {mtype}": n for (mtype, layer), n in found.items()} == cells
    assert all(math.isfinite(n) for n in found.values())
