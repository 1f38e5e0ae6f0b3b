"""The Job that finds out in which order edges lie: one task a piece of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.blocks import (
    Blocks,
    bin_width,
    blocks_of_bins,
    chunk,
    n_chunks,
    write_blocks,
)
from region_grower_hpc.conn_props.edge_population import TARGET_IDS
from region_grower_hpc.conn_props.edge_reader import EdgeReader, as_ids, check_ids
from region_grower_hpc.conn_props.extraction_job import ExtractionJob, refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure

ROW = np.dtype(
    [("first", "i8"), ("last", "i8"), ("first_change", "i8"), ("is_sorted", "?"), ("n_edges", "i8")]
)
#: Edges of each bin of targets.
BINS = "bins"


@dataclass(frozen=True)
class SurveyState:
    """What a rank reads with."""

    context: RunContext
    reader: EdgeReader


@dataclass(frozen=True)
class SurveyJob(ExtractionJob[SurveyState]):
    """Read the targets of all edges, and divide them into blocks."""

    name = "survey-edges"

    def plan(self) -> Plan:
        """Check all inputs; a task is `chunk_edges` edges."""
        inputs = read_inputs(self.settings)
        context = RunContext.of(inputs)
        n_tasks = n_chunks(context.n_edges, self.settings.chunk_edges)
        return Plan(
            tasks=np.arange(n_tasks, dtype=np.int64),
            costs_s=np.ones(n_tasks),
            row_dtype=ROW,
            options={
                "population": inputs.population.name,
                "chunk_edges": self.settings.chunk_edges,
                **self.settings.options(),
            },
            inputs=inputs.population.inputs(),
            outputs=[self.settings.blocks_file],
            context=context,
            kept=(BINS,),
            settings=self.settings.to_json(),
        )

    def setup(self, plan: Plan) -> SurveyState:
        """Open nothing yet."""
        context: RunContext = plan.context
        return SurveyState(context, EdgeReader(context.path, context.datasets))

    def run(self, state: SurveyState, task: int) -> Result:
        """Read the targets of one piece."""
        context = state.context
        chunk_edges = self.settings.chunk_edges
        first, last = chunk(task, context.n_edges, chunk_edges)
        try:
            targets = as_ids(state.reader.read([TARGET_IDS], first, last)[TARGET_IDS])
            check_ids(targets, context.n_nodes[1], TARGET_IDS, first, context.path)
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error
        steps = np.diff(targets)
        change = int(np.argmax(steps != 0)) if np.any(steps != 0) else -1
        width = bin_width(context.n_nodes[1], n_chunks(context.n_edges, chunk_edges))
        bins = np.bincount(targets // width, minlength=-(-context.n_nodes[1] // width))
        return Result(
            (
                *(int(targets[0]), int(targets[-1])),
                -1 if change < 0 else first + change + 1,
                bool(np.all(steps >= 0)),
                len(targets),
            ),
            {BINS: bins.astype(np.int64)},
        )

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the table of blocks."""
        refuse_failures(failures)
        context: RunContext = plan.context
        chunk_edges = self.settings.chunk_edges
        width = bin_width(context.n_nodes[1], n_chunks(context.n_edges, chunk_edges))
        edges_of_bin = np.zeros(-(-context.n_nodes[1] // width), dtype=np.int64)
        for result in kept:
            edges_of_bin += result.arrays[BINS]
        self.settings.work.mkdir(parents=True, exist_ok=True)
        write_blocks(
            self.settings.blocks_file,
            Blocks(
                *(context.n_edges, chunk_edges),
                bool(np.all(rows["is_sorted"]) and np.all(rows["last"][:-1] <= rows["first"][1:])),
                _first_edges(rows, context.n_edges, chunk_edges),
                width,
                blocks_of_bins(edges_of_bin, chunk_edges),
            ),
        )

    def lost(self, plan: Plan) -> Path | None:
        """The table of blocks."""
        path = self.settings.blocks_file
        return None if path.is_file() else path


def _first_edges(rows: NDArray[Any], n_edges: int, chunk_edges: int) -> NDArray[np.int64]:
    """First edge of each block, and the number of edges: a block ends where a target does.

    The edges of a target that began in an earlier piece belong to the block there.
    """
    firsts = [0] if len(rows) else []
    for number in range(1, len(rows)):
        begins_anew = rows["last"][number - 1] != rows["first"][number]
        first = number * chunk_edges if begins_anew else int(rows["first_change"][number])
        if first >= 0:
            firsts.append(first)
    return np.array([*firsts, n_edges], dtype=np.int64)
