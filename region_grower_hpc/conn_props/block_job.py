"""What the passes over blocks of target neurons have in common."""

from __future__ import annotations

from collections.abc import Sequence
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
from region_grower_hpc.conn_props.extraction_job import ExtractionJob
from region_grower_hpc.conn_props.run_context import RunContext, pathways
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.errors import InvalidInputError, TaskFailure

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.sampling import Sample


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
