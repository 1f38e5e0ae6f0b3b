"""The features of the recordings of one entry."""

from __future__ import annotations

from collections.abc import Sequence

from region_grower_hpc.efeatures.efel_engine import Engine, Measured
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.entry_recordings import raw_traces
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.trace import standardised
from region_grower_hpc.efeatures.work_list import Work


def measured(
    entry: Entry, work: Work, engine: Engine, compat: bool = False
) -> tuple[list[float], list[RecordingProblem]]:
    """Read an entry again and measure its recordings, one after the other.

    Args:
        entry: of the metadata.
        work: its recordings with what each is measured for.
        engine: measures.
        compat: bluepyefe's numbers.

    Returns:
        values: of all requests, in order; NaN for none.
        problems: of features that eFEL could not compute.

    Raises:
        RecordingProblem: the file is no longer what it was.
    """
    raw = raw_traces(entry, compat)
    values: list[float] = []
    problems: list[RecordingProblem] = []
    for recording, requests in work:
        if recording.number >= len(raw):
            raise RecordingProblem("read", "", "the file has fewer recordings than before")
        recording.trace = standardised(raw[recording.number], entry.metadata)
        found = measured_values(engine, recording, requests)
        values += found.values
        problems += found.problems
        recording.trace = None
    return values, problems


def measured_values(
    engine: Engine, recording: Recording, requests: Sequence[FeatureRequest]
) -> Measured:
    """The features of a recording with its trace."""
    if recording.trace is None:
        raise ValueError(f"{recording.name} has been parted from its trace")
    return engine.values(
        recording.trace,
        (recording.ton, recording.toff),
        recording.amp,
        recording.auto_threshold,
        requests,
        recording.stimulus.pulses(recording.values),
    )
