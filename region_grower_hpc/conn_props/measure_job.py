"""The Job that measures: one task a block of target neurons; each column is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_edges import BlockEdges
from region_grower_hpc.conn_props.blocks import read_blocks
from region_grower_hpc.conn_props.edge_population import SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.extraction_job import ExtractionJob, refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.run_context import RunContext, pathways
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.sampling import Sample

ROW = np.dtype([("n_edges", "i8"), ("n_connections", "i8")])


@dataclass
class BlockState:
    """What a rank reads blocks with.

    Attributes:
        plan: of the job.
        edges: reads blocks.
        sample_file: of pathways that are too large; None: all connections are used.
    """

    plan: Plan
    edges: BlockEdges
    sample_file: Path | None
    _stack: ExitStack = field(default_factory=ExitStack)
    _file: h5py.File | None = None

    def sample(self, part: int, block: int) -> Sample | None:
        """What the block uses in a part."""
        from region_grower_hpc.conn_props.own_file import damaged, opened
        from region_grower_hpc.conn_props.sampling import read_sample
        from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS

        if self.sample_file is None:
            return None
        if self._file is None:
            self._file = self._stack.enter_context(opened(self.sample_file))
        try:
            return read_sample(self._file, part, block)
        except HDF5_ERRORS as error:
            raise damaged(self.sample_file, error) from error

    def used_of(
        self, part: int, block: int, connections: Any
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None, int]:
        """Pathway of each connection, which of them count, and the number of pathways.

        Raises:
            TaskFailure: the sample is damaged.
        """
        context: RunContext = self.plan.context
        n_source_types, n_target_types = context.shapes[part]
        shared = self.plan.shared
        target_type = shared[f"target/{part}"][connections.target]
        numbers = pathways(
            shared[f"source/{part}"][connections.source], target_type, n_target_types
        )
        n_pathways = n_source_types * n_target_types
        used = None
        try:
            sample = self.sample(part, block)
            if sample is not None:
                sample.check(n_pathways)
                used = sample.used(connections, numbers, target_type, context.n_nodes[0])
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error
        return numbers, used, n_pathways


@dataclass(frozen=True)
class BlockJob(ExtractionJob[BlockState]):
    """A pass whose tasks are blocks."""

    def setup(self, plan: Plan) -> BlockState:
        """Read the block table."""
        settings = self.settings
        blocks = read_blocks(settings.blocks_file, plan.context)
        edges = BlockEdges(plan.context, blocks, settings.sorted_folder)
        sample_file = settings.sample_file if settings.max_sample_size_per_group else None
        return BlockState(plan, edges, sample_file)

    def warm_up(self) -> None:
        """Import the kernels."""
        import region_grower_hpc.native.connections  # noqa: F401

    def read(self, state: BlockState, task: int, names: Sequence[str]) -> tuple[Any, Any]:
        """Connections and columns of a block.

        Raises:
            TaskFailure: they cannot be read.
        """
        from region_grower_hpc.native.connections import group_connections

        try:
            columns = state.edges.read(task, names)
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error
        connections = group_connections(columns.pop(SOURCE_IDS), columns.pop(TARGET_IDS))
        return connections, columns


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
