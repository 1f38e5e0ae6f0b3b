from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import voxcell

from region_grower_hpc.native.constraints import OrientationField
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.constraints.cell_constraints import GrowthConstraints
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.region import read_growth_constraints
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.region_structure import load_region_structure
from tests.synthesis.cases import load_case

pytestmark = [pytest.mark.shared, pytest.mark.parity]


@pytest.mark.parametrize("grower", ["native", "neurots"])
@pytest.mark.parametrize("gid", [0, 3])
def test_cells_with_a_mesh_and_directions_equal_the_peer_s(
    shared_data: Path, gid: int, grower: str
) -> None:
    if grower == "neurots":
        pytest.importorskip("neurots", reason="needs the extra [neurots]")
    folder = shared_data / "synthesis" / "boundary"
    case = load_case(folder)
    mtypes = set(case.types.mtypes)
    structure = load_region_structure(folder / "region_structure.yaml")
    atlas = folder.parent / "atlas_o1small"
    field = voxcell.OrientationField.load_nrrd(atlas / "orientation.nrrd")
    constraints = GrowthConstraints(
        read_growth_constraints(structure, {"O0": mtypes})["O0"],
        OrientationField(field.raw, field.offset, field.voxel_dimensions),
        VoxelGrid(field.offset, field.voxel_dimensions),
        MeshStore(),
    ).for_cell(case.inputs(gid), case.recipe(gid).mtype)
    assert len(constraints.in_force) == 3

    result = synthesize_cell(
        case.inputs(gid), case.recipe(gid), make_grower(grower), constrain=lambda _: constraints
    )
    expected = case.expected_cell(gid)
    np.testing.assert_array_equal(result.morphology.structure, expected["structure"])
    np.testing.assert_array_equal(result.morphology.points, expected["points"])
