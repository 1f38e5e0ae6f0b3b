from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.native._kernels import Neuron
from region_grower_hpc.synthesis.barcode_scaling import TO_LAYERS, ScalingRecord
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.growers import GrownNeuron, GrowthRequest
from region_grower_hpc.synthesis.recipe import CellRecipe

POSITION_UM = np.array([100.0, 200.0, 300.0])
TILTED = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
LIMITED = {"apical_dendrite": {"hard_limit_max": {"layer": 1, "fraction": 1.0}}}


@dataclass
class Stick:
    """A grower of one apical stick of 10 µm."""

    apical_section: int | None = 0
    end_um: float = 10.0
    requests: list[GrowthRequest] = field(default_factory=list)
    draws: list[tuple[float, int]] = field(default_factory=list)

    def grow(
        self, request: GrowthRequest, rng: np.random.Generator, max_attempts: int
    ) -> GrownNeuron:
        self.requests.append(request)
        self.draws.append((rng.random(), max_attempts))
        origin = request.cell.position_um
        points = np.array([origin, origin + np.array([0, self.end_um, 0])])
        sections = np.array([[0, 2, 4, -1]])
        neuron = Neuron(points, np.ones(2), sections, origin[np.newaxis].repeat(3, axis=0))
        records = (ScalingRecord(TO_LAYERS, None, 1.0),)
        return GrownNeuron(neuron, (self.apical_section,), records)


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
    assert result.morphology.soma_size == 3
    np.testing.assert_array_equal(result.morphology.points[:3], np.zeros((3, 4)))
    np.testing.assert_array_equal(result.morphology.points[3:], [[0, 0, 0, 1], [0, 10, 0, 1]])
    assert result.morphology.structure.tolist() == [[0, 1, -1], [3, 4, 0]]
    np.testing.assert_array_equal(result.apical_points, [[0, 10, 0]])
    assert result.apical_sections == (0,)
    assert result.debug_infos == {}


def test_the_recipe_is_not_changed() -> None:
    shared = recipe([[0, 1, 0]], LIMITED)
    before = copy.deepcopy(shared)
    grower = Stick()
    synthesize_cell(cell(orientation=TILTED), shared, grower)
    assert shared == before
    (request,) = grower.requests
    assert request.recipe is shared
    assert request.scalings["apical_dendrite"].target_um == 1
    assert request.cell.towards_pia == [-1.0, 0.0, 0.0]


def test_growth_gets_the_cell_s_stream_and_its_attempts() -> None:
    grower = Stick()
    synthesize_cell(cell(), recipe(), grower, max_attempts=4)
    assert grower.draws == [(np.random.default_rng(11).random(), 4)]


def test_points_that_are_not_finite_fail_the_cell() -> None:
    with pytest.raises(TaskFailure, match="not finite") as caught:
        synthesize_cell(cell(), recipe(), Stick(end_um=np.nan))
    assert caught.value.kind == "growth"


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
    scaling = result.debug_infos["input_scaling"]["default_func"]["scaling"]
    assert scaling == [{"max_ph": None, "scaling_ratio": 1.0}]
    assert result.debug_infos["neurite_hard_limit_rescaling"][0]["scale"] == pytest.approx(0.5)


def test_nan_in_a_needed_layer_names_the_cell() -> None:
    with pytest.raises(TaskFailure, match="gid 7: Nan in some PH values") as caught:
        synthesize_cell(cell(layer_depths_um=[0.0, np.nan]), recipe(None, LIMITED), Stick())
    assert caught.value.kind == "input"
