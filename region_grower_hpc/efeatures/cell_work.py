"""One cell at a time without the engine: what the Python functions map over cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_engine import Engine
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.entry_recordings import Reader, raw_traces, recordings_of
from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.measuring import measured_values
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.process_engine import process_engine
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.trace import standardised


@dataclass(frozen=True)
class CellReader:
    """How cells are read; picklable where the user's reader is.

    Attributes:
        reader: in place of ours.
        efel_settings: of spikes.
        compat: bluepyefe's numbers.
        keeps_traces: whether recordings keep them.
    """

    reader: Reader | None = None
    efel_settings: Mapping[str, Any] | None = None
    compat: bool = False
    keeps_traces: bool = True

    def read(self, described: tuple[str, Sequence[Entry]]) -> tuple[Cell, list[FailureRow]]:
        """The cell of some entries, and what fails of them."""
        with process_engine() as engine:
            return self._read(*described, engine)

    def _read(
        self, name: str, entries: Sequence[Entry], engine: Engine
    ) -> tuple[Cell, list[FailureRow]]:
        cell, failures = Cell(name), []
        for entry in entries:
            try:
                for found in recordings_of(
                    entry, engine, self.efel_settings or {}, self.compat, self.reader
                ):
                    if isinstance(found, Recording):
                        found.trace = found.trace if self.keeps_traces else None
                        cell.recordings.append(found)
                    else:
                        failures.append(FailureRow.of(entry, found))
            except RecordingProblem as problem:
                failures.append(FailureRow.of(entry, problem))
        return cell, failures

    def measure(
        self, described: tuple[Cell, Sequence[Sequence[FeatureRequest]], Sequence[Entry]]
    ) -> tuple[Cell, list[FailureRow]]:
        """The cell with the features that its recordings are asked for, and what fails of them.

        Traces that recordings do not hold are read again.
        """
        # eFEL is the user's again between two calls.
        with process_engine() as engine:
            return self._measure(*described, engine)

    def _measure(
        self,
        cell: Cell,
        asked: Sequence[Sequence[FeatureRequest]],
        entries: Sequence[Entry],
        engine: Engine,
    ) -> tuple[Cell, list[FailureRow]]:
        by_place = {(entry.protocol, entry.index): entry for entry in entries}
        failures = []
        for recording, requests in zip(cell.recordings, asked, strict=True):
            wanted = [one for one in requests if one not in recording.efeatures]
            if not wanted:
                continue
            entry = by_place.get((recording.protocol_name, recording.index))
            if entry is None:
                entry = Entry(
                    *(cell.name, recording.protocol_name, recording.index),
                    *(recording.config_data, tuple(recording.files)),
                )
            try:
                held = recording.trace
                if held is None:
                    raw = raw_traces(entry, self.compat, self.reader)[recording.number]
                    recording.trace = standardised(raw, entry.metadata)
                found = measured_values(engine, recording, wanted)
                recording.trace = held
            except RecordingProblem as problem:
                failures.append(FailureRow.of(entry, problem))
                continue
            recording.efeatures |= dict(zip(wanted, found.values, strict=True))
            failures += [FailureRow.of(entry, problem) for problem in found.problems]
        return cell, failures
