"""The Job of synthesis: one task a cell."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import (
    Failure,
    Job,
    Plan,
    Result,
    StoredResult,
)
from region_grower_hpc.errors import RegionGrowerHpcError, TaskFailure, TooManyFailuresError
from region_grower_hpc.formats.morphology import MorphologyArrays, check_storable, from_morphio
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.cell import SynthesizedCell, synthesize_cell
from region_grower_hpc.synthesis.cell_environment import CellEnvironment
from region_grower_hpc.synthesis.growers import Grower, NeuroTSGrower
from region_grower_hpc.synthesis.names import cell_seed, morphology_name, morphology_path
from region_grower_hpc.synthesis.predicted_cost import predicted_cost_s
from region_grower_hpc.synthesis.preparation import prepare
from region_grower_hpc.synthesis.recipe import CellRecipe
from region_grower_hpc.synthesis.settings import SynthesisSettings

LOGGER = logging.getLogger(__name__)

ROW = np.dtype(
    [
        ("n_points", "i4"),
        ("n_sections", "i4"),
        ("has_apical", "?"),
        # Of the first apical tree, µm from the soma; zeros without one.
        ("apical_point", "f4", (3,)),
    ]
)


@dataclass(frozen=True)
class SynthesisContext:
    """What every rank gets beside the arrays.

    Attributes:
        recipes: by region code and mtype code.
        errors: {gid: message} of cells that the atlas cannot place.
        region_names, mtype_names: of the codes.
        levels: of hashed sub-folders.
    """

    recipes: Mapping[tuple[int, int], CellRecipe]
    errors: Mapping[int, str]
    region_names: Sequence[str]
    mtype_names: Sequence[str]
    levels: int | None


@dataclass(frozen=True)
class SynthesisState:
    """What a rank holds while it grows cells."""

    environment: CellEnvironment
    region_codes: NDArray[np.integer[Any]]
    mtype_codes: NDArray[np.integer[Any]]
    context: SynthesisContext
    grower: Grower


@dataclass(frozen=True)
class SynthesisJob(Job[SynthesisState]):
    """Grow a morphology for every cell of a population; the task id is the gid."""

    settings: SynthesisSettings
    name = "synthesize-morphologies"

    def plan(self) -> Plan:
        """Check all inputs and look up the place of every cell in the atlas."""
        settings = self.settings
        preparation = prepare(settings)
        if preparation.n_cells == 0:
            LOGGER.warning("The population to synthesize is empty!")
        environment, errors = preparation.environment(settings.min_depth_um, settings.max_depth_um)
        types, recipes = preparation.types, preparation.recipes()
        kinds = list(recipes)
        pairs = np.stack([types.region_codes, types.mtype_codes], axis=1)
        groups = np.zeros(preparation.n_cells, dtype=np.int64)
        costs_s = np.zeros(preparation.n_cells)
        for number, kind in enumerate(kinds):
            members = (pairs == kind).all(axis=1)
            groups[members] = number
            costs_s[members] = predicted_cost_s(recipes[kind])
        context = SynthesisContext(recipes, errors, types.regions, types.mtypes, preparation.levels)
        return Plan(
            tasks=np.arange(preparation.n_cells, dtype=np.int64),
            costs_s=costs_s,
            row_dtype=ROW,
            options=self._options(),
            inputs=self._inputs(preparation.atlas.paths(preparation.volumes())),
            outputs=outputs.paths(settings, preparation.n_cells),
            shared={
                "positions_um": environment.positions_um,
                "orientations": environment.orientations,
                "depths_um": environment.depths_um,
                "layer_depths_um": environment.layer_depths_um,
                "n_layers": environment.n_layers,
                "region_codes": types.region_codes,
                "mtype_codes": types.mtype_codes,
            },
            context=context,
            cost_groups=groups,
            cost_group_names=[
                f"{types.regions[region]}/{types.mtypes[mtype]}" for region, mtype in kinds
            ],
        )

    def warm_up(self) -> None:
        """Import NeuroTS, which takes longer than all else before the first cell."""
        NeuroTSGrower()

    def setup(self, plan: Plan) -> SynthesisState:
        """Import the grower and wrap the shared arrays."""
        import morphio

        morphio.set_maximum_warnings(0)
        shared = plan.shared
        environment = CellEnvironment(
            shared["positions_um"],
            shared["orientations"],
            shared["depths_um"],
            shared["layer_depths_um"],
            shared["n_layers"],
        )
        return SynthesisState(
            environment,
            shared["region_codes"],
            shared["mtype_codes"],
            plan.context,
            NeuroTSGrower(),
        )

    def run(self, state: SynthesisState, task: int) -> Result:
        """Grow one cell."""
        cell = self.grow(state, task)
        arrays = self.arrays(cell)
        has_apical = len(cell.apical_points) > 0
        apical_point = cell.apical_points[0] if has_apical else np.zeros(3, dtype=np.float32)
        row = (len(arrays.points), len(arrays.structure), has_apical, apical_point)
        if self.settings.skip_write:
            return Result(row)
        return Result(row, {"points": arrays.points, "structure": arrays.structure})

    def grow(self, state: SynthesisState, gid: int) -> SynthesizedCell:
        """The neuron of one cell.

        Raises:
            TaskFailure: it cannot be grown.
        """
        if gid in state.context.errors:
            raise TaskFailure("input", state.context.errors[gid])
        kind = int(state.region_codes[gid]), int(state.mtype_codes[gid])
        return synthesize_cell(
            state.environment.cell(gid, cell_seed(self.settings.seed, gid)),
            state.context.recipes[kind],
            state.grower,
            min_hard_scale=self.settings.min_hard_scale,
        )

    @staticmethod
    def arrays(cell: SynthesizedCell) -> MorphologyArrays:
        """The neuron as it is written.

        Raises:
            TaskFailure: nothing is left of it that a file could hold.
        """
        arrays = from_morphio(cell.morphology)
        try:
            check_storable(arrays)
        except ValueError as error:
            raise TaskFailure("growth", str(error), type(error).__name__) from error
        return arrays

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write the morphologies of some cells."""
        if self.settings.skip_write:
            return
        named = (
            (self.path_of(result.task, plan.context.levels), MorphologyArrays(**result.arrays))
            for result in results
        )
        outputs.write_shard(self.settings, shard, list(named))

    def gather(self, plan: Plan, rows: NDArray[Any], failures: Sequence[Failure]) -> None:
        """Write cells, apical points, failures and the container of all morphologies."""
        settings, context = self.settings, plan.context
        made = np.ones(plan.n_tasks, dtype=bool)
        made[[failure.task for failure in failures]] = False
        gids = np.flatnonzero(made)
        paths = {int(gid): self.path_of(int(gid), context.levels) for gid in gids}
        if settings.writes_container and plan.n_tasks:
            shards = [
                [paths[gid] for gid in plan.tasks[plan.shard(shard)].tolist() if made[gid]]
                for shard in range(plan.n_shards)
            ]
            outputs.write_container(settings, shards)
        if settings.out_apical is not None and plan.n_tasks:
            points = {
                name: rows[gid]["apical_point"] if rows[gid]["has_apical"] else None
                for gid, name in paths.items()
            }
            outputs.write_apical_points(settings.out_apical, points)
        outputs.write_failures(
            settings.failures_csv,
            failures,
            [context.mtype_names[code] for code in plan.shared["mtype_codes"]],
            [context.region_names[code] for code in plan.shared["region_codes"]],
        )
        outputs.write_cells(settings.input_cells, settings.out_cells, paths)

    def verdict(
        self, n_tasks: int, failed: Mapping[str, int], max_failed_ratio: float | None
    ) -> RegionGrowerHpcError | None:
        """Growth failures only drop the cell, unless --max-failed-ratio counts them."""
        n_failed = sum(failed.values())
        told = f"{n_failed} of {n_tasks} cells failed, see {self.settings.failures_csv}"
        if n_tasks and n_failed == n_tasks:
            return TooManyFailuresError(f"no cell succeeded; see {self.settings.failures_csv}")
        if max_failed_ratio is not None:
            if n_failed > max_failed_ratio * n_tasks:
                return TooManyFailuresError(f"{told}; --max-failed-ratio is {max_failed_ratio:g}")
            return None
        if n_failed > failed.get("growth", 0):
            return TooManyFailuresError(f"{told}; --max-failed-ratio F allows some")
        return None

    def path_of(self, gid: int, levels: int | None) -> str:
        """The `morphology` property of a cell: hashed sub-folders and name."""
        return morphology_path(morphology_name(cell_seed(self.settings.seed, gid)), levels)

    def _options(self) -> dict[str, Any]:
        """Every choice that changes what is written."""
        settings = self.settings
        return {
            "seed": settings.seed,
            "min_depth_um": settings.min_depth_um,
            "max_depth_um": settings.max_depth_um,
            "min_hard_scale": settings.min_hard_scale,
            "synthesize_axons": settings.synthesize_axons,
            "container": settings.container,
            "writes_container": settings.writes_container,
            "out_morph_ext": sorted(settings.out_morph_ext) if settings.writes_files else [],
            "max_files_per_dir": settings.max_files_per_dir,
            "skip_write": settings.skip_write,
            "out_cells": settings.out_cells.suffix,
            "out_apical": settings.out_apical is not None,
        }

    def _inputs(self, volumes: Sequence[Path]) -> dict[str, Path]:
        """Files whose content changes results, by their role."""
        settings = self.settings
        return {
            "--input-cells": settings.input_cells,
            "--tmd-parameters": settings.tmd_parameters,
            "--tmd-distributions": settings.tmd_distributions,
            "--region-structure": settings.region_structure,
            **{f"--atlas {path.name}": path for path in volumes},
        }
