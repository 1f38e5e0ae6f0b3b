"""Formats of files told by their first bytes."""

from __future__ import annotations

import struct
from pathlib import Path

from region_grower_hpc.efeatures.readers.files import size_of

_HDF5 = b"\x89HDF\r\n\x1a\n"
_AXON = (b"ABF ", b"ABF2")
_MATLAB = b"MATLAB 5.0 MAT-file"
#: Where HDF5 may begin, behind a block of the user.
_HDF5_OFFSETS = (0, 512, 1024, 2048)
#: Version of an Igor wave -> where its size stands.
_IGOR_SIZES = {2: 2, 3: 2, 5: 4}
_HEAD_BYTES = 2048 + len(_HDF5)


def format_in(path: Path, key: str) -> str | None:
    """Name of the format of a file as its content tells, None for an unknown one.

    Args:
        path: of the file.
        key: of the metadata that names it.

    Raises:
        RecordingProblem: open, the file cannot be read.
    """
    n_bytes = size_of(path, key)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if any(head[offset:].startswith(_HDF5) for offset in _HDF5_OFFSETS):
        return "hdf5"
    if head.startswith(_AXON):
        return "axon"
    if head.startswith(_MATLAB):
        return "matlab"
    if _is_igor(head, n_bytes):
        return "igor"
    return "text" if _is_table(head) else None


def _is_igor(head: bytes, n_bytes: int) -> bool:
    """Whether the file begins as a wave of a known version that fits into it."""
    for order in "<>":
        if len(head) < 8:
            return False
        (version,) = struct.unpack_from(f"{order}h", head)
        if version in _IGOR_SIZES:
            (wave_bytes,) = struct.unpack_from(f"{order}i", head, _IGOR_SIZES[version])
            return bool(0 < wave_bytes < n_bytes)
    return False


def _is_table(head: bytes) -> bool:
    """Whether the first line holds numbers between tabs."""
    cells = head.split(b"\n")[0].strip(b"\r").split(b"\t")
    try:
        numbers = [float(cell) for cell in cells if cell not in (b"", b"-")]
    except ValueError:
        return False
    return bool(numbers)
