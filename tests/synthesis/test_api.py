"""The class with region-grower's name, from Python."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import yaml

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis import RegionMapper, SynthesizeMorphologies

pytestmark = pytest.mark.shared


@pytest.fixture
def keywords(shared_data: Path, tmp_path: Path) -> dict[str, Any]:
    """The case o1wf as keyword arguments."""
    case = shared_data / "synthesis" / "o1wf"
    return {
        "input_cells": case / "input_cells.mvd3",
        "tmd_parameters": case / "tmd_parameters.json",
        "tmd_distributions": case / "tmd_distributions.json",
        "atlas": case / "../atlas_o1small",
        "region_structure": case / "../region_structure.yaml",
        "out_cells": tmp_path / "circuit.h5",
        "out_apical": tmp_path / "apical.yaml",
        "out_morph_dir": tmp_path / "morphs",
        "out_morph_ext": ["h5"],
        "nb_processes": 0,
    }


@pytest.fixture
def expected(shared_data: Path) -> Any:
    return np.load(shared_data / "synthesis" / "o1wf" / "expected.npz")


def test_the_constructor_tells_where_the_cells_are(keywords: dict[str, Any]) -> None:
    synthesis = SynthesizeMorphologies(**keywords)
    assert synthesis.task_ids.tolist() == list(range(12))
    assert synthesis.cortical_depths["O0"] == [165, 314, 667, 857, 1382, 2082]
    assert synthesis.cortical_depths["default"] is None
    assert set(synthesis.cells_data["synthesis_region"]) == {"O0"}
    assert isinstance(synthesis.region_mapper, RegionMapper)
    first = synthesis.cells_data.loc[0]
    assert first["layer_depths"][0] == 0
    assert len(first["layer_depths"]) == 7
    assert 25 <= first["current_depth"] <= 5000
    np.testing.assert_allclose(np.linalg.det(first["orientation"]), 1.0)
    assert set(synthesis.tmd_parameters["O0"]) == {"L1_DAC", "L3_TPC:A"}
    assert set(synthesis.tmd_distributions["O0"]) == {"L1_DAC", "L3_TPC:A"}
    synthesis.verify()
    synthesis.set_default_params_and_distrs()
    synthesis.verify()


def test_depths_are_clipped(keywords: dict[str, Any]) -> None:
    synthesis = SynthesizeMorphologies(**keywords, min_depth=100, max_depth=150)
    assert synthesis.cells_data["current_depth"].between(100, 150).all()
    synthesis.assign_atlas_data(min_depth=300, max_depth=300)
    assert (synthesis.cells_data["current_depth"] == 300).all()
    assert synthesis.settings.min_depth_um == synthesis.settings.max_depth_um == 300
    with pytest.raises(InvalidInputError, match="--min-depth 300"):
        synthesis.assign_atlas_data(min_depth=300, max_depth=200)
    assert synthesis.settings.max_depth_um == 300


@pytest.mark.parametrize("nb_processes", [0, pytest.param(2, marks=pytest.mark.mpi)])
def test_synthesize(keywords: dict[str, Any], expected: Any, nb_processes: int) -> None:
    result = SynthesizeMorphologies(**{**keywords, "nb_processes": nb_processes}).synthesize()
    assert result["name"].tolist() == expected["morphology"].tolist()
    apical = json.loads(str(expected["apical"]))
    found = [[point.tolist() for point in points] for points in result["apical_points"]]
    assert found == [[apical[name]] if apical[name] else [] for name in result["name"]]
    assert all(value is None for value in result["debug_infos"])
    assert keywords["out_cells"].exists()


def test_compute_and_finalize(keywords: dict[str, Any], expected: Any) -> None:
    synthesis = SynthesizeMorphologies(**keywords)
    result = synthesis.compute()
    assert result["name"].tolist() == expected["morphology"].tolist()
    assert result["seed"].tolist() == list(range(12))
    synthesis.finalize(result)
    assert yaml.safe_load(keywords["out_apical"].read_text()) == json.loads(str(expected["apical"]))
    name = expected["morphology"][1]
    points = slice(*expected["points_offset"][1:3])
    with h5py.File(keywords["out_morph_dir"] / f"{name}.h5") as file:
        np.testing.assert_array_equal(file["points"], expected["points"][points])


def test_the_default_format_is_swc(keywords: dict[str, Any]) -> None:
    del keywords["out_morph_ext"]
    assert SynthesizeMorphologies(**keywords).settings.out_morph_ext == ("swc",)


def test_inconsistent_context_is_warned_about(
    keywords: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    structure = tmp_path / "structure.yaml"
    structure.write_text("mc0;5: {layers: [1, 2], thicknesses: {1: 100, 2: 100}}\n")
    distributions = json.loads(keywords["tmd_distributions"].read_text())
    parameters = json.loads(keywords["tmd_parameters"].read_text())
    for name, data in (("tmd_distributions", distributions), ("tmd_parameters", parameters)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"default": data["O0"]}))
        keywords[name] = path
    keywords["region_structure"] = structure
    with caplog.at_level(logging.WARNING):
        SynthesizeMorphologies(**keywords).check_context_consistency()
    assert "inconsistent context and constraints" in caplog.text
    assert "L1_DAC" in caplog.text


def test_impossible_numbers_are_refused(keywords: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="--rotational-jitter-std -5"):
        SynthesizeMorphologies(**keywords, rotational_jitter_std=-5)
