"""The Job that sorts edges by blocks of targets, where their file has another order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_edges import sorted_piece, write_piece
from region_grower_hpc.conn_props.blocks import Blocks, read_blocks
from region_grower_hpc.conn_props.edge_population import SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.edge_reader import EdgeReader, as_ids
from region_grower_hpc.conn_props.extraction_job import ExtractionJob, refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure

ROW = np.dtype([("n_edges", "i8")])


@dataclass(frozen=True)
class SortState:
    """What a rank reads with."""

    context: RunContext
    reader: EdgeReader
    blocks: Blocks


@dataclass(frozen=True)
class SortJob(ExtractionJob[SortState]):
    """Write each piece of the edges in the order of blocks; nothing if they lie so."""

    name = "sort-edges"

    def plan(self) -> Plan:
        """A task is a piece of the file, unless it is sorted."""
        inputs, settings = read_inputs(self.settings), self.settings
        blocks = read_blocks(settings.blocks_file)
        n_tasks = 0 if blocks.is_sorted else blocks.n_chunks
        n_bytes = 16 + sum(dtype.itemsize for dtype in inputs.columns.values())
        return Plan(
            tasks=np.arange(n_tasks, dtype=np.int64),
            costs_s=np.ones(n_tasks),
            row_dtype=ROW,
            options={"properties": inputs.properties, "selections": settings.options()},
            inputs={**inputs.population.inputs(), "blocks": settings.blocks_file},
            context=RunContext.of(inputs),
            group_bytes=(float(n_bytes * settings.chunk_edges),),
            settings=settings.to_json(),
        )

    def setup(self, plan: Plan) -> SortState:
        """Read the block table."""
        context: RunContext = plan.context
        reader = EdgeReader(context.path, context.datasets)
        return SortState(context, reader, read_blocks(self.settings.blocks_file))

    def run(self, state: SortState, task: int) -> Result:
        """Sort one piece and write it; what a killed run wrote is replaced by the same."""
        first, last = state.blocks.chunk(task)
        try:
            columns = state.reader.read(
                [SOURCE_IDS, TARGET_IDS, *state.context.properties], first, last
            )
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error
        block = state.blocks.block_of(as_ids(columns[TARGET_IDS]))
        order = np.argsort(block, kind="stable")
        offsets = np.searchsorted(block[order], np.arange(state.blocks.n_blocks + 1))
        self.settings.sorted_folder.mkdir(parents=True, exist_ok=True)
        write_piece(
            sorted_piece(self.settings.sorted_folder, task),
            {name: values[order] for name, values in columns.items()},
            offsets.astype(np.int64),
        )
        return Result((last - first,))

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Nothing describes the whole."""
        refuse_failures(failures)

    def lost(self, plan: Plan) -> Path | None:
        """A piece, while it is needed: the last pass removes them."""
        if self.settings.binned_file.is_file():
            return None
        pieces = (sorted_piece(self.settings.sorted_folder, int(task)) for task in plan.tasks)
        return next((path for path in pieces if not path.is_file()), None)
