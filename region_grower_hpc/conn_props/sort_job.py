"""The Job that sorts edges by blocks of targets, where their file has another order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_edges import OFFSETS, sorted_piece, write_piece
from region_grower_hpc.conn_props.blocks import Blocks, read_blocks
from region_grower_hpc.conn_props.edge_population import SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.edge_reader import EdgeReader, as_ids, check_ids
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
        context = RunContext.of(inputs)
        blocks = read_blocks(settings.blocks_file, context)
        n_tasks = 0 if blocks.is_sorted else blocks.n_chunks
        n_bytes = 16 + sum(dtype.itemsize for dtype in inputs.columns.values())
        return Plan(
            tasks=np.arange(n_tasks, dtype=np.int64),
            costs_s=np.ones(n_tasks),
            row_dtype=ROW,
            options={"properties": inputs.properties, **settings.options()},
            inputs={**inputs.population.inputs(), "blocks": settings.blocks_file},
            outputs=[settings.sorted_folder] if n_tasks else [],
            context=context,
            shard_size=1,
            group_bytes=(float(n_bytes * min(settings.chunk_edges, blocks.n_edges)),),
            written_ratio=1.0,
            settings=settings.to_json(),
        )

    def setup(self, plan: Plan) -> SortState:
        """Read the block table."""
        context: RunContext = plan.context
        reader = EdgeReader(context.path, context.datasets)
        return SortState(context, reader, read_blocks(self.settings.blocks_file, context))

    def run(self, state: SortState, task: int) -> Result:
        """Sort one piece."""
        first, last = state.blocks.chunk(task)
        try:
            columns = state.reader.read(list(state.context.datasets), first, last)
            ids = {name: as_ids(columns[name]) for name in (SOURCE_IDS, TARGET_IDS)}
            for (name, values), n_nodes in zip(ids.items(), state.context.n_nodes, strict=True):
                check_ids(values, n_nodes, name, first, state.context.path)
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error
        block = state.blocks.block_of(ids[TARGET_IDS])
        order = np.argsort(block, kind="stable")
        offsets = np.searchsorted(block[order], np.arange(state.blocks.n_blocks + 1))
        arrays = {f"{k}": values[order] for k, values in enumerate(columns.values())}
        return Result((last - first,), {OFFSETS: offsets.astype(np.int64), **arrays})

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write a piece."""
        self.settings.sorted_folder.mkdir(parents=True, exist_ok=True)
        for result in results:
            write_piece(sorted_piece(self.settings.sorted_folder, result.task), result.arrays)

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
        """A piece, while a later pass is still to read it: the last of these removes them."""
        settings = self.settings
        later = [settings.measured_file, settings.binned_file]
        if settings.max_sample_size_per_group:
            later.append(settings.sample_file)
        if all(path.is_file() for path in later):
            return None
        pieces = (sorted_piece(settings.sorted_folder, int(task)) for task in plan.tasks)
        return next((path for path in pieces if not path.is_file()), None)
