"""What growth takes, but can hardly be meant, is told once with its place."""

from __future__ import annotations

import copy
import json
import logging
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from voxcell import RegionMap

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import encode_cell_types
from region_grower_hpc.synthesis.growth_doubts import KNOWN_PARAMETERS
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import Region, RegionStructure
from region_grower_hpc.synthesis.verification import TmdInputs, verify
from tests.synthesis.test_growth_inputs import (
    BASAL,
    DISTRIBUTIONS,
    EXTERNAL,
    ORIENTATION,
    PARAMETERS,
    changed,
)

MEASURED = changed(
    DISTRIBUTIONS,
    {f"{name}/filtration_metric": "path_distances" for name in (BASAL, "apical_dendrite")},
)
STRUCTURE = RegionStructure(
    path=Path("region_structure.yaml"),
    regions={name: Region(layers=(1,), thicknesses_um=(100.0,)) for name in ("A", "B")},
)
LIMIT = "context_constraints/basal_dendrite/hard_limit_max/fraction"
DATA = f"{BASAL}/num_trees/data"


def run_verification(
    parameters: dict[str, Any], distributions: dict[str, Any], regions: tuple[str, ...] = ("A",)
) -> None:
    tmd = TmdInputs(
        parameters={region: {"M": parameters} for region in regions},
        distributions={region: {"M": distributions} for region in regions},
        parameters_path=Path("tmd_parameters.json"),
        distributions_path=Path("tmd_distributions.json"),
    )
    hierarchy = {"id": 1, "acronym": "A", "children": [{"id": 2, "acronym": "B"}]}
    mapper = RegionMapper(["A", "B"], RegionMap.from_dict(hierarchy))
    types = encode_cell_types(list(regions), ["M"] * len(regions), mapper)
    verify(tmd, types, STRUCTURE)


def doubts(
    caplog: pytest.LogCaptureFixture,
    parameters: dict[str, Any] | None = None,
    distributions: dict[str, Any] | None = None,
    regions: tuple[str, ...] = ("A",),
) -> list[str]:
    """Warnings about the base entries with changes."""
    with caplog.at_level(logging.WARNING):
        run_verification(
            changed(PARAMETERS, parameters or {}), changed(MEASURED, distributions or {}), regions
        )
    assert {record.levelname for record in caplog.records} <= {"WARNING"}
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("parameters", "distributions"),
    [
        ({}, {}),
        ({"axon": {}, "pia_direction": [0, 1, 0], "comment": "mine"}, {}),
        ({LIMIT: 0}, {}),
        ({LIMIT: 1}, {}),
        ({f"{BASAL}/tree_type": 5, "diameter_params/custom5": 1.0}, {}),
        (
            {
                f"{BASAL}/growth_method": "axon_trunk",
                f"{BASAL}/metric": "trunk_length",
            },
            {f"{BASAL}/filtration_metric": ...},
        ),
        ({}, {DATA: {"bins": [0, 2], "weights": [9, 1]}}),
        (
            {
                "grow_types": [BASAL],
                ORIENTATION: {"mode": "pia_constraint", "values": {"form": "flat", "params": []}},
            },
            {DATA: {"bins": [1], "weights": [1]}},
        ),
        (
            {"diameter_params": {"method": "default"}, "grow_types": [BASAL]},
            {"diameter": {"method": "default", BASAL: [1.0]}},
        ),
    ],
)
def test_what_can_be_meant_is_taken_silently(
    caplog: pytest.LogCaptureFixture, parameters: dict[str, Any], distributions: dict[str, Any]
) -> None:
    assert doubts(caplog, parameters, distributions) == []


@pytest.mark.parametrize(
    ("parameters", "distributions", "key", "words"),
    [
        ({"context_constraint": {}}, {}, "context_constraint", "mean 'context_constraints'?"),
        ({"diameters": {}}, {}, "diameters", "not read: did you mean 'diameter_params'?"),
        ({"grow_type": []}, {}, "grow_type", "mean 'grow_types'?"),
        ({"grow_types": [BASAL, BASAL]}, {}, "grow_types", f"has '{BASAL}' 2 times"),
        ({"apical_dendrite/tree_type": 3}, {}, "apical_dendrite/tree_type", f"for '{BASAL}'"),
        ({f"{BASAL}/metric": "radial_distances"}, {}, f"{BASAL}/metric", "is 'path_distances'"),
        ({}, {f"{BASAL}/filtration_metric": ...}, f"{BASAL}/metric", "filtration_metric to tell"),
        ({"diameter_params": {"method": "M4"}}, {}, "diameter_params/method", "latter counts"),
        ({"diameter_params": {"method": "unifrom"}}, {}, "diameter_params/method", "'unifrom'"),
        ({LIMIT: 50}, {}, LIMIT, "percent?"),
        ({LIMIT: -0.1}, {}, LIMIT, "from 0 to 1"),
    ],
)
def test_doubts_about_parameters(
    caplog: pytest.LogCaptureFixture,
    parameters: dict[str, Any],
    distributions: dict[str, Any],
    key: str,
    words: str,
) -> None:
    (told,) = doubts(caplog, parameters, distributions)
    assert told.startswith(f"tmd_parameters.json: key 'A/M/{key}' ")
    assert words in told


@pytest.mark.parametrize("chosen", [{"method": "default"}, {**EXTERNAL, "models": ["simpler"]}])
def test_types_that_keep_the_diameter_of_growth_are_named(
    caplog: pytest.LogCaptureFixture, chosen: dict[str, Any]
) -> None:
    diameter = {"method": chosen["method"], BASAL: [1.0]}
    (told,) = doubts(caplog, {"diameter_params": chosen}, {"diameter": diameter})
    assert told.startswith("tmd_distributions.json: key 'A/M/diameter/apical_dendrite' ")
    assert "stay 1 µm" in told


@pytest.mark.parametrize(
    "orientation",
    [
        None,
        [[0, 1, 0], [1, 0, 0]],
        {"mode": "uniform", "values": None},
        {"mode": "sample_pairwise_angles", "values": None},
    ],
)
def test_cells_that_will_all_fail_are_told(
    caplog: pytest.LogCaptureFixture, orientation: Any
) -> None:
    (told,) = doubts(
        caplog,
        {"grow_types": [BASAL], ORIENTATION: orientation},
        {DATA: {"bins": [0, 1.9, 3], "weights": [1, 1, 0]}},
    )
    assert told.startswith(f"tmd_distributions.json: key 'A/M/{BASAL}/num_trees' gives at most 1,")


def test_entries_that_regions_share_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    (told,) = doubts(caplog, {LIMIT: 50}, regions=("A", "B"))
    assert "'A/M/" in told


def test_half_shared_entries_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    parameters = changed(PARAMETERS, {LIMIT: 50})
    tmd = TmdInputs(
        parameters={"A": {"M": parameters}, "B": {"M": parameters}},
        distributions={"A": {"M": MEASURED}, "B": {"M": copy.deepcopy(MEASURED)}},
        parameters_path=Path("tmd_parameters.json"),
        distributions_path=Path("tmd_distributions.json"),
    )
    hierarchy = {"id": 1, "acronym": "A", "children": [{"id": 2, "acronym": "B"}]}
    mapper = RegionMapper(["A", "B"], RegionMap.from_dict(hierarchy))
    verify(tmd, encode_cell_types(["A", "B"], ["M", "M"], mapper), STRUCTURE)
    assert len(caplog.records) == 1


def test_a_refusal_is_told_alone(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidInputError):
        doubts(caplog, {LIMIT: 50}, {f"{BASAL}/persistence_diagram": []})
    assert not caplog.records


def test_all_known_keys_are_those_of_the_schemas() -> None:
    folder = resources.files("region_grower_hpc.synthesis.schemas")
    known: set[str] = set()
    for name in ("tmd_parameters.json", "context_constraints.json"):
        known |= json.loads((folder / name).read_text(encoding="utf-8"))["properties"].keys()
    assert known == set(KNOWN_PARAMETERS)
