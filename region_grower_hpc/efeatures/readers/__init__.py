"""Readers of recordings, one format a module; all failures are `RecordingProblem`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.choice import (
    SUFFIXES,
    read_entry,
    required_keys,
    suffix_problem,
)
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.readers.nwb.inspection import NwbContents

__all__ = ["SUFFIXES", "inspect_nwb", "read_entry", "required_keys", "suffix_problem"]


def inspect_nwb(path: str | Path, **filters: Any) -> NwbContents:
    """What an NWB file holds: layout, protocols and number of traces; no trace is read.

    Args:
        path: of the file.
        filters: `protocol_name`, `repetition`, `v_file` as in the metadata; they limit the count.

    Raises:
        InvalidInputError: the file is missing, damaged or of another format.
    """
    from region_grower_hpc.efeatures.readers.nwb.inspection import inspect

    try:
        return inspect(Path(path), filters)
    except RecordingProblem as problem:
        raise InvalidInputError(f"{path}: {problem}") from problem
