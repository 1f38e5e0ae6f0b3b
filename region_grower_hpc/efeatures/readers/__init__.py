"""Readers of recordings, one format a module; all failures are `RecordingProblem`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.efeatures.readers.choice import (
    SUFFIXES,
    read_entry,
    required_keys,
    suffix_problem,
)

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.readers.nwb.inspection import NwbContents

__all__ = ["SUFFIXES", "inspect_nwb", "read_entry", "required_keys", "suffix_problem"]


def inspect_nwb(path: str | Path, **filters: Any) -> NwbContents:
    """What an NWB file holds: layout, protocols and number of traces; no trace is read.

    Args:
        path: of the file.
        filters: `protocol_name`, `repetition`, `v_file` as in the metadata; they limit the count.

    Raises:
        RecordingProblem: the file is missing, damaged or of another format.
    """
    from region_grower_hpc.efeatures.readers.nwb.inspection import inspect

    metadata: Mapping[str, Any] = filters
    return inspect(Path(path), metadata)
