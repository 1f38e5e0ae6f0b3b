from __future__ import annotations

import copy
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from voxcell import RegionMap

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import CellTypes, encode_cell_types
from region_grower_hpc.synthesis.consistency import (
    warn_of_constraints_without_layers,
    warn_of_replaced_apical_targets,
)
from region_grower_hpc.synthesis.recipe import make_recipes
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import Region, RegionStructure
from region_grower_hpc.synthesis.verification import TmdInputs, verify

DENDRITE = {
    "branching_method": "bio_oriented",
    "growth_method": "tmd",
    "metric": "path_distances",
    "modify": None,
    "orientation": None,
    "randomness": 0.15,
    "step_size": {"norm": {"mean": 1.0, "std": 0.2}},
    "targeting": 0.12,
    "tree_type": 3,
}
PARAMETERS = {
    "axon": {},
    "apical_dendrite": {},
    "basal_dendrite": DENDRITE,
    "diameter_params": {"method": "uniform", "basal_dendrite": 0.6},
    "grow_types": ["basal_dendrite"],
    "origin": [0.0, 0.0, 0.0],
}
DISTRIBUTIONS = {
    "basal_dendrite": {
        "filtration_metric": "path_distances",
        "num_trees": {"data": {"bins": [3], "weights": [1]}},
        "persistence_diagram": [[[10.0, 0.0, 0.1, 0.2, 0.3, 0.4]]],
        "trunk": {
            "orientation_deviation": {"data": {"bins": [0.1], "weights": [1]}},
            "azimuth": {"uniform": {"min": 3.1, "max": 0.0}},
            "absolute_elevation_deviation": {"data": {"bins": [0.1], "weights": [1]}},
        },
    },
    "diameter": {"method": "uniform"},
    "soma": {"size": {"norm": {"mean": 5.0, "std": 0.1}}},
}
TARGET = {"layer": 1, "fraction": 0.5, "slope": 1.0, "intercept": 0.0}
STRUCTURE = RegionStructure(
    path=Path("region_structure.yaml"),
    regions={"O": Region(layers=(1, 2), thicknesses_um=(100, 200))},
)


def types_of(region: str = "O1", mtype: str = "M") -> CellTypes:
    hierarchy = {"id": 1, "acronym": "O", "children": [{"id": 2, "acronym": "O1"}]}
    mapper = RegionMapper(["O"], RegionMap.from_dict(hierarchy))
    return encode_cell_types([region], [mtype], mapper)


def inputs(**changes: Any) -> TmdInputs:
    """Valid inputs for (O, M); `changes` replace members of the parameters."""
    parameters = {**copy.deepcopy(PARAMETERS), **changes}
    return TmdInputs(
        parameters={"O": {"M": parameters}},
        distributions={"O": {"M": copy.deepcopy(DISTRIBUTIONS)}},
        parameters_path=Path("tmd_parameters.json"),
        distributions_path=Path("tmd_distributions.json"),
    )


def message_of(tmd: TmdInputs, types: CellTypes | None = None) -> str:
    with pytest.raises(InvalidInputError) as error:
        verify(tmd, types or types_of(), STRUCTURE)
    return str(error.value)


def test_valid_inputs_pass_and_give_recipes() -> None:
    tmd, types = inputs(), types_of()
    verify(tmd, types, STRUCTURE)
    recipe = make_recipes(tmd, types, STRUCTURE.cortical_depths_um())[0, 0]
    assert (recipe.region, recipe.mtype) == ("O", "M")
    assert recipe.cortical_depths_um == [100, 300]
    assert recipe.parameters is tmd.parameters["O"]["M"]
    assert not recipe.has_y_direction
    assert not recipe.has_oriented_trunks
    assert not recipe.has_hard_limits


def test_missing_entries() -> None:
    assert message_of(inputs(), types_of(mtype="X")).startswith(
        "Missing distributions for mtype 'X' in region 'O': tmd_distributions.json"
    )
    assert "mtype 'M' in region 'Z'" in message_of(inputs(), types_of(region="Z"))
    tmd = inputs()
    tmd.parameters["O"].clear()
    assert message_of(tmd).startswith(
        "Missing parameters for mtype 'M' in region 'O': tmd_parameters.json"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"basal_dendrite": {**DENDRITE, "randomness": "a"}}, "'O/M/basal_dendrite"),
        ({"diameter_params": {"method": 3}}, "'O/M/diameter_params/method'"),
        ({"diameter_params": {}}, "'O/M/diameter_params"),
        ({"context_constraints": {"axon": {"extent_to_target": TARGET}}}, "axon"),
        (
            {"context_constraints": {"basal_dendrite": {"extent_to_target": {"layer": 1}}}},
            "'O/M/context_constraints/basal_dendrite/extent_to_target/fraction': is missing",
        ),
        (
            {
                "context_constraints": {
                    "basal_dendrite": {"hard_limit_max": {"layer": 7, "fraction": 0}}
                }
            },
            "'O/M/context_constraints/basal_dendrite/hard_limit_max/layer'",
        ),
        (
            {
                "context_constraints": {
                    "basal_dendrite": {"hard_limit_max": {"layer": 3, "fraction": 0}}
                }
            },
            "layer 3, but the region has 2 layers",
        ),
        ({"grow_types": ["basal"]}, "'O/M/grow_types"),
        ({"grow_types": ["axon"]}, "'O/M/axon/orientation' is missing"),
    ],
)
def test_the_first_offending_key_is_named(changes: dict[str, Any], message: str) -> None:
    found = message_of(inputs(**changes))
    assert found.startswith("tmd_parameters.json: key ")
    assert message in found


def test_bad_distributions_are_named() -> None:
    tmd = inputs()
    tmd.distributions["O"]["M"]["soma"] = {"size": {"norm": {"mean": 1.0}}}
    assert message_of(tmd).startswith("tmd_distributions.json: key 'O/M/soma/size")
    tmd = inputs()
    del tmd.distributions["O"]["M"]["basal_dendrite"]["num_trees"]
    assert "key 'O/M/basal_dendrite/num_trees' is missing" in message_of(tmd)


def test_swapped_files_are_told() -> None:
    tmd = inputs()
    tmd = replace(tmd, parameters=tmd.distributions, distributions=tmd.parameters)
    found = message_of(tmd)
    assert found.startswith("tmd_distributions.json: key 'O/M': has grow_types and diameter_params")
    assert found.endswith("were --tmd-parameters and --tmd-distributions swapped?")
    tmd = inputs()
    tmd.parameters["O"]["M"] = tmd.distributions["O"]["M"]
    assert message_of(tmd).startswith("tmd_parameters.json: key 'O/M': has soma and diameter")


def test_external_diameters_need_both_files() -> None:
    tmd = inputs()
    tmd.distributions["O"]["M"]["diameter"] = {"method": "external"}
    assert "need 'external' here too" in message_of(tmd)


def test_constraints_without_layers_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    constraints = {"basal_dendrite": {"extent_to_target": TARGET}}
    tmd = inputs(context_constraints=constraints)
    tmd.distributions["Z"] = tmd.distributions["O"]
    tmd.parameters["Z"] = tmd.parameters["O"]
    with caplog.at_level(logging.WARNING):
        assert warn_of_constraints_without_layers(tmd, types_of(), STRUCTURE) == []
        assert not caplog.records
        pairs = warn_of_constraints_without_layers(tmd, types_of(region="Z"), STRUCTURE)
    assert pairs == [("default", "M")]
    assert len(caplog.records) == 1


def test_a_replaced_apical_target_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    constraints = {
        name: {"extent_to_target": TARGET} for name in ("apical_dendrite", "basal_dendrite")
    }
    types = ["basal_dendrite", "apical_dendrite"]
    with caplog.at_level(logging.WARNING):
        both = inputs(context_constraints=constraints, grow_types=types)
        assert warn_of_replaced_apical_targets(both, types_of()) == ["M"]
        assert len(caplog.records) == 1
        assert warn_of_replaced_apical_targets(inputs(), types_of()) == []
