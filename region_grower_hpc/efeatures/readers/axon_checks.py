"""Headers of Axon files that neo would follow without end, or beyond memory."""

from __future__ import annotations

import struct
from pathlib import Path

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES_OF_FILE, size_of

_BLOCK_BYTES = 512
#: Entries of a table, and bytes of all texts, that no recording has.
_MAX_ENTRIES, _MAX_TEXT_BYTES = 100_000, 2**20
#: Place of the first entry of version 2's list of sections; 16 bytes each: block, size, number.
_SECTIONS, _SECTION_BYTES = 76, 16
#: Section of which neo reads each entry -> bytes that it reads of one.
_TABLES = {
    "ADCSection": (1, 82),
    "DACSection": (2, 132),
    "EpochSection": (3, 30),
    "EpochPerDACSection": (5, 48),
    "TagSection": (11, 64),
    "SynchArraySection": (15, 8),
}
_STRINGS_SECTION, _DATA_SECTION = 9, 10


def check_header(path: Path) -> int:
    """Refuse a file whose header claims more than the file holds.

    Args:
        path: of the file.

    Returns:
        version of the format, 1 or 2.

    Raises:
        RecordingProblem: open or read.
    """
    n_bytes = size_of(path, "filepath")
    with path.open("rb") as file:
        head = file.read(_SECTIONS + 18 * _SECTION_BYTES)
    if head[:4] == b"ABF " and len(head) > 128:
        _check_version_1(head, n_bytes)
        return 1
    if head[:4] == b"ABF2" and len(head) == _SECTIONS + 18 * _SECTION_BYTES:
        _check_version_2(head, n_bytes)
        return 2
    raise RecordingProblem("read", "filepath", "is no Axon file of version 1 or 2")


def _check_version_1(head: bytes, n_bytes: int) -> None:
    """Check the numbers of samples, tags and sweeps."""
    (n_samples,) = struct.unpack_from("<i", head, 10)
    (n_tags,) = struct.unpack_from("<i", head, 48)
    synch_block, n_sweeps = struct.unpack_from("<2i", head, 92)
    _check_samples(n_samples, n_bytes)
    _check_table("tags", 0, 64, n_tags, n_bytes)
    _check_table("sweeps", synch_block, 8, n_sweeps, n_bytes)


def _check_version_2(head: bytes, n_bytes: int) -> None:
    """Check the list of sections."""
    for name, (index, entry_bytes) in _TABLES.items():
        block, size, number = _section(head, index)
        _check_table(name, block, size, number, n_bytes)
        if number and size < entry_bytes and name != "DACSection":
            text = f"its {name} has entries of {size} bytes"
            raise RecordingProblem("read", "filepath", text)
    if _section(head, _STRINGS_SECTION)[1] > _MAX_TEXT_BYTES:
        raise RecordingProblem("read", "filepath", "its header claims too many texts")
    _check_samples(_section(head, _DATA_SECTION)[2], n_bytes)


def _section(head: bytes, index: int) -> tuple[int, int, int]:
    """First block, bytes of an entry and number of entries of a section."""
    block, size, number = struct.unpack_from("<IIq", head, _SECTIONS + index * _SECTION_BYTES)
    return block, size, number


def _check_table(name: str, block: int, size: int, number: int, n_bytes: int) -> None:
    """Refuse a table that does not fit into the file."""
    end = block * _BLOCK_BYTES + number * size
    if block < 0 or not 0 <= number <= _MAX_ENTRIES or (number and end > n_bytes):
        text = f"claims {number} entries of {name}, but the file has {n_bytes} bytes"
        raise RecordingProblem("read", "filepath", text)


def _check_samples(n_samples: int, n_bytes: int) -> None:
    """Refuse a number of samples that does not fit into the file."""
    if not 0 <= n_samples <= min(MAX_SAMPLES_OF_FILE, n_bytes):
        text = f"claims {n_samples} samples, but the file has {n_bytes} bytes"
        raise RecordingProblem("read", "filepath", text)
