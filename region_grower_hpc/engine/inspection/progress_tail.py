"""What the last events of progress.jsonl tell; damaged or torn lines are left out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Bytes that are read: half an hour of events.
_TAIL_BYTES = 1 << 16
#: The rate is that of the last minutes: short tasks come last.
_RATE_SPAN_S = 600.0


@dataclass(frozen=True)
class Pace:
    """How far a run is by its events.

    Attributes:
        phase: computing or suspects; empty before the first event.
        between: rank 0 is between two phases, or behind the last one.
        done, failed, total: tasks of the whole run; failed ones are done too.
        at_start: done, and failed of these, when the session began.
        rate_per_s: tasks a second of the last minutes; None where not known.
        last_s: time of the last event.
    """

    phase: str
    between: bool
    done: int
    failed: int
    total: int
    at_start: tuple[int, int]
    rate_per_s: float | None
    last_s: float


def read_pace(path: Path, since_s: float) -> Pace | None:
    """The pace of a session that began at `since_s`; None without an event of it."""
    events = [event for event in _events(path) if event["time"] >= since_s]
    counted = [event for event in events if "done" in event]
    if not counted:
        return None
    starts = [at for at, event in enumerate(counted) if event["event"] == "start"]
    phase = counted[starts[-1] if starts else 0 :]
    last = counted[-1]
    return Pace(
        phase=str(last.get("phase", "computing")),
        between=last["event"] == "end",
        # The count begins anew in each phase.
        done=max(event["done"] for event in counted),
        failed=max(event["failed"] for event in counted),
        total=last["total"],
        at_start=(
            min(event["done"] for event in counted),
            min(event["failed"] for event in counted),
        ),
        rate_per_s=_rate(phase),
        last_s=events[-1]["time"],
    )


def _rate(events: list[dict[str, Any]]) -> float | None:
    """Tasks a second over the last minutes of a phase."""
    last = events[-1]
    first = next(event for event in events if event["time"] >= last["time"] - _RATE_SPAN_S)
    span_s = last["time"] - first["time"]
    if span_s > 0 and last["done"] > first["done"]:
        return float((last["done"] - first["done"]) / span_s)
    return None


def _events(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - _TAIL_BYTES, 0))
            lines = file.read().splitlines()
    except OSError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and _is_sound(event):
            events.append(event)
    return events


def _is_sound(event: dict[str, Any]) -> bool:
    counts = [event.get(name) for name in ("done", "failed", "total")]
    has_counts = all(type(count) is int for count in counts)
    is_plain = event.get("event") == "alive" and counts == [None] * 3
    return (
        isinstance(event.get("time"), int | float)
        and isinstance(event.get("event"), str)
        and (has_counts or is_plain)
    )
