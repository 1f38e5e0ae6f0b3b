"""The Job that bins values between the extrema of their pathway: one task a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.block_job import BlockJob, BlockState
from region_grower_hpc.conn_props.block_measures import packed
from region_grower_hpc.conn_props.blocks import read_blocks
from region_grower_hpc.conn_props.extraction_job import refuse_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.measured_file import Measured, read_measured, write_one
from region_grower_hpc.conn_props.run_context import RunContext, local_numbers
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_file import replacing_file

ROW = np.dtype([("n_edges", "i8")])


@dataclass(frozen=True)
class BinJob(BlockJob):
    """Fill the histograms of pathways with too many values to list."""

    name = "bin-values"

    def plan(self) -> Plan:
        """A task is a block, unless all values are listed; columns without pending are not read."""
        inputs, settings = read_inputs(self.settings), self.settings
        measured = read_measured(settings.measured_file, len(inputs.parts), settings.hist_bins)
        columns = np.zeros(len(inputs.properties), dtype=bool)
        for one in measured:
            columns |= one.pending.any(axis=(0, 1))
        context = RunContext.of(inputs)
        blocks = read_blocks(settings.blocks_file, context)
        n_tasks = blocks.n_blocks if columns.any() else 0
        shared = inputs.shared()
        arrays = []
        for k, one in enumerate(measured):
            for p in np.flatnonzero(columns):
                shared |= {f"{name}/{k}/{p}": values for name, values in _targets(one, p).items()}
                arrays += [f"{k}/{p}/pathway", f"{k}/{p}/counts"]
        files = {"measured": settings.measured_file}
        if settings.max_sample_size_per_group:
            files["sample"] = settings.sample_file
        return Plan(
            tasks=np.arange(n_tasks, dtype=np.int64),
            costs_s=np.ones(n_tasks),
            row_dtype=ROW,
            options={"properties": inputs.properties, **settings.options()},
            inputs={**inputs.population.inputs(), **files},
            outputs=[settings.binned_file],
            shared=shared,
            context=context,
            kept=arrays,
            settings=settings.to_json(),
        )

    def run(self, state: BlockState, task: int) -> Result:
        """Bin the values of one block for all parts."""
        from region_grower_hpc.native.connections import bin_column

        context: RunContext = state.plan.context
        shared = state.plan.shared
        pending = [p for p in range(len(context.properties)) if f"edges/0/{p}" in shared]
        connections, columns = self.read(state, task, [context.properties[p] for p in pending])
        arrays: dict[str, NDArray[Any]] = {}
        for k in range(len(context.shapes)):
            numbers, used, n_pathways = state.used_of(k, task, connections)
            found, place = local_numbers(numbers, n_pathways)
            for p in pending:
                rows = shared[f"row/{k}/{p}"][found]
                present = rows[rows >= 0]
                counts = bin_column(
                    columns[context.properties[p]],
                    *(connections.offsets, connections.order, _among(place, rows >= 0), used),
                    shared[f"is_shared/{k}/{p}"][present],
                    shared[f"edges/{k}/{p}"][present],
                )
                arrays[f"{k}/{p}/pathway"] = shared[f"pathway/{k}/{p}"][present]
                arrays[f"{k}/{p}/counts"] = packed(counts)
        return Result((int(connections.offsets[-1]),), arrays)

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Add up the blocks, write statistics without fits, and remove the sorted edges."""
        refuse_failures(failures)
        inputs, settings = read_inputs(self.settings), self.settings
        measured = read_measured(settings.measured_file, len(inputs.parts), settings.hist_bins)
        for result in kept:
            for name, pathway in result.arrays.items():
                place, _, array = name.rpartition("/")
                if array == "pathway":
                    part, column = map(int, place.split("/"))
                    counts = _counts_of(measured[part], inputs.properties[column])
                    counts[pathway] += result.arrays[f"{place}/counts"]
        with replacing_file(settings.binned_file) as file:
            for k, one in enumerate(measured):
                write_one(file.create_group(f"{k}"), one)
        for path in settings.sorted_folder.glob("*"):
            path.unlink(missing_ok=True)

    def lost(self, plan: Plan) -> Path | None:
        """The statistics."""
        path = self.settings.binned_file
        return None if path.is_file() else path


def _targets(measured: Measured, p: int) -> dict[str, NDArray[Any]]:
    """Edges of the histograms of a property that are to be filled, and their pathways."""
    statistics = measured.statistics
    quantity = statistics.quantities[statistics.properties[p]]
    pathway = np.flatnonzero(measured.pending[:, :, p].ravel())
    row = np.full(measured.pending[:, :, p].size, -1, dtype=np.int64)
    row[pathway] = np.arange(len(pathway))
    if quantity.edges is None or quantity.shared_within is None:
        raise InvalidInputError("measured.h5 lacks edges: start again with --overwrite")
    return {
        "pathway": pathway,
        "row": row,
        "edges": quantity.edges.reshape(len(row), -1)[pathway],
        "is_shared": quantity.shared_within.ravel()[pathway] == 1,
    }


def _counts_of(measured: Measured, name: str) -> NDArray[np.int64]:
    """(S * T, B) counts of a property, a view."""
    counts = measured.statistics.quantities[name].counts
    if counts is None:
        raise InvalidInputError("measured.h5 lacks counts: start again with --overwrite")
    return counts.reshape(-1, counts.shape[2])


def _among(place: NDArray[np.int32], kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The same places, counted among those that are kept; -1 elsewhere."""
    if kept.all():
        return place
    new = np.full(len(kept) + 1, -1, dtype=np.int32)
    new[:-1][kept] = np.arange(np.count_nonzero(kept), dtype=np.int32)
    counted: NDArray[np.int32] = new[place]  # -1 is the last one.
    return counted
