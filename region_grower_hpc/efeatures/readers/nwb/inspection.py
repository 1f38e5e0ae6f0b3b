"""What an NWB file holds, told without reading its traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import opened
from region_grower_hpc.efeatures.readers.nwb.reader import layout_of


@dataclass(frozen=True)
class NwbContents:
    """What an NWB file holds.

    Attributes:
        layout: bbp, vu, aibs, trt or scala.
        protocols: in the order of the file.
        n_traces: sweeps with voltage and current that pass the filters.
    """

    layout: str
    protocols: tuple[str, ...]
    n_traces: int


def inspect(path: Path, metadata: Mapping[str, Any]) -> NwbContents:
    """What a file holds.

    Args:
        path: of the file.
        metadata: filters `protocol_name`, `repetition`, `v_file`; {} counts all sweeps.

    Raises:
        RecordingProblem: open or read.
    """
    filters = Filters.of(metadata)
    with opened(path) as file:
        layout = layout_of(file)
        n_traces = sum(1 for _ in layout.sweeps(file, filters))
        return NwbContents(layout.name, tuple(layout.protocols(file)), n_traces)
