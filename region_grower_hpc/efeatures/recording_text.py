"""A recording without its traces as JSON text, and back: between ranks, and in files."""

from __future__ import annotations

import json
from array import array
from typing import Any

from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.stimuli import ECODES

_PLAIN = (
    *("cell_name", "protocol_name", "index", "number", "status", "files", "id", "repetition"),
    *("n_samples", "auto_threshold", "relative"),
)


def to_json(recording: Recording) -> dict[str, Any]:
    """JSON values; NaN stays."""
    plain = {name: getattr(recording, name) for name in _PLAIN}
    return {
        **plain,
        "ecode": recording.stimulus.name,
        "values": dict(recording.values),
        "peak_times": None if recording.peak_times is None else list(recording.peak_times),
    }


def from_json(found: dict[str, Any]) -> Recording:
    """Inverse of `to_json`."""
    plain = {name: found[name] for name in _PLAIN}
    times = found["peak_times"]
    return Recording(
        stimulus=ECODES[found["ecode"]],
        values=found["values"],
        # A third of the memory of a list: there may be millions of spikes.
        peak_times=None if times is None else array("d", times),
        **plain,
    )


def to_bytes(recordings: list[Recording]) -> bytes:
    """Text of several recordings."""
    return json.dumps([to_json(recording) for recording in recordings]).encode()


def from_bytes(content: bytes) -> list[Recording]:
    """Inverse of `to_bytes`."""
    return [from_json(found) for found in json.loads(content)]
