"""MATLAB 5 files, .mat, as PATCHMASTER exports them: two variables a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace, samples
from region_grower_hpc.efeatures.readers.files import (
    MAX_SAMPLES_OF_FILE,
    check_length,
    size_of,
)
from region_grower_hpc.efeatures.readers.foreign import foreign

_NUMBERS = frozenset(
    ("double", "single", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
)
_ITEM_BYTES = 8
#: Deflate packs no tighter.
_MAX_UNPACKED = 1100


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The sweeps of a file, in its order: `Trace_*_1` is time and current, `_2` time and voltage.

    Args:
        metadata: `filepath`.
        compat: makes no difference.

    Raises:
        RecordingProblem: open or read.

    Source: `bluepyefe.reader.read_matlab`.
    """
    path = Path(str(metadata["filepath"]))
    n_bytes = size_of(path, "filepath")
    with foreign("read", "filepath", "cannot read the MATLAB file"), path.open("rb") as file:
        import scipy.io

        shapes = {name: (shape, kind) for name, shape, kind in scipy.io.whosmat(file)}
        pairs = [(name, f"{name[:-1]}2") for name in shapes if _is_current(name)]
        if not pairs:
            raise RecordingProblem("read", "filepath", "has no variable named Trace_..._1")
        names = [name for pair in pairs for name in pair]
        n_samples = sum(_checked_length(name, shapes) for name in names)
        if n_samples > MAX_SAMPLES_OF_FILE or n_samples * _ITEM_BYTES > _MAX_UNPACKED * n_bytes:
            text = f"claims {n_samples} samples, which do not fit into {n_bytes} bytes"
            raise RecordingProblem("read", "filepath", text)
        file.seek(0)
        tables = scipy.io.loadmat(file, variable_names=names)
        return [
            RawTrace(
                samples(tables[voltage][:, 1], "voltage"),
                samples(tables[current][:, 1], "current"),
                dt=float(tables[current][1, 0]),
            )
            for current, voltage in pairs
        ]


def _is_current(name: str) -> bool:
    """Whether a variable is the current of a sweep."""
    return name.startswith("Trace_") and name.endswith("_1")


def _checked_length(name: str, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> int:
    """Number of rows of a variable that is a table of two columns."""
    if name not in shapes:
        raise RecordingProblem("read", name, "is missing: a sweep takes current and voltage")
    shape, kind = shapes[name]
    if kind not in _NUMBERS or len(shape) != 2 or shape[0] < 2 or shape[1] != 2:
        text = f"is no table of times and values, but {kind} of shape {shape}"
        raise RecordingProblem("read", name, text)
    check_length(shape[0], name)
    return shape[0]
