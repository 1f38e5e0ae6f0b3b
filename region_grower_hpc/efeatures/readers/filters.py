"""Keys of the metadata that choose among the sweeps of one file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from region_grower_hpc.efeatures.problem import RecordingProblem


@dataclass(frozen=True)
class Filters:
    """Which sweeps an entry of the metadata means.

    Attributes:
        protocols: names as the metadata give them; empty: all.
        repetitions: in the order of the metadata; empty: all.
        v_file: base name of the file that a sweep was converted from; None: any.
        toff_ms: end of the stimulus, None where it is not told.
    """

    protocols: tuple[str, ...] = ()
    repetitions: tuple[int, ...] = ()
    v_file: str | None = None
    toff_ms: float | None = None

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Filters:
        """The filters of an entry.

        Raises:
            RecordingProblem: read, one of them is of another kind.
        """
        v_file = metadata.get("v_file")
        toff_ms = metadata.get("toff")
        return cls(
            _names(metadata.get("protocol_name")),
            _repetitions(metadata.get("repetition")),
            None if v_file is None else str(v_file).split("/")[-1],
            None if toff_ms is None else _time(toff_ms),
        )

    def wants(self, protocol: str) -> bool:
        """Whether a protocol is meant, whatever the case of its letters."""
        return not self.protocols or protocol.lower() in {one.lower() for one in self.protocols}


def _names(value: Any) -> tuple[str, ...]:
    """One name or several."""
    if value is None:
        return ()
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise RecordingProblem("read", "protocol_name", f"{value!r:.60} is no name")
    return tuple(names)


def _repetitions(value: Any) -> tuple[int, ...]:
    """One number or several; 0 and none mean all, as to the peer."""
    if not value:
        return ()
    try:
        return tuple(int(one) for one in ([value] if isinstance(value, int | str) else value))
    except (TypeError, ValueError, OverflowError) as error:
        text = f"{value!r:.60} is no number or list of numbers"
        raise RecordingProblem("read", "repetition", text) from error


def _time(value: Any) -> float:
    """A time of the metadata."""
    try:
        time_ms = float(value)
    except (TypeError, ValueError, OverflowError):
        time_ms = math.nan
    if not math.isfinite(time_ms):
        raise RecordingProblem("read", "toff", f"{value!r:.60} is no time")
    return time_ms
