"""The Job of cloning: one task a morphology of any step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone import outputs
from region_grower_hpc.clone.failures import CELL, read_failures
from region_grower_hpc.clone.footprint import footprint
from region_grower_hpc.clone.gathering import gather
from region_grower_hpc.clone.planning import make_plan
from region_grower_hpc.clone.rank_state import RankState
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.clone.shard_files import write_shard
from region_grower_hpc.engine.job import (
    Failure,
    Footprint,
    Job,
    Plan,
    Result,
    StoredResult,
    Written,
)
from region_grower_hpc.errors import RegionGrowerHpcError, TooManyFailuresError


@dataclass(frozen=True)
class CloneJob(Job[RankState]):
    """Make grafts, scaled copies and clones of repaired morphologies."""

    settings: CloneSettings
    name = "clone-morphologies"

    def plan(self) -> Plan:
        """Check all inputs, read the morphologies and list what is made of them."""
        return make_plan(self.settings)

    def setup(self, plan: Plan) -> RankState:
        """Wrap the shared arrays."""
        return RankState.of(self.settings, plan)

    def run(self, state: RankState, task: int) -> Result:
        """Make one morphology and its annotation."""
        made = state.make(task)
        arrays: dict[str, NDArray[Any]] = {
            "points": made.neuron.points,
            "structure": made.neuron.structure,
            **made.texts,
        }
        if made.neuron.perimeters is not None:
            arrays["perimeters"] = made.neuron.perimeters
        if made.original is not None:
            arrays |= made.original
        return Result((len(made.neuron.points), len(made.neuron.structure)), arrays)

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write the files of some morphologies in the folders of all steps."""
        write_shard(self.settings, plan, shard, results)

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the databases, the annotations of clone/ in one file, and the failures."""
        gather(self.settings, plan, failures, kept)

    def lost(self, plan: Plan) -> Path | None:
        """A file that a complete run lacks."""
        return outputs.lost(self.settings, plan)

    def clear(self, plan: Plan) -> None:
        """Remove the folders of all steps."""
        outputs.clear(self.settings)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> CloneJob:
        """The job of a run, whose folder may have been moved."""
        made = CloneSettings.from_json(settings)
        return cls(made if output is None else replace(made, out_dir=output.absolute()))

    def elsewhere(self, folder: Path) -> CloneJob:
        """The same job with all outputs below a folder."""
        return CloneJob(replace(self.settings, out_dir=folder))

    def written(self, plan: Plan, task: int) -> list[Written]:
        """The files of one morphology."""
        return outputs.written(self.settings, plan, task)

    def footprint(
        self, plan: Plan, results: Sequence[StoredResult], weights: NDArray[np.float64]
    ) -> Footprint:
        """Size, files and time of what a complete run leaves."""
        return footprint(self.settings, plan, results, weights)

    def verdict(
        self, n_tasks: int, failed: Mapping[str, int], max_failed_ratio: float | None
    ) -> RegionGrowerHpcError | None:
        """Whatever failures.csv lists counts: rows of the data set, grafts, morphologies, releases.

        Cells are judged by mtype (placement).
        """
        path = self.settings.failures_csv
        n_failed = sum(kind != CELL for kind, _, _ in read_failures(path))
        if n_failed <= (max_failed_ratio or 0.0) * n_tasks:
            return None
        return TooManyFailuresError(
            f"{path} lists {n_failed} failures of rows, grafts, morphologies or releases; "
            "--max-failed-ratio F allows some"
        )
