from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import voxcell

from region_grower_hpc.formats.morphology import from_morphio
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.constraints.cell_constraints import (
    ConstraintsOfCell,
    GrowthConstraints,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.orientation_volume import OrientationVolume
from region_grower_hpc.synthesis.constraints.region import read_growth_constraints
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.growers import GrownNeuron, NeuroTSGrower
from region_grower_hpc.synthesis.region_structure import load_region_structure
from tests.synthesis.cases import load_case

pytestmark = [pytest.mark.shared, pytest.mark.parity]


class ConstrainedGrower(NeuroTSGrower):
    def __init__(self, constraints: ConstraintsOfCell) -> None:
        super().__init__()
        self.constraints = constraints.constraints

    def grow(
        self, parameters: Any, distributions: Any, context: Mapping[str, Any], rng: Any
    ) -> GrownNeuron:
        context = {**context, "constraints": self.constraints}
        return super().grow(parameters, distributions, context, rng)


@pytest.mark.parametrize("gid", [0, 3])
def test_cells_with_a_mesh_and_directions_equal_the_peer_s(shared_data: Path, gid: int) -> None:
    folder = shared_data / "synthesis" / "boundary"
    case = load_case(folder)
    mtypes = set(case.types.mtypes)
    structure = load_region_structure(folder / "region_structure.yaml")
    atlas = folder.parent / "atlas_o1small"
    field = voxcell.OrientationField.load_nrrd(atlas / "orientation.nrrd")
    constraints = GrowthConstraints(
        read_growth_constraints(structure, {"O0": mtypes})["O0"],
        OrientationVolume(field.raw, field.offset, field.voxel_dimensions),
        VoxelGrid(field.offset, field.voxel_dimensions),
        MeshStore(),
    ).for_cell(case.inputs(gid), case.recipe(gid).mtype)
    assert len(constraints.constraints) == 3

    result = synthesize_cell(case.inputs(gid), case.recipe(gid), ConstrainedGrower(constraints))
    written, expected = from_morphio(result.morphology), case.expected_cell(gid)
    np.testing.assert_array_equal(written.structure, expected["structure"])
    np.testing.assert_array_equal(written.points, expected["points"])
