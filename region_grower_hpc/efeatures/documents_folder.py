"""What measuring writes: documents of all cells and of each, efeatures.h5, nodes.h5, pickles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.analysis import analysed, taken
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.columns import Columns
from region_grower_hpc.efeatures.currents import holding_current
from region_grower_hpc.efeatures.entry_recordings import raw_traces
from region_grower_hpc.efeatures.failures import FailureRow, write_failures
from region_grower_hpc.efeatures.feature_file import cells_of_feature_file, write_feature_file
from region_grower_hpc.efeatures.feature_naming import name_features
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.kept_failures import kept_failures
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.nodes_file import write_nodes
from region_grower_hpc.efeatures.output_names import (
    CELLS_PICKLE,
    CURRENTS,
    FEATURES,
    NODES,
    PROTOCOLS,
    PROTOCOLS_PICKLE,
)
from region_grower_hpc.efeatures.pickles import write_pickles
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.reading_job import row_of
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.results import folder_of, results_of, write_each_cell
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.trace import standardised
from region_grower_hpc.efeatures.work_list import entry_of, work_of
from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.engine.state import PlanRecord
from region_grower_hpc.engine.state_dir import state_dir_of_file

#: Of the job that measures.
NAME = "measure-features"
#: Arrays of a result of a task: values in the order of the requests, and JSON text of what failed.
VALUES, PROBLEMS = "values", "problems"


def outputs(settings: EfeatureSettings) -> list[Path]:
    """What a complete run has written, beside the folders of cells."""
    pickles = (CELLS_PICKLE, PROTOCOLS_PICKLE) if settings.pickle_cells else ()
    names = (PROTOCOLS, *CURRENTS, NODES, *pickles)
    return [settings.features_file, settings.feature_table_file, *map(settings.output, names)]


def clear(settings: EfeatureSettings) -> None:
    """Remove the documents of another run, of single cells too, and the figures of its features."""
    for name in cells_of_feature_file(settings.feature_table_file):
        folder = folder_of(settings, name)
        for document in (FEATURES, PROTOCOLS, *CURRENTS):
            (folder / document).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
    optional = (CELLS_PICKLE, PROTOCOLS_PICKLE)
    for path in (*outputs(settings), *map(settings.output, optional)):
        path.unlink(missing_ok=True)
    state_dir = state_dir_of_file(settings.figures)
    if state_dir.exists():
        for folder in (settings.figures, state_dir):
            shutil.rmtree(folder, ignore_errors=True)


def gather(
    settings: EfeatureSettings,
    plan: Plan,
    failures: Sequence[Failure],
    kept: Iterable[StoredResult],
) -> None:
    """Group and reduce the values, and write everything.

    Args:
        settings: what to write and where.
        plan: of the run.
        failures: of whole entries, in task order.
        kept: values and problems of the others, in task order.
    """
    analysis = taken(settings) or analysed(settings, read_inputs(settings), quiet=True)
    cells, targets = analysis.cells, analysis.targets
    rows = {one.task: [row_of(entry_of(plan, one.task), one)] for one in failures}
    rows |= _fill(cells, plan, kept)
    found = [row for task in sorted(rows) for row in rows[task]]
    results = results_of(cells, targets, settings, settings.output_directory)
    holding = {cell.name: holding_current(cell) for cell in cells}
    columns = Columns.of(targets, settings.efel_settings, settings.compat)
    digest = PlanRecord.of(NAME, plan).digest
    attributes = {"plan": digest, "options": json.dumps(dict(plan.options), sort_keys=True)}
    write_feature_file(
        settings.feature_table_file, cells, columns, holding, results.statistics, attributes, found
    )
    write_nodes(
        settings.output(NODES),
        [cell.name for cell in cells],
        [cell.rheobase for cell in cells],
        [holding[cell.name] for cell in cells],
    )
    if settings.extract_per_cell:
        write_each_cell(cells, targets, settings)
    if settings.pickle_cells:
        if not settings.low_memory_mode:
            _add_traces(cells, read_inputs(settings).entries, settings.compat)
        name_features(cells, targets, settings.efel_settings, settings.compat)
        write_pickles(settings.output_directory, cells, results.protocols)
    former = kept_failures(settings.recordings_file)
    write_failures(settings.failures_csv, [*former, *found])


def _fill(
    cells: Sequence[Cell], plan: Plan, kept: Iterable[StoredResult]
) -> dict[int, list[FailureRow]]:
    """Give the recordings their values; what failed of each task."""
    by_place = {_place(one): one for cell in cells for one in cell.recordings}
    rows = {}
    for result in kept:
        entry, work = work_of(plan, result.task)
        values = iter(result.arrays[VALUES].tolist())
        for measured, requests in work:
            recording = by_place[_place(measured)]
            recording.efeatures |= {asked: next(values) for asked in requests}
        told = json.loads(result.arrays[PROBLEMS].tobytes())
        rows[result.task] = [FailureRow.of(entry, RecordingProblem(*one)) for one in told]
    return rows


def _place(recording: Recording) -> tuple[Any, ...]:
    return (
        *(recording.cell_name, recording.protocol_name),
        *(recording.index, recording.number),
    )


def _add_traces(cells: Sequence[Cell], entries: Iterable[Entry], compat: bool) -> None:
    """Read the traces of all recordings once more, on rank 0, which pickles them."""
    of_entry: dict[tuple[Any, ...], list[Recording]] = {}
    for cell in cells:
        for recording in cell.recordings:
            of_entry.setdefault(_place(recording)[:3], []).append(recording)
    for entry in entries:
        recordings = of_entry.get((entry.cell, entry.protocol, entry.index))
        if recordings:
            raw = raw_traces(entry, compat)
            for recording in recordings:
                recording.trace = standardised(raw[recording.number], entry.metadata)
