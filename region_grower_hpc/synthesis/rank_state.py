"""What a rank holds while it grows cells: made once, from the plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan
from region_grower_hpc.native.constraints import OrientationField
from region_grower_hpc.synthesis.axons.axon_graft import AxonGraft
from region_grower_hpc.synthesis.axons.donors import Donors
from region_grower_hpc.synthesis.cell_environment import CellEnvironment, CellInputs
from region_grower_hpc.synthesis.constraints.cell_constraints import (
    ConstraintsOfCell,
    GrowthConstraints,
)
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.growers import Grower
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.planning import SynthesisContext
from region_grower_hpc.synthesis.recipe import CellRecipe
from region_grower_hpc.synthesis.settings import SynthesisSettings


@dataclass(frozen=True)
class RankState:
    """The shared arrays by name, and what is loaded once a rank.

    Attributes:
        settings: of the run.
        shared: arrays of all cells, by gid.
        context: of the plan.
        environment: places of the cells.
        growers: by name, those that the recipes ask for.
        donors: of axons; None where none are grafted.
        constraints: of each synthesis region that has some.
    """

    settings: SynthesisSettings
    shared: Mapping[str, NDArray[Any]]
    context: SynthesisContext
    environment: CellEnvironment
    growers: Mapping[str, Grower]
    donors: Donors | None
    constraints: Mapping[str, GrowthConstraints]

    @classmethod
    def of(cls, settings: SynthesisSettings, plan: Plan) -> RankState:
        """Import the growers and wrap the shared arrays; meshes and donors are read when needed."""
        shared = plan.shared
        environment = CellEnvironment(
            shared["positions_um"],
            shared["orientations"],
            shared["depths_um"],
            shared["layer_depths_um"],
            shared["n_layers"],
        )
        folder = settings.base_morph_dir if "axon_codes" in shared else None
        names = {recipe.grower for recipe in plan.context.recipes.values()}
        return cls(
            settings=settings,
            shared=shared,
            context=plan.context,
            environment=environment,
            growers={name: make_grower(name) for name in sorted(names)},
            donors=None if folder is None else Donors(folder),
            constraints=_constraints(plan),
        )

    def inputs(self, gid: int) -> CellInputs:
        """Place and seed of a cell."""
        return self.environment.cell(gid, cell_seed(self.settings.seed, gid))

    def recipe(self, gid: int) -> CellRecipe:
        """Parameters of a cell."""
        kind = int(self.shared["region_codes"][gid]), int(self.shared["mtype_codes"][gid])
        return self.context.recipes[kind]

    def graft(self, gid: int) -> AxonGraft | None:
        """The axon that a cell gets."""
        if self.donors is None:
            return None
        scale = float(self.shared["axon_scales"][gid])
        return AxonGraft(
            donors=self.donors,
            name=self.context.donor_names[int(self.shared["axon_codes"][gid])],
            scale=None if math.isnan(scale) else scale,
            rotational_jitter_std_deg=self.settings.rotational_jitter_std_deg,
            scaling_jitter_std=self.settings.scaling_jitter_std,
        )

    def constrain(self, cell: CellInputs) -> ConstraintsOfCell | None:
        """Directions and boundaries that apply to a cell; None in a region without any.

        Raises:
            TaskFailure: kind `input`, the atlas or a mesh lacks what they need at the cell.
        """
        region = self.context.synthesis_region_names[int(self.shared["region_codes"][cell.gid])]
        if region not in self.constraints:
            return None
        return self.constraints[region].for_cell(
            cell,
            self.context.mtype_names[int(self.shared["mtype_codes"][cell.gid])],
            _named(self.context.mclass_names, self.shared.get("mclass_codes"), cell.gid),
            int(self.shared["glomerulus_ids"][cell.gid]) if "glomerulus_ids" in self.shared else -1,
        )


def _constraints(plan: Plan) -> dict[str, GrowthConstraints]:
    context, meshes = plan.context, MeshStore()
    orientations = None
    if "orientation_voxels" in plan.shared:
        orientations = OrientationField(plan.shared["orientation_voxels"], *context.grid)
    return {
        region: GrowthConstraints(entries, orientations, VoxelGrid(*context.grid), meshes)
        for region, entries in context.constraints.items()
    }


def _named(names: Sequence[str], codes: NDArray[np.integer[Any]] | None, gid: int) -> str | None:
    """The name of a cell's code; None without codes, and for a cell without name."""
    if codes is None or codes[gid] < 0:
        return None
    return names[int(codes[gid])]
