"""The files-metadata document: which file holds which recordings of which cell and protocol."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.value_checks import plain_value

#: Keys that name data together, in the order in which they are told as files.
FILE_KEYS = ("i_file", "v_file")
ALL_FILE_KEYS = ("filepath", *FILE_KEYS)


@dataclass(frozen=True)
class Entry:
    """What the metadata say of one file under one protocol.

    Attributes:
        cell: its id.
        protocol: its name.
        index: position within cell and protocol.
        metadata: as given, with paths that can be opened and `protocol_name`.
        files: paths as they are written in the document.
    """

    cell: str
    protocol: str
    index: int
    metadata: Mapping[str, Any]
    files: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        """Files that can be opened."""
        return [Path(text) for text in files_of(self.metadata)]

    def __str__(self) -> str:
        return f"{self.cell}/{self.protocol}/{self.index}"


def files_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The files of an entry: `filepath`, or else current and voltage."""
    if metadata.get("filepath"):
        return (str(metadata["filepath"]),)
    return tuple(str(metadata[key]) for key in FILE_KEYS if metadata.get(key))


def entries_of(
    document: Mapping[str, Any], folder: Path | None = None, *, is_plain: bool = True
) -> Iterator[Entry]:
    """The entries of a document without problems.

    Args:
        document: {cell: {protocol: [metadata, ...]}}; left as it is.
        folder: which relative paths are relative to; None: the working folder.
        is_plain: make paths and arrays of Python what JSON has; a reader of the user gets them as
            they are.
    """
    for cell, protocols in document.items():
        for protocol, entries in protocols.items():
            for index, metadata in enumerate(entries):
                resolved = dict(metadata)
                if is_plain:
                    resolved = {key: plain_value(value) for key, value in resolved.items()}
                for key in ALL_FILE_KEYS:
                    if resolved.get(key) and folder is not None:
                        resolved[key] = os.path.join(folder, resolved[key])  # noqa: PTH118
                if resolved.get("protocol_name") is None:
                    resolved["protocol_name"] = protocol
                yield Entry(cell, protocol, index, resolved, files_of(metadata))
