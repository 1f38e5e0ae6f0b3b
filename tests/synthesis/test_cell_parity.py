from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.synthesis.cell import SynthesizedCell, synthesize_cell
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.growers import Grower
from region_grower_hpc.synthesis.names import morphology_name
from tests.synthesis.cases import Case, load_case

pytestmark = [pytest.mark.shared, pytest.mark.parity]


@pytest.fixture(scope="module", params=["native", "neurots"])
def grower(request: pytest.FixtureRequest) -> Grower:
    if request.param == "neurots":
        pytest.importorskip("neurots", reason="needs the extra [neurots]")
    return make_grower(request.param)


@pytest.fixture(scope="module", params=["uniform", "external", "o1wf"])
def case(request: pytest.FixtureRequest, shared_data: Path) -> Case:
    return load_case(shared_data / "synthesis" / request.param)


def grow(case: Case, gid: int, grower: Grower) -> SynthesizedCell:
    return synthesize_cell(case.inputs(gid), case.recipe(gid), grower)


@pytest.mark.parametrize("gid", [0, 7])
def test_cells_equal_the_peer_s_bit_for_bit(case: Case, grower: Grower, gid: int) -> None:
    recipe_before = copy.deepcopy(case.recipe(gid))
    result = grow(case, gid, grower)
    written = result.morphology
    expected = case.expected_cell(gid)

    assert not case.errors
    assert morphology_name(case.inputs(gid).seed) == expected["name"]
    np.testing.assert_array_equal(written.structure, expected["structure"])
    np.testing.assert_array_equal(written.points, expected["points"])
    if expected["apical"] is None:
        assert result.apical_points.shape == (0, 3)
    else:
        assert result.apical_points[0].tolist() == expected["apical"]
    assert case.recipe(gid) == recipe_before


def test_a_cell_does_not_depend_on_the_cells_before_it(case: Case, grower: Grower) -> None:
    first = grow(case, 0, make_grower("native")).morphology
    grow(case, 1, grower)
    again = grow(case, 0, grower).morphology
    np.testing.assert_array_equal(first.points, again.points)
