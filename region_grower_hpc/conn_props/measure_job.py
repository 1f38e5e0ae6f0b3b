"""The Job that measures: one task a block of target neurons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_job import BlockJob, BlockState
from region_grower_hpc.conn_props.blocks import read_blocks
from region_grower_hpc.conn_props.extraction_job import refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult

if TYPE_CHECKING:
    pass

ROW = np.dtype([("n_edges", "i8"), ("n_connections", "i8")])


@dataclass(frozen=True)
class MeasureJob(BlockJob):
    """Add up values, find extrema and unique values of all pathways."""

    name = "measure-blocks"

    def plan(self) -> Plan:
        """A task is a block."""
        inputs, settings = read_inputs(self.settings), self.settings
        context = RunContext.of(inputs)
        blocks = read_blocks(settings.blocks_file, context)
        files = {"blocks": settings.blocks_file}
        if settings.max_sample_size_per_group:
            files["sample"] = settings.sample_file
        return Plan(
            tasks=np.arange(blocks.n_blocks, dtype=np.int64),
            costs_s=np.ones(blocks.n_blocks),
            row_dtype=ROW,
            options={"properties": inputs.properties, **settings.options()},
            inputs={**inputs.population.inputs(), **files},
            outputs=[settings.measured_file],
            shared=inputs.shared(),
            context=context,
            kept=kept_names(len(inputs.parts), settings.finds_correlations(inputs.properties)),
            settings=settings.to_json(),
        )

    def run(self, state: BlockState, task: int) -> Result:
        """Measure one block for all parts."""
        from region_grower_hpc.conn_props.block_measures import correlated, measured

        context: RunContext = state.plan.context
        connections, columns = self.read(state, task, context.properties)
        values = [columns[name] for name in context.properties]
        arrays: dict[str, NDArray[Any]] = {}
        for k in range(len(context.shapes)):
            numbers, used, n_pathways = state.used_of(k, task, connections)
            of_part = measured(connections, numbers, used, values, n_pathways)
            if self.settings.finds_correlations(context.properties):
                of_part |= correlated(connections, numbers, used, values, n_pathways)
            arrays |= {f"{k}/{name}": array for name, array in of_part.items()}
        return Result((int(connections.offsets[-1]), len(connections.source)), arrays)

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Add up the blocks in their order."""
        from region_grower_hpc.conn_props.measured_file import write_measured

        refuse_failures(failures)
        write_measured(self.settings, read_inputs(self.settings), kept)

    def lost(self, plan: Plan) -> Path | None:
        """What has been measured."""
        path = self.settings.measured_file
        return None if path.is_file() else path


def kept_names(n_parts: int, correlations: bool) -> list[str]:
    """Names of all arrays of a result."""
    from region_grower_hpc.conn_props.block_measures import ARRAYS, CROSS_ARRAYS

    names = (*ARRAYS, *(CROSS_ARRAYS if correlations else ()))
    return [f"{k}/{name}" for k in range(n_parts) for name in names]
