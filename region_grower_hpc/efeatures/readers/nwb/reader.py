"""Which layout an NWB file has, and its sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import opened
from region_grower_hpc.efeatures.readers.nwb.aibs import AibsLayout
from region_grower_hpc.efeatures.readers.nwb.bbp import BbpLayout
from region_grower_hpc.efeatures.readers.nwb.layout import Layout
from region_grower_hpc.efeatures.readers.nwb.scala import ScalaLayout
from region_grower_hpc.efeatures.readers.nwb.trt import TrtLayout
from region_grower_hpc.efeatures.readers.nwb.vu import VuLayout

#: In the order in which they are asked; the last fits always.
LAYOUTS: tuple[Layout, ...] = (
    BbpLayout(),
    VuLayout(),
    AibsLayout(),
    TrtLayout(),
    ScalaLayout(),
)


def layout_of(file: h5py.File) -> Layout:
    """The layout of an open file."""
    return next(layout for layout in LAYOUTS if layout.fits(file))


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The sweeps that the metadata mean, in the order of the file.

    Args:
        metadata: `filepath`; `protocol_name`, `repetition`, `v_file` and `toff` choose sweeps.
        compat: the attribute `offset` does not count.

    Raises:
        RecordingProblem: open or read.

    Source: spec 4.2; `bluepyefe.nwbreader`.
    """
    with opened(Path(str(metadata["filepath"]))) as file:
        return read_open(file, metadata, compat)


def read_open(file: h5py.File, metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The same for an open file."""
    filters = Filters.of(metadata)
    layout = layout_of(file)
    traces: list[RawTrace] = []
    taken = 0
    for sweep in layout.sweeps(file, filters):
        raw = layout.trace(sweep, filters, not compat, taken)
        if raw is not None:
            traces.append(raw)
            taken += len(raw.voltage) + len(raw.current)
    return traces
