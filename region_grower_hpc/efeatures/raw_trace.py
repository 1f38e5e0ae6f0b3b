"""What a reader finds in a file: the two traces of a sweep, and what the file says of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem


@dataclass
class RawTrace:
    """One sweep as its file has it; what the metadata say wins over all but the traces.

    Attributes:
        voltage: (n,) float32 or float64 as in the file, native byte order.
        current: (n,) likewise.
        dt: sampling interval, in `t_unit`.
        t_unit: of `dt`.
        i_unit: of `current`, `amp` and `hypamp`.
        v_unit: of `voltage`.
        id: name of the sweep.
        repetition: of the protocol.
        amp: amplitude of the stimulus beyond the holding current.
        hypamp: holding current.
        ton: index of the sample at which the stimulus begins.
        toff: index of the first sample behind the stimulus.
    """

    voltage: NDArray[Any]
    current: NDArray[Any]
    dt: float | None = None
    t_unit: str | None = None
    i_unit: str | None = None
    v_unit: str | None = None
    id: str | None = None
    repetition: int | str | None = None
    amp: float | None = None
    hypamp: float | None = None
    ton: int | None = None
    toff: int | None = None

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> RawTrace:
        """A sweep as a user's own reader returns it.

        Args:
            mapping: `voltage` and `current`, and any of the other attributes; others are ignored.

        Raises:
            RecordingProblem: read, a trace is missing or a value has the wrong kind.
        """
        if not isinstance(mapping, Mapping):
            kind = type(mapping).__name__
            raise RecordingProblem("read", "", f"the reader gave a {kind} in place of a dictionary")
        for key in ("voltage", "current"):
            if mapping.get(key) is None:
                raise RecordingProblem("read", key, f"the reader gave no {key}")
        name, repetition = mapping.get("id"), mapping.get("repetition")
        ton, toff = (_number(mapping, key) for key in ("ton", "toff"))
        return cls(
            samples(mapping["voltage"], "voltage"),
            samples(mapping["current"], "current"),
            _number(mapping, "dt"),
            _text(mapping, "t_unit"),
            _text(mapping, "i_unit"),
            _text(mapping, "v_unit"),
            None if name is None else str(name),
            repetition,
            _number(mapping, "amp"),
            _number(mapping, "hypamp"),
            None if ton is None else round(ton),
            None if toff is None else round(toff),
        )


def samples(values: Any, key: str) -> NDArray[Any]:
    """One trace in native byte order: float32 and float64 as they are, other numbers as float64.

    Args:
        values: anything numpy takes.
        key: names the trace in messages.

    Raises:
        RecordingProblem: read, not one row of real numbers.
    """
    try:
        array = np.asarray(values)
    except Exception as error:
        raise RecordingProblem("read", key, f"the {key} is no array: {error}") from error
    if array.dtype.kind not in "iuf":
        raise RecordingProblem("read", key, f"the {key} holds {array.dtype} and not numbers")
    if array.ndim != 1:
        raise RecordingProblem("read", key, f"the {key} has shape {array.shape} and is no row")
    is_kept = array.dtype.kind == "f" and array.dtype.itemsize in (4, 8)
    dtype = array.dtype.newbyteorder("=") if is_kept else np.dtype(np.float64)
    return np.ascontiguousarray(array, dtype)


def _number(mapping: Mapping[str, Any], key: str) -> float | None:
    """A number of a reader's dictionary, None where there is none."""
    value = mapping.get(key)
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise RecordingProblem("read", key, f"the reader gave {value!r:.60}, which is no number")
    return number


def _text(mapping: Mapping[str, Any], key: str) -> str | None:
    """A text of a reader's dictionary, None where there is none."""
    value = mapping.get(key)
    if value is not None and not isinstance(value, str):
        raise RecordingProblem("read", key, f"the reader gave {value!r:.60}, which is no text")
    return value
