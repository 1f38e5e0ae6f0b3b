"""The Job of synthesis: one task a cell."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import (
    Failure,
    Footprint,
    Job,
    Plan,
    Result,
    StoredResult,
    Written,
)
from region_grower_hpc.errors import RegionGrowerHpcError, TaskFailure, TooManyFailuresError
from region_grower_hpc.formats.morphology import MorphologyArrays, check_storable
from region_grower_hpc.synthesis import cell_record, outputs, part_morphologies
from region_grower_hpc.synthesis.cell import SynthesizedCell, synthesize_cell
from region_grower_hpc.synthesis.footprint import footprint
from region_grower_hpc.synthesis.gathering import gather
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.names import cell_path
from region_grower_hpc.synthesis.planning import make_plan
from region_grower_hpc.synthesis.rank_state import RankState
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.synthesis.written_cell import in_folder, written_of_cell


@dataclass(frozen=True)
class SynthesisJob(Job[RankState]):
    """Grow a morphology for every cell of a population; the task id is the gid."""

    settings: SynthesisSettings
    name = "synthesize-morphologies"

    def plan(self) -> Plan:
        """Check all inputs and look up the place of every cell in the atlas."""
        return make_plan(self.settings)

    def warm_up(self) -> None:
        """Import what grows cells; rank 0 tells if it is not installed."""
        with contextlib.suppress(ImportError):
            make_grower(self.settings.grower)

    def setup(self, plan: Plan) -> RankState:
        """Import the growers and wrap the shared arrays."""
        return RankState.of(self.settings, plan)

    def run(self, state: RankState, task: int) -> Result:
        """Grow one cell."""
        cell = self.grow(state, task)
        arrays = self.arrays(cell)
        has_apical = len(cell.apical_points) > 0
        apical_point = cell.apical_points[0] if has_apical else np.zeros(3, dtype=np.float32)
        row = (len(arrays.points), len(arrays.structure), has_apical, apical_point)
        described = cell_record.describe(cell, arrays, self.settings)
        if self.settings.skip_write:
            return Result(row, described)
        return Result(row, {"points": arrays.points, "structure": arrays.structure, **described})

    def grow(self, state: RankState, gid: int) -> SynthesizedCell:
        """The neuron of one cell.

        Raises:
            TaskFailure: it cannot be grown.
        """
        if gid in state.context.errors:
            raise TaskFailure("input", state.context.errors[gid])
        recipe = state.recipe(gid)
        return synthesize_cell(
            state.inputs(gid),
            recipe,
            state.growers[recipe.grower],
            constrain=state.constrain,
            graft=state.graft(gid),
            min_hard_scale=self.settings.min_hard_scale,
            with_debug_infos=self.settings.out_debug_data is not None,
        )

    @staticmethod
    def arrays(cell: SynthesizedCell) -> MorphologyArrays:
        """The neuron as it is written.

        Raises:
            TaskFailure: nothing is left of it that a file could hold.
        """
        try:
            check_storable(cell.morphology)
        except ValueError as error:
            raise TaskFailure("growth", str(error), type(error).__name__) from error
        return cell.morphology

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write the morphologies of some cells."""
        if self.settings.skip_write:
            return
        named = [
            (
                self.path_of(result.task, plan.context.levels),
                MorphologyArrays(result.arrays["points"], result.arrays["structure"]),
            )
            for result in results
        ]
        outputs.write_shard(self.settings, shard, named)

    def merge_shard(
        self, plan: Plan, shard: int, origins: Sequence[tuple[int, Job[RankState]]]
    ) -> None:
        """Write the morphologies of some cells, taken from the outputs of runs over parts."""
        named = [
            (self.path_of(gid, plan.context.levels), job.settings)
            for gid, job in origins
            if isinstance(job, SynthesisJob)
        ]
        part_morphologies.write_shard(self.settings, shard, named)

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write cells, apical points, failures and the container of all morphologies."""
        gather(self.settings, plan, rows, failures, kept)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> SynthesisJob:
        """The job of a run; its outputs may have been moved together with its cells file."""
        made = SynthesisSettings.from_json(settings)
        if output is not None and output.name == made.out_cells.name:
            made = part_morphologies.beside(made, output.absolute())
        return cls(made)

    def elsewhere(self, folder: Path) -> SynthesisJob:
        """The same job with all outputs below a folder."""
        return SynthesisJob(in_folder(self.settings, folder))

    def written(self, plan: Plan, task: int) -> list[Written]:
        """Morphology, apical point and failure of a cell."""
        return written_of_cell(self.settings, task, self.path_of(task, plan.context.levels))

    def footprint(
        self, plan: Plan, results: Sequence[StoredResult], weights: NDArray[np.float64]
    ) -> Footprint:
        """Size, files and time of what a complete run leaves."""
        return footprint(self.settings, plan, results, weights)

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
        return cell_path(self.settings.seed, gid, levels)
