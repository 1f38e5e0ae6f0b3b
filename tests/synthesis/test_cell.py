from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from morphio import PointLevel, SectionType
from morphio.mut import Morphology

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.growers import GrownNeuron, GrowthRetry
from region_grower_hpc.synthesis.recipe import CellRecipe

POSITION_UM = np.array([100.0, 200.0, 300.0])
TILTED = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
LIMITED = {"apical_dendrite": {"hard_limit_max": {"layer": 1, "fraction": 1.0}}}


@dataclass
class Stick:
    """A grower of one apical stick of 10 µm, after some failed attempts."""

    failed_attempts: int = 0
    apical_section: int | None = 0
    calls: list[dict[str, Any]] = field(default_factory=list)

    def grow(
        self,
        parameters: Mapping[str, Any],
        distributions: Mapping[str, Any],
        context: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> GrownNeuron:
        self.calls.append({"parameters": parameters, "context": context, "draw": rng.random()})
        if len(self.calls) <= self.failed_attempts:
            raise GrowthRetry("no luck") from ValueError("no luck")
        cell = Morphology()
        origin = np.array(parameters["origin"])
        cell.soma.points = [origin]
        cell.soma.diameters = [1.0]
        points = [origin, origin + np.array([0, 10, 0])]
        cell.append_root_section(PointLevel(points, [1, 1]), SectionType.apical_dendrite)
        return GrownNeuron(cell, (self.apical_section,))


def recipe(orientation: Any = None, constraints: Any = None) -> CellRecipe:
    return CellRecipe(
        region="R",
        mtype="M",
        parameters={
            "grow_types": ["apical_dendrite"],
            "apical_dendrite": {"orientation": orientation, "modify": None},
            "context_constraints": constraints or {},
            "origin": [0.0, 0.0, 0.0],
        },
        distributions={},
        cortical_depths_um=None,
    )


def cell(**changes: Any) -> CellInputs:
    values: dict[str, Any] = {
        "gid": 7,
        "seed": 11,
        "position_um": POSITION_UM,
        "orientation": np.eye(3),
        "depth_um": 50.0,
        "layer_depths_um": [0.0, 100.0],
    }
    return CellInputs(**{**values, **changes})


def test_the_soma_ends_at_the_origin() -> None:
    result = synthesize_cell(cell(), recipe(), Stick())
    np.testing.assert_array_equal(result.morphology.soma.points, [[0, 0, 0]])
    np.testing.assert_array_equal(result.apical_points, [[0, 10, 0]])
    assert result.apical_sections == (0,)
    assert result.debug_infos == {}


def test_the_recipe_is_not_changed() -> None:
    shared = recipe([[0, 1, 0]], LIMITED)
    before = copy.deepcopy(shared)
    grower = Stick()
    synthesize_cell(cell(orientation=TILTED), shared, grower)
    assert shared == before
    grown_with = grower.calls[0]["parameters"]
    assert grown_with["origin"] == POSITION_UM.tolist()
    assert grown_with["apical_dendrite"]["orientation"] == [[-1.0, 0.0, 0.0]]
    assert grown_with["apical_dendrite"]["modify"]["kwargs"]["target_um"] == 1


def test_modes_get_the_direction_of_the_pia() -> None:
    grower = Stick()
    synthesize_cell(cell(orientation=TILTED), recipe({"mode": "uniform"}), grower)
    synthesize_cell(cell(orientation=TILTED), recipe(None), grower)
    assert grower.calls[0]["context"]["y_direction"] == [-1.0, 0.0, 0.0]
    assert "y_direction" not in grower.calls[1]["context"]


def test_attempts_share_one_stream() -> None:
    grower = Stick(failed_attempts=2)
    synthesize_cell(cell(), recipe(), grower)
    expected = np.random.default_rng(11).random(3).tolist()
    assert [call["draw"] for call in grower.calls] == expected


def test_attempts_end() -> None:
    grower = Stick(failed_attempts=99)
    with pytest.raises(TaskFailure) as caught:
        synthesize_cell(cell(), recipe(), grower, max_attempts=4)
    assert len(grower.calls) == 4
    assert (caught.value.kind, caught.value.message, caught.value.error) == (
        "growth",
        "Too many attempts at synthesizing cell with NeuroTS",
        "ValueError",
    )


def test_a_tree_without_apical_section_is_valid() -> None:
    result = synthesize_cell(cell(), recipe(), Stick(apical_section=None))
    assert result.apical_points.shape == (0, 3)
    assert result.apical_sections == ()


@pytest.mark.parametrize(
    ("orientation", "constraints", "layers", "fails"),
    [
        (None, None, [0.0, 100.0], False),
        ([[0, 1, 0]], None, [0.0, 100.0], True),
        ({"mode": "uniform"}, None, None, True),
        (None, LIMITED, [0.0, 100.0], True),
        (None, LIMITED, None, False),
    ],
)
def test_nan_orientation_fails_only_cells_that_need_it(
    orientation: Any, constraints: Any, layers: Any, fails: bool
) -> None:
    nowhere = cell(orientation=np.full((3, 3), np.nan), layer_depths_um=layers)
    if not fails:
        synthesize_cell(nowhere, recipe(orientation, constraints), Stick())
        return
    with pytest.raises(TaskFailure, match=r"gid 7: NaN in orientation\.nrrd") as caught:
        synthesize_cell(nowhere, recipe(orientation, constraints), Stick())
    assert caught.value.kind == "input"


def test_hard_limits_follow_the_direction_of_the_pia() -> None:
    result = synthesize_cell(cell(depth_um=5.0), recipe(None, LIMITED), Stick())
    np.testing.assert_allclose(result.apical_points, [[0, 5, 0]])
    tilted = synthesize_cell(cell(depth_um=5.0, orientation=TILTED), recipe(None, LIMITED), Stick())
    np.testing.assert_allclose(tilted.apical_points, [[0, 10, 0]])


def test_debug_infos_on_demand() -> None:
    result = synthesize_cell(
        cell(depth_um=5.0), recipe(None, LIMITED), Stick(), with_debug_infos=True
    )
    assert "default_func" in result.debug_infos["input_scaling"]
    assert result.debug_infos["neurite_hard_limit_rescaling"][0]["scale"] == pytest.approx(0.5)


def test_nan_in_a_needed_layer_names_the_cell() -> None:
    with pytest.raises(TaskFailure, match="gid 7: Nan in some PH values") as caught:
        synthesize_cell(cell(layer_depths_um=[0.0, np.nan]), recipe(None, LIMITED), Stick())
    assert caught.value.kind == "input"
