"""The Job of choosing clones for cells: one task a block of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from region_grower_hpc.clone.placement import outputs
from region_grower_hpc.clone.placement.drops import too_many_drops
from region_grower_hpc.clone.placement.planning import (
    POSITIONS,
    make_plan,
    plan_options,
    plan_outputs,
)
from region_grower_hpc.clone.placement.rank_state import RankState
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.engine.job import (
    Failure,
    Job,
    Outlook,
    Plan,
    Result,
    StoredResult,
    Written,
)
from region_grower_hpc.errors import RegionGrowerHpcError


@dataclass(frozen=True)
class PlacementJob(Job[RankState]):
    """Choose a clone for each cell; a block's id is that of its first cell."""

    settings: PlacementSettings
    name = "place-clones"

    def plan(self) -> Plan:
        """Check all inputs and look up where the cells lie."""
        return make_plan(self.settings)

    def outlook(self) -> Outlook:
        """All but what cloning makes."""
        return Outlook(plan_options(self.settings), outputs=plan_outputs(self.settings))

    def setup(self, plan: Plan) -> RankState:
        """Wrap the shared arrays."""
        return RankState.of(self.settings, plan)

    def run(self, state: RankState, task: int) -> Result:
        """Choose the clones of a block of cells."""
        choices = state.choices(task)
        positions = choices.positions
        n_placed = int((positions >= 0).sum())
        return Result((len(positions), n_placed, choices.n_again), {POSITIONS: positions})

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the cells that have a clone, and list the others."""
        outputs.gather(self.settings, plan, rows, failures, kept)

    def lost(self, plan: Plan) -> Path | None:
        """The cells, or the list of those left out."""
        return outputs.lost(self.settings)

    def clear(self, plan: Plan) -> None:
        """Remove the cells and the list of those left out."""
        outputs.clear(self.settings)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> PlacementJob:
        """The job of a run, whose cells file may have been moved, alone or with the clones."""
        made = PlacementSettings.from_json(settings)
        if output is not None and output.name == made.out_cells.name:
            made = made.moved(output.absolute())
        return cls(made)

    def elsewhere(self, folder: Path) -> PlacementJob:
        """The same job with its outputs below a folder."""
        return PlacementJob(outputs.in_folder(self.settings, folder))

    def task_of(self, plan: Plan, gid: int) -> int:
        """The block of a cell."""
        return outputs.block_of(self.settings, plan, gid)

    def written(self, plan: Plan, task: int) -> list[Written]:
        """Clones of the cells of a block, and why some have none."""
        return outputs.written(self.settings, plan, task)

    def verdict(
        self, n_tasks: int, failed: Mapping[str, int], max_failed_ratio: float | None
    ) -> RegionGrowerHpcError | None:
        """Blocks that failed, then cells without a clone by mtype."""
        error = super().verdict(n_tasks, failed, max_failed_ratio)
        return error or too_many_drops(self.settings)
