from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.region_structure import load_region_structure


def written(folder: Path, text: str) -> Path:
    path = folder / "region_structure.yaml"
    path.write_text(text)
    return path


def test_layers_and_depths_in_file_order(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "B: {layers: [1, 2], thicknesses: {2: 10, 1: 5.5}}\nA: {layers: [L1]}\n"
        "default: {names: {}}\n",
    )
    structure = load_region_structure(path)
    assert list(structure.regions) == ["B", "A"]
    assert structure.regions["B"].layers == (1, 2)
    assert structure.cortical_depths_um() == {"default": None, "B": [10, 15.5], "A": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A: {layers: [1]}\nB: [}", "line 2, column 5: not valid YAML"),
        ("- A", "must be a mapping"),
        ("A: {thicknesses: {1: 5}}", "region 'A': 'layers' is missing"),
        ("A: {layers: []}", "region 'A': 'layers' is missing or empty"),
        ("A: text", "region 'A': must be a mapping"),
        ("A: {layers: [1], thicknesses: {1: thin}}", "layer 1: 'thin' is not a length"),
        ("A: {layers: [1], thicknesses: {1: .nan}}", "layer 1: nan is not a length"),
        ("A: {layers: [1], thicknesses: {1: -3}}", "layer 1: -3 is not a length"),
        ("A: {layers: [1], thicknesses: {1: 1" + "0" * 400 + "}}", "is not a length"),
        ("A: {layers: [1" + "0" * 400 + "]}", "cannot be the name of a layer"),
        ("A: {layers: [../x]}", "cannot be the name of a layer"),
        ("A: {layers: [1.5]}", "cannot be the name of a layer"),
        ("A: {layers: [1]}\nA: {layers: [2]}", "line 2, column 1: key 'A' is twice"),
        ("A: {layers: [1], thicknesses: []}", "'thicknesses' must be a mapping"),
        ("A: {layers: [1], directions: 3}", "'directions' must be a list"),
    ],
)
def test_bad_files_name_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InvalidInputError) as error:
        load_region_structure(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("path", [None, "no/such/file.yaml"])
def test_missing_file(path: str | None) -> None:
    with pytest.raises(InvalidInputError, match="not found"):
        load_region_structure(path)
