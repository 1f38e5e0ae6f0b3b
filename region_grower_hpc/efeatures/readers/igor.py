"""Igor binary waves, .ibw and .bwav: a file of voltage and one of current."""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace, samples
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES, size_of
from region_grower_hpc.efeatures.readers.foreign import foreign
from region_grower_hpc.efeatures.units import unit_problem

# What it logs of damaged waves, their bytes included, is told by the problem raised.
logging.getLogger("igor2").setLevel(logging.CRITICAL)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Version:
    """Where a version of the format keeps what is needed here; bytes from the begin of the file.

    Attributes:
        head: bytes before the wave.
        wave_bytes: place of the size of header and data of the wave.
        optional: places of the sizes of notes, formulas and labels behind the data.
        type: place of the kind of the samples.
    """

    head: int
    wave_bytes: int
    optional: tuple[int, ...]
    type: int


_VERSIONS = {
    2: _Version(16, 2, (6, 10), 16),
    3: _Version(20, 2, (6, 10, 14), 20),
    5: _Version(64, 4, (8, 12, 16, *range(20, 52, 4), 52), 80),
}
#: Waves of versions 2 and 3 end with it.
_PADDING = bytes(16)
_MAX_WAVE_BYTES = 8 * MAX_SAMPLES


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


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The sweep of a pair of files; the two are swapped where their headers say so.

    Args:
        metadata: `i_file`, `v_file`.
        compat: makes no difference.

    Raises:
        RecordingProblem: open or read.

    Source: `bluepyefe.reader.igor_reader`.
    """
    voltage = read_wave(Path(str(metadata["v_file"])), "v_file")
    current = read_wave(Path(str(metadata["i_file"])), "i_file")
    if "A" in voltage.unit and "V" in current.unit:
        logger.info("voltage and current are reversed: v_file '%s'", metadata["v_file"])
        voltage, current = current, voltage
    is_time = unit_problem("t_unit", voltage.step_unit) is None
    return [
        RawTrace(
            samples(voltage.values, "voltage"),
            samples(current.values, "current"),
            dt=voltage.step,
            t_unit=voltage.step_unit if is_time else None,
            i_unit=current.unit or None,
            v_unit=voltage.unit or None,
        )
    ]


def read_wave(path: Path, key: str) -> Wave:
    """One wave of version 2, 3 or 5.

    Args:
        path: of the file.
        key: of the metadata that names it.

    Raises:
        RecordingProblem: open or read.
    """
    with foreign("read", key, "cannot read the Igor wave"):
        version, content = _bare_wave(path, key)
        from igor2 import binarywave

        wave = binarywave.load(io.BytesIO(content))["wave"]
        header = wave["wave_header"]
        if wave["wData"].size != header["npnts"]:
            text = f"tells {header['npnts']} samples, but dimensions of {wave['wData'].shape}"
            raise RecordingProblem("read", key, text)
        step = header["sfA"][0] if version == 5 else header["hsA"]
        step_unit = header["dimUnits"][0] if version == 5 else header["xUnits"]
        return Wave(
            np.array(wave["wData"]), _text(header["dataUnits"]), float(step), _text(step_unit)
        )


def _bare_wave(path: Path, key: str) -> tuple[int, bytes]:
    """Version and bytes of a wave without what follows its data, which igor2 reads byte by byte."""
    n_bytes = size_of(path, key)
    with path.open("rb") as file:
        head = file.read(max(one.type for one in _VERSIONS.values()) + 2)
        order = "<" if head[:1] in (b"\2", b"\3", b"\5") else ">"
        version = struct.unpack_from(f"{order}h", head)[0] if len(head) > 1 else 0
        if version not in _VERSIONS:
            raise RecordingProblem("read", key, "is no Igor wave of version 2, 3 or 5")
        place = _VERSIONS[version]
        if len(head) < place.type + 2:
            raise RecordingProblem("read", key, f"the file ends after {n_bytes} bytes")
        (wave_bytes,) = struct.unpack_from(f"{order}i", head, place.wave_bytes)
        (kind,) = struct.unpack_from(f"{order}h", head, place.type)
        # Padding may be missing at the end of the file.
        stored = place.head + wave_bytes - (0 if version == 5 else len(_PADDING))
        if not 0 < wave_bytes <= _MAX_WAVE_BYTES or stored > n_bytes:
            text = f"claims a wave of {wave_bytes} bytes, but the file has {n_bytes}"
            raise RecordingProblem("read", key, text)
        if kind == 0:
            raise RecordingProblem("read", key, "is a wave of texts")
        content = bytearray(head + file.read(max(stored - len(head), 0)))
    for offset in place.optional:
        struct.pack_into("i", content, offset, 0)
    return version, bytes(content[:stored] + _PADDING)


def _text(letters: Any) -> str:
    """A unit of a header without its padding."""
    return str(np.asarray(letters).tobytes().decode("latin-1").replace("\0", "").replace(" ", ""))
