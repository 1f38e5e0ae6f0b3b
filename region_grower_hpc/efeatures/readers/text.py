"""Tables of voltages, .txt and .csv: a column an amplitude, a row a sample, no header."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES_OF_FILE, check_length, size_of
from region_grower_hpc.efeatures.readers.foreign import foreign
from region_grower_hpc.efeatures.units import time_factor

_MAX_LINE, _MAX_AMPLITUDES = 2**20, 10_000
_CUT_MS = 100.0


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """One sweep an amplitude; the current is made from the metadata.

    Cells are separated by tabs, in a .csv file without tabs by commas; `-` and empty cells are 0;
    columns beyond the amplitudes are ignored.

    Args:
        metadata: `filepath`, `amplitudes`, `hypamp`, `dt`, `ton`, `toff` (ms), the units, and
            `remove_last_100ms`.
        compat: makes no difference.

    Raises:
        RecordingProblem: open, read or units.

    Source: `bluepyefe.reader.csv_lccr_reader`.
    """
    amplitudes = _amplitudes(metadata)
    holding = _number(metadata["hypamp"], "hypamp")
    dt = _number(metadata["dt"], "dt")
    dt_ms = dt * time_factor(metadata["t_unit"])
    if not (dt_ms > 0 and math.isfinite(dt_ms)):
        raise RecordingProblem("units", "dt", f"a sampling interval of {dt} is out of range")
    first, stop = (_index(_number(metadata[key], key), dt_ms, key) for key in ("ton", "toff"))
    path = Path(str(metadata["filepath"]))
    size_of(path, "filepath")
    with foreign("read", "filepath", "cannot read the table"), path.open("rb") as file:
        columns = _columns(file, len(amplitudes), path.suffix.lower() == ".csv")
    if metadata.get("remove_last_100ms"):
        n_kept = max(len(columns[0]) - int(_CUT_MS / dt_ms), 0)
        columns = [column[:n_kept] for column in columns]
    traces = []
    for amplitude, voltage in zip(amplitudes, columns, strict=True):
        current = np.full(len(voltage), holding)
        current[first:stop] = amplitude + holding
        traces.append(
            RawTrace(
                voltage,
                current,
                dt,
                t_unit=metadata["t_unit"],
                i_unit=metadata["i_unit"],
                v_unit=metadata["v_unit"],
                amp=amplitude,
                hypamp=holding,
            )
        )
    return traces


def _columns(file: IO[bytes], n_columns: int, is_csv: bool) -> list[NDArray[np.float64]]:
    """The first columns of a table."""
    values = array("d")
    separator = b"\t"
    n_rows = 0
    for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE), b""), start=1):
        if len(line) >= _MAX_LINE:
            raise RecordingProblem("read", "filepath", f"line {number} is too long for a table")
        row = line.rstrip(b"\r\n")
        if not row.strip():
            continue
        if not n_rows and is_csv and b"\t" not in row:
            separator = b","
        cells = row.split(separator)
        if len(cells) < n_columns:
            text = f"line {number} has {len(cells)} column(s) for {n_columns} amplitudes"
            raise RecordingProblem("read", "amplitudes", text)
        try:
            values.extend([_cell(cell) for cell in cells[:n_columns]])
        except ValueError:
            text = f"line {number} holds something else than numbers: {row[:40]!r}"
            raise RecordingProblem("read", "filepath", text) from None
        n_rows += 1
        if len(values) > MAX_SAMPLES_OF_FILE:
            check_length(len(values), "filepath")
    table = np.frombuffer(values, np.float64).reshape(n_rows, n_columns)
    return [np.ascontiguousarray(column) for column in table.T]


def _cell(cell: bytes) -> float:
    """Value of a cell."""
    text = cell.strip()
    return 0.0 if text in (b"", b"-") else float(text)


def _amplitudes(metadata: Mapping[str, Any]) -> list[float]:
    """The amplitudes of the metadata."""
    given = metadata["amplitudes"]
    if not isinstance(given, list | tuple) or not 0 < len(given) <= _MAX_AMPLITUDES:
        raise RecordingProblem("read", "amplitudes", f"{given!r:.60} is no list of numbers")
    return [_number(value, "amplitudes") for value in given]


def _number(value: Any, key: str) -> float:
    """A finite number of the metadata."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise RecordingProblem("read", key, f"{value!r:.60} is no number")
    return number


def _index(time_ms: float, dt_ms: float, key: str) -> int:
    """Sample of a time."""
    if time_ms < 0 or not math.isfinite(time_ms / dt_ms):
        raise RecordingProblem("read", key, f"{time_ms} ms is outside the trace")
    return int(time_ms / dt_ms)
