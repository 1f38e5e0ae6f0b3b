"""What an nrrd header asks for, before its values are read: sizes, skips and the data file."""

from __future__ import annotations

import bz2
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.formats.safe_name import lies_within

#: deflate packs no tighter than 1,032 to 1, bzip2 (of zeros) than 45 million to 1.
MAX_UNPACKED = {"gzip": 1032, "gz": 1032, "bzip2": 50_000_000, "bz2": 50_000_000}
CHUNK_BYTES = 2**20
#: Unpacking more than a header tells does no harm up to this, or this share of the free memory.
HARMLESS_BYTES, FREE_SHARE = 2**28, 0.25


def header_problem(path: Path, header: Mapping[str, Any]) -> str | None:
    """What of a header would read other files, or take more memory or time than the file is worth.

    Args:
        path: of the nrrd file.
        header: as pynrrd reads it.

    Returns:
        In words; None for a sound header.
    """
    data_path, problem = _data_path(path, header)
    if problem is not None:
        return problem
    n_bytes = data_path.stat().st_size
    for name in ("line skip", "lineskip", "byte skip", "byteskip"):
        if abs(int(header.get(name, 0))) > n_bytes:
            return f"'{name}' is {header[name]}, but the file has {n_bytes} bytes"
    sizes = [int(size) for size in header["sizes"]]
    if min(sizes, default=0) < 1:
        return f"'sizes' are {sizes}: each must be above 0"
    expected = _item_bytes(header)
    for size in sizes:
        expected *= size
    encoding = str(header.get("encoding"))
    if expected > MAX_UNPACKED.get(encoding, 1) * n_bytes * (4 if encoding == "ascii" else 1):
        return f"'sizes' are {sizes}, which is more than {n_bytes} bytes can hold"
    return _bomb_problem(data_path, path == data_path, encoding, expected)


def _data_path(path: Path, header: Mapping[str, Any]) -> tuple[Path, str | None]:
    """The file with the values, and what is wrong with it."""
    name = header.get("data file", header.get("datafile"))
    if name is None:
        return path, None
    data_path = path.parent / str(name)
    if "\0" in str(name) or not lies_within(data_path, path.parent):
        return path, f"'data file' is '{name}', which is not in the folder of the file"
    if not data_path.is_file():
        return path, f"'data file' is '{name}', which does not exist"
    return data_path, None


def _item_bytes(header: Mapping[str, Any]) -> int:
    import numpy as np
    from nrrd.reader import _TYPEMAP_NRRD2NUMPY

    dtype = np.dtype(_TYPEMAP_NRRD2NUMPY[header["type"]])
    if dtype.kind not in "iuf":
        raise ValueError(f"values of type '{header['type']}' are no numbers")
    return dtype.itemsize


def _bomb_problem(data_path: Path, attached: bool, encoding: str, expected: int) -> str | None:
    """Whether packed values are far more than the header tells, where that would hurt."""
    if encoding not in MAX_UNPACKED:
        return None
    packed = data_path.stat().st_size
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    harmless = max(HARMLESS_BYTES, int(FREE_SHARE * free))
    if MAX_UNPACKED[encoding] * packed <= expected + harmless:
        return None
    with data_path.open("rb") as file:
        if attached:
            while file.readline() not in (b"\n", b"\r\n", b""):
                pass
        n_unpacked = 0
        is_gzip = encoding in ("gzip", "gz")
        while n_unpacked <= expected + harmless and (chunk := file.read(CHUNK_BYTES)):
            if n_unpacked == 0:
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if is_gzip else _Bzip2()
            n_unpacked += len(unpacker.decompress(chunk, CHUNK_BYTES))
            while unpacker.unconsumed_tail and n_unpacked <= expected + harmless:
                unpacked = unpacker.decompress(unpacker.unconsumed_tail, CHUNK_BYTES)
                n_unpacked += len(unpacked)
    if n_unpacked > expected + harmless:
        return f"its values unpack to far more than the {expected} bytes of its 'sizes'"
    return None


class _Bzip2:
    """bz2.BZ2Decompressor with the face of zlib's."""

    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def unconsumed_tail(self) -> bytes:
        """Whether there is more to give, as bytes to give back."""
        return b"" if self._inner.needs_input or self._inner.eof else b"\0"

    def decompress(self, data: bytes, most: int) -> bytes:
        """Unpack some more bytes."""
        if self._inner.eof:
            return b""
        return self._inner.decompress(data if self._inner.needs_input else b"", most)
