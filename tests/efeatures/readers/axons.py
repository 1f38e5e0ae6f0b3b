"""Axon files of version 1, written byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

HEADER_BYTES = 6144


def write_abf1(
    path: Path,
    sweeps: Any,
    units: Sequence[str],
    epochs: Sequence[tuple[int, float, float, int, int]] = (),
    output_units: Sequence[str] = ("pA", "mV"),
    holding: float = 0.0,
    stays: bool = False,
    source: int = 1,
) -> Path:
    """A file of float32 samples at 10 kHz.

    Args:
        path: of the file.
        sweeps: (sweeps, samples, channels).
        units: of the channels.
        epochs: of output 0: kind, level, its step, duration, its step.
        output_units: of the two outputs.
        holding: of output 0.
        stays: whether output 0 stays at its last level.
        source: of the waveform of output 0.
    """
    values = np.asarray(sweeps, dtype="<f4")
    n_sweeps, n_samples, n_channels = values.shape
    synch_block = (HEADER_BYTES + values.nbytes) // 512 + 1
    content = bytearray(synch_block * 512 + 8 * n_sweeps)

    def put(form: str, offset: int, *items: Any) -> None:
        struct.pack_into(f"<{form}", content, offset, *items)

    put("4sf", 0, b"ABF ", 1.83)
    put("hi", 8, 5, values.size)
    put("i", 40, HEADER_BYTES // 512)
    put("2ih", 92, synch_block, n_sweeps, 1)
    put("hf", 120, n_channels, 100.0 / n_channels)
    put("i", 138, n_samples * n_channels)
    put("16h", 410, *range(n_channels), *[-1] * (16 - n_channels))
    for channel, unit in enumerate(units):
        put("10s", 442 + 10 * channel, f"IN {channel}".encode())
        put("8s", 602 + 8 * channel, unit.encode("latin-1").ljust(8))
    for output, unit in enumerate(output_units):
        put("8s", 1346 + 8 * output, unit.encode().ljust(8))
    put("f", 1394, holding)
    put("2h2h2h", 2296, int(bool(epochs)), 0, source, 0, int(stays), 0)
    for row, (kind, level, level_step, duration, duration_step) in enumerate(epochs):
        put("h", 2308 + 2 * row, kind)
        put("f", 2348 + 4 * row, level)
        put("f", 2428 + 4 * row, level_step)
        put("i", 2508 + 4 * row, duration)
        put("i", 2588 + 4 * row, duration_step)
    content[HEADER_BYTES : HEADER_BYTES + values.nbytes] = values.tobytes()
    for sweep in range(n_sweeps):
        n_values = n_samples * n_channels
        put("2i", synch_block * 512 + 8 * sweep, sweep * n_values, n_values)
    path.write_bytes(content)
    return path
