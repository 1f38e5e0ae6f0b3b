"""One Igor binary wave of version 2, 3 or 5.

Source: WaveMetrics' Technical Note 003. Not by igor2, which takes apart all of a header field by
field: a quarter of the time of a whole extraction, where five fields are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES, check_length, size_of

_NAMES = ("wave_bytes", "kind", "n_points", "step", "unit", "step_unit")
_FORMATS = ("i4", "i2", "i4", "f8", "V4", "V4")


@dataclass(frozen=True)
class _Version:
    """Where a version of the format keeps what is needed here.

    Attributes:
        header: from the begin of the file to the first sample.
        wave: begin of the wave, whose size counts its own header.
        padding: bytes behind the samples that count too, but may be missing in the file.
    """

    header: np.dtype[Any]
    wave: int
    padding: int


def _header(offsets: tuple[int, ...], n_bytes: int) -> np.dtype[Any]:
    layout = {"names": _NAMES, "formats": _FORMATS, "offsets": offsets, "itemsize": n_bytes}
    return np.dtype(layout)  # type: ignore[call-overload,no-any-return]


_VERSIONS = {
    2: _Version(_header((2, 16, 58, 64, 50, 54), 126), 16, 16),
    3: _Version(_header((2, 20, 62, 68, 54, 58), 130), 20, 16),
    5: _Version(_header((4, 80, 76, 148, 212, 216), 384), 64, 0),
}
#: The longest wave; behind it there are only notes.
_MAX_BYTES = 8 * MAX_SAMPLES + 1024
#: Place of the numbers of rows, columns, layers and chunks in version 5.
_SHAPE = 132
#: Kind of number -> dtype without byte order; 1 of them is complex, 64 unsigned.
_DTYPES = {2: "f4", 4: "f8", 8: "i1", 16: "i2", 32: "i4", 72: "u1", 80: "u2", 96: "u4"}


@dataclass(frozen=True)
class Wave:
    """One wave.

    Attributes:
        values: as in the file.
        unit: of the values, "" if it is not told.
        step: between two samples.
        step_unit: of the step, "" if it is not told.
    """

    values: NDArray[Any]
    unit: str
    step: float
    step_unit: str


def read_wave(path: Path, key: str) -> Wave:
    """One wave.

    Args:
        path: of the file.
        key: of the metadata that names it.

    Raises:
        RecordingProblem: open or read.
    """
    n_bytes = size_of(path, key)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
    except OSError as error:
        raise RecordingProblem("open", key, f"cannot read the file: {error.strerror}") from error
    order: Literal["<", ">"] = "<" if content[:1] in (b"\2", b"\3", b"\5") else ">"
    version = int(np.frombuffer(content, f"{order}i2", 1)[0]) if len(content) > 1 else 0
    if version not in _VERSIONS:
        raise RecordingProblem("read", key, "is no Igor wave of version 2, 3 or 5")
    place = _VERSIONS[version]
    if len(content) < place.header.itemsize:
        raise RecordingProblem("read", key, f"the file ends after {n_bytes} bytes")
    header = np.frombuffer(content, place.header.newbyteorder(order), 1)[0]
    n_points, dtype = int(header["n_points"]), _dtype(int(header["kind"]), order, key)
    check_length(n_points, key)
    stored = place.wave + int(header["wave_bytes"]) - place.padding
    end = place.header.itemsize + n_points * dtype.itemsize
    if not end <= stored <= len(content):
        text = f"claims {n_points} samples in a wave of {header['wave_bytes']} bytes"
        raise RecordingProblem("read", key, f"{text}; the file has {n_bytes}")
    if version == 5:
        shape = np.frombuffer(content, f"{order}i4", 4, _SHAPE).tolist()
        if shape[:2] != [n_points, 0]:
            text = f"has {n_points} samples in {shape[0]} rows and {shape[1]} columns: not one row"
            raise RecordingProblem("read", key, text)
    values = np.frombuffer(content, dtype, n_points, place.header.itemsize)
    return Wave(values, _text(header["unit"]), float(header["step"]), _text(header["step_unit"]))


def _dtype(kind: int, order: str, key: str) -> np.dtype[Any]:
    if kind not in _DTYPES:
        what = "texts" if kind == 0 else "complex numbers" if kind & 1 else f"kind {kind}"
        raise RecordingProblem("read", key, f"is a wave of {what}: give one of real numbers")
    return np.dtype(f"{order}{_DTYPES[kind]}")


def _text(letters: np.void) -> str:
    """A unit of a header without its padding."""
    return letters.tobytes().decode("latin-1").replace("\0", "").replace(" ", "")
