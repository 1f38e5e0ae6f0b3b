"""Igor waves written byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

_KINDS = {"f4": 2, "f8": 4, "i2": 0x10}


def write_wave(
    path: Path,
    values: Any,
    unit: str,
    version: int = 5,
    order: str = "<",
    step: float = 0.00025,
    kind: str = "f4",
    step_unit: str = "s",
) -> Path:
    """A wave of version 2, 3 or 5 with a note."""
    data = np.asarray(values).astype(f"{order}{kind}").tobytes()
    n_points, note = len(values), b"note"
    units = (unit.encode(), step_unit.encode())
    if version == 5:
        header = struct.pack(
            f"{order}IIIihh6sh32si I4i4d4d4s16s",
            *(0, 0, 0, n_points, _KINDS[kind], 0, b"", 1, b"wave", 0, 0, n_points, 0, 0, 0),
            *(step, 0, 0, 0, 0, 0, 0, 0, *units),
        ).ljust(320, b"\0")
        sizes = (320 + len(data), 0, len(note), *(0,) * 12)
        content = struct.pack(f"{order}hh15i", 5, 0, *sizes).ljust(64, b"\0")
        path.write_bytes(content + header + data + note)
        return path
    header = struct.pack(
        f"{order}hI20shhI4s4sihd",
        *(_KINDS[kind], 0, b"wave", 0, 0, 0, *units, n_points, 0, step),
    ).ljust(110, b"\0")
    sizes = (110 + len(data) + 16, len(note), 0, 0)[: version + 1]
    content = struct.pack(f"{order}h{len(sizes)}ih", version, *sizes, 0)
    path.write_bytes(content + header + data + bytes(16) + note)
    return path
