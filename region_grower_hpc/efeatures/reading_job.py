"""The Job of reading: one task an entry of the metadata; traces never leave the rank."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efeature_job import EfeatureJob
from region_grower_hpc.efeatures.failures import FailureRow, write_failures
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.packed_entries import entry_at, packed
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult, Written
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.digest import digest_files, digest_json

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.efel_engine import Engine

logger = logging.getLogger(__name__)

ROW = np.dtype([("n_recordings", "i4"), ("n_failed", "i4")])
#: Arrays of a result: JSON text.
RECORDINGS, PROBLEMS = "recordings", "problems"
#: Seconds of an entry, and of each of its bytes: only their proportion matters.
SECONDS, SECONDS_A_BYTE = 3e-3, 5e-8
#: Bytes of the result of an entry, as far as is known before any is read.
RESULT_BYTES = 1500.0
#: Recordings without a certain stimulus that are told one by one.
TOLD = 20


@dataclass(frozen=True)
class ReadingState:
    """What a rank reads with."""

    plan: Plan
    engine: Engine


@dataclass(frozen=True)
class ReadingJob(EfeatureJob[ReadingState]):
    """Read all recordings, interpret their stimuli and count their spikes."""

    name = "read-recordings"

    def plan(self) -> Plan:
        """Check all that can be checked without opening a recording."""
        inputs = read_inputs(self.settings)
        entries = inputs.entries
        sizes = [[_size_bytes(path) for path in entry.paths] for entry in entries]
        digests = digest_files(path for entry in entries for path in entry.paths)
        contents = [[digests[path] for path in entry.paths] for entry in entries]
        costs_s = [SECONDS + SECONDS_A_BYTE * sum(size or 0 for size in each) for each in sizes]
        return Plan(
            tasks=np.arange(len(entries), dtype=np.int64),
            costs_s=np.array(costs_s),
            row_dtype=ROW,
            options={
                "efel_settings": dict(self.settings.efel_settings),
                "compat": self.settings.compat,
                "recordings": digest_json(contents),
            },
            inputs={"files_metadata": self.settings.files_metadata},
            outputs=[self.settings.recordings_file],
            shared=packed(entries),
            context=inputs.cell_names,
            group_bytes=(RESULT_BYTES,),
            kept=(RECORDINGS, PROBLEMS),
            settings=self.settings.to_json(),
        )

    def warm_up(self) -> None:
        """Import what reads and counts."""
        import region_grower_hpc.efeatures.entry_recordings  # noqa: F401

    def setup(self, plan: Plan) -> ReadingState:
        """Start eFEL."""
        from region_grower_hpc.efeatures.process_engine import process_engine

        return ReadingState(plan, process_engine())

    def run(self, state: ReadingState, task: int) -> Result:
        """Read one entry; what fails of it is told beside what does not."""
        from region_grower_hpc.efeatures.entry_recordings import recordings_of
        from region_grower_hpc.efeatures.recording_text import to_bytes

        settings, entry = self.settings, entry_at(state.plan.shared, task)
        recordings: list[Recording] = []
        problems: list[RecordingProblem] = []
        try:
            for found in recordings_of(
                entry, state.engine, settings.efel_settings, settings.compat
            ):
                if isinstance(found, Recording):
                    found.trace = None
                    recordings.append(found)
                else:
                    problems.append(found)
        except RecordingProblem as problem:
            problems = [problem]
        if not recordings:
            first = problems[0]
            raise TaskFailure(first.stage, str(first))
        told = [[problem.stage, problem.key, problem.text] for problem in problems]
        return Result(
            (len(recordings), len(problems)),
            {
                RECORDINGS: np.frombuffer(to_bytes(recordings), dtype=np.uint8),
                PROBLEMS: np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
            },
        )

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write recordings.h5 and failures.csv."""
        from region_grower_hpc.efeatures.recording_table import write_recordings

        cells = {name: Cell(name) for name in plan.context}
        failed = {one.task: [row_of(entry_at(plan.shared, one.task), one)] for one in failures}
        for result in kept:
            entry = entry_at(plan.shared, result.task)
            cells[entry.cell].recordings += _recordings(result)
            failed[result.task] = [
                FailureRow.of(entry, RecordingProblem(*problem))
                for problem in json.loads(result.arrays[PROBLEMS].tobytes())
            ]
        _tell_uncertain(cells.values())
        rows_of_all = [row for task in sorted(failed) for row in failed[task]]
        write_recordings(self.settings.recordings_file, list(cells.values()), rows_of_all)
        write_failures(self.settings.failures_csv, rows_of_all)

    def lost(self, plan: Plan) -> Path | None:
        """The table of recordings, or the list of failures."""
        outputs = (self.settings.recordings_file, self.settings.failures_csv)
        return next((path for path in outputs if not path.is_file()), None)

    def clear(self, plan: Plan) -> None:
        """Remove the table of recordings, and with it what was made of it."""
        self.settings.recordings_file.unlink(missing_ok=True)

    def elsewhere(self, folder: Path) -> ReadingJob:
        """The same job with its outputs below a folder; it is the first pass."""
        return ReadingJob(replace(self.settings, output_directory=folder))

    def written(self, plan: Plan, task: int) -> list[Written]:
        """What recordings.h5 tells of the recordings of an entry."""
        from region_grower_hpc.efeatures.recording_table import read_recordings
        from region_grower_hpc.efeatures.recording_text import to_bytes

        entry, path = entry_at(plan.shared, task), self.settings.recordings_file
        if not path.is_file():
            return []
        found = [
            one
            for cell in read_recordings(path)
            for one in cell.recordings
            if (one.cell_name, one.protocol_name, one.index)
            == (entry.cell, entry.protocol, entry.index)
        ]
        return [Written(str(entry), path, to_bytes(found))]


def _recordings(result: StoredResult) -> list[Recording]:
    from region_grower_hpc.efeatures.recording_text import from_bytes

    return from_bytes(result.arrays[RECORDINGS].tobytes())


def row_of(entry: Entry, failure: Failure) -> FailureRow:
    """The row of an entry of which nothing could be used; `RecordingProblem` joins key and text."""
    key, colon, text = failure.message.partition(": ")
    if not colon or " " in key:
        key, text = "", failure.message
    return FailureRow.of(entry, RecordingProblem(failure.kind, key, text))


def _size_bytes(path: Path) -> int | None:
    """None where there is no such file, which costs its entry only."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def _tell_uncertain(cells: Iterable[Cell]) -> None:
    """Warn of recordings whose stimulus was looked for and not found."""
    uncertain = [
        recording for cell in cells for recording in cell.recordings if recording.status != "ok"
    ]
    for recording in uncertain[:TOLD]:
        logger.warning(
            "%s, %s, %s: no certain begin and end of the stimulus (%s): the whole trace is used; "
            "give ton and toff in the metadata",
            *(recording.cell_name, recording.protocol_name, recording.name, recording.status),
        )
    if len(uncertain) > TOLD:
        logger.warning("%d more recordings without a certain stimulus", len(uncertain) - TOLD)
