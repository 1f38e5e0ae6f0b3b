"""The Job that counts connections, where pathways with too many are to be sampled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_job import BlockJob, BlockState
from region_grower_hpc.conn_props.blocks import read_blocks
from region_grower_hpc.conn_props.extraction_job import refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.conn_props.sampling import write_sample
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult
from region_grower_hpc.formats.hdf5_file import replacing_file

ROW = np.dtype([("n_connections", "i8")])


@dataclass(frozen=True)
class CountJob(BlockJob):
    """Count the connections of each source with each target type, and choose those to use."""

    name = "count-connections"

    def plan(self) -> Plan:
        """A task is a block."""
        inputs, settings = read_inputs(self.settings), self.settings
        n_tasks = read_blocks(settings.blocks_file, RunContext.of(inputs)).n_blocks
        arrays = [f"{k}/{name}" for k in range(len(inputs.parts)) for name in ("key", "count")]
        return Plan(
            tasks=np.arange(n_tasks, dtype=np.int64),
            costs_s=np.ones(n_tasks),
            row_dtype=ROW,
            options=settings.options(),
            inputs={**inputs.population.inputs(), "blocks": settings.blocks_file},
            outputs=[settings.sample_file],
            shared=inputs.shared(),
            context=RunContext.of(inputs),
            kept=arrays,
            settings=settings.to_json(),
        )

    def run(self, state: BlockState, task: int) -> Result:
        """Count connections of one block; keys are target type * number of sources + source."""
        context: RunContext = state.plan.context
        connections, _ = self.read(state, task, ())
        arrays = {}
        for k in range(len(context.shapes)):
            source_type = state.plan.shared[f"source/{k}"][connections.source]
            target_type = state.plan.shared[f"target/{k}"][connections.target]
            chosen = (source_type >= 0) & (target_type >= 0)
            keys = target_type[chosen].astype(np.int64) * context.n_nodes[0]
            key, count = np.unique(keys + connections.source[chosen], return_counts=True)
            arrays[f"{k}/key"], arrays[f"{k}/count"] = key, count.astype(np.int32)
        return Result((len(connections.source),), arrays)

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write counts block by block, then choose connections."""
        refuse_failures(failures)
        with replacing_file(self.settings.counts_file) as file:
            for result in kept:
                for name, values in result.arrays.items():
                    file[f"{result.task}/{name}"] = values
        write_sample(self.settings, read_inputs(self.settings), len(rows))

    def lost(self, plan: Plan) -> Path | None:
        """The sample."""
        path = self.settings.sample_file
        return None if path.is_file() else path
