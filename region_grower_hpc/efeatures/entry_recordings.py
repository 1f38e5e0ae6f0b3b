"""From an entry of the metadata to its recordings: read, standardised, interpreted, counted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from region_grower_hpc.efeatures.efel_engine import Engine
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers import read_entry
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.spikes import auto_threshold
from region_grower_hpc.efeatures.stimuli import stimulus_of
from region_grower_hpc.efeatures.trace import standardised

logger = logging.getLogger(__name__)

#: What a user may give in place of our readers: from the metadata of an entry to mappings.
Reader = Callable[[dict[str, Any]], Any]


def recordings_of(
    entry: Entry,
    engine: Engine,
    efel_settings: Mapping[str, Any],
    compat: bool = False,
    reader: Reader | None = None,
) -> Iterator[Recording | RecordingProblem]:
    """The recordings of an entry one by one, each with its traces; or why one of them fails.

    Args:
        entry: of the metadata.
        engine: counts spikes.
        efel_settings: of all features; the threshold among them is that of spikes.
        compat: bluepyefe's numbers.
        reader: in place of ours.

    Raises:
        RecordingProblem: the file as a whole cannot be read.
    """
    for number, raw in enumerate(raw_traces(entry, compat, reader)):
        try:
            yield _recording(entry, number, raw, engine, efel_settings, compat)
        except RecordingProblem as problem:
            yield problem


def raw_traces(entry: Entry, compat: bool = False, reader: Reader | None = None) -> list[RawTrace]:
    """What the file of an entry holds, as it stands there.

    Raises:
        RecordingProblem: it cannot be read, or holds nothing for this entry.
    """
    if reader is None:
        found = read_entry(entry.metadata, compat)
    else:
        # A function of the user: whatever it raises costs this entry only.
        try:
            found = [RawTrace.of(one) for one in reader(dict(entry.metadata))]
        except RecordingProblem:
            raise
        except Exception as error:
            raise RecordingProblem("read", "", f"{type(error).__name__}: {error}") from error
    if not found:
        raise RecordingProblem("read", "protocol_name", "the file holds no such recording")
    return found


def _recording(
    entry: Entry,
    number: int,
    raw: RawTrace,
    engine: Engine,
    efel_settings: Mapping[str, Any],
    compat: bool,
) -> Recording:
    stimulus = stimulus_of(entry.protocol, entry.metadata.get("ecode"))
    if stimulus is None:
        raise RecordingProblem("interpret", "ecode", f"no class of stimuli for {entry.protocol}")
    trace = standardised(raw, entry.metadata)
    found = stimulus.interpret(entry.metadata, raw, trace, compat)
    values = found.values
    recording = Recording(
        cell_name=entry.cell,
        protocol_name=entry.protocol,
        index=entry.index,
        number=number,
        stimulus=stimulus,
        values=values,
        status=found.status,
        files=list(entry.files),
        id=raw.id,
        repetition=raw.repetition,
        n_samples=trace.n_samples,
        trace=trace,
        config_data=entry.metadata,
    )
    for warning in found.warnings:
        logger.debug("%s: %s", entry, warning)
    begin, end = (round(recording.values[key] / trace.dt_ms) for key in ("ton", "toff"))
    recording.auto_threshold = auto_threshold(trace.voltage_mv, begin, end, compat)
    recording.peak_times = engine.peak_times(
        trace, (recording.ton, recording.toff), recording.auto_threshold, efel_settings
    )
    return recording
