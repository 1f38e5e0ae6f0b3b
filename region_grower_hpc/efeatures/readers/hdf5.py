"""Plain HDF5 files, .h5 and .hdf5: the simplest layout that holds recordings.

::

    /recordings/              attributes here hold for all groups below
        <name>/               a sweep, in the order of the file
            voltage           (n,) numbers
            current           (n,) numbers

Attributes of a sweep's group win over those of `/recordings`; all but the traces may be missing:

=================  ==================================================================
dt, t_unit         sampling interval and its unit
v_unit, i_unit     units of the traces; `amp` and `hypamp` are in `i_unit` too
protocol_name      chosen by the metadata's `protocol_name`; a sweep without one always is
repetition         number, chosen by the metadata's `repetition`
id                 name of the recording; default: that of its group
amp, hypamp        amplitude of the stimulus beyond the holding current, holding current
ton, toff          indices of the stimulus' first sample and of the first one behind it
=================  ==================================================================

A file without `/recordings` but with `/acquisition` is read as NWB.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import dataset, member, opened, subgroup
from region_grower_hpc.efeatures.readers.hdf5_values import attribute, samples_of

_TOP = "recordings"
_ATTRIBUTES = (
    *("dt", "t_unit", "v_unit", "i_unit", "protocol_name", "repetition"),
    *("id", "amp", "hypamp", "ton", "toff"),
)


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The sweeps that the metadata mean, in the order of the file.

    Args:
        metadata: `filepath`; `protocol_name` and `repetition` choose sweeps.
        compat: as for NWB files.

    Raises:
        RecordingProblem: open or read.
    """
    with opened(Path(str(metadata["filepath"]))) as file:
        top = member(file, _TOP)
        if not isinstance(top, h5py.Group):
            if member(file, "acquisition") is None:
                text = "has neither a group /recordings nor, as NWB files, /acquisition"
                raise RecordingProblem("read", "filepath", text)
            from region_grower_hpc.efeatures.readers.nwb.reader import read_open

            return read_open(file, metadata, compat)
        return _recordings(top, Filters.of(metadata))


def _recordings(top: h5py.Group, filters: Filters) -> list[RawTrace]:
    """Sweeps below `/recordings`."""
    common = _attributes(top)
    traces: list[RawTrace] = []
    taken = 0
    for name in top:
        group = subgroup(top, name)
        found = {"id": name, **common, **_attributes(group)}
        protocol, repetition = found.pop("protocol_name", None), found.get("repetition")
        if protocol is not None and not filters.wants(str(protocol)):
            continue
        if filters.repetitions and repetition not in filters.repetitions:
            continue
        for key in ("voltage", "current"):
            found[key] = samples_of(dataset(group, key), taken)
            taken += len(found[key])
        traces.append(RawTrace.of(found))
    return traces


def _attributes(group: h5py.Group) -> dict[str, Any]:
    """Known attributes of a group, as Python has them."""
    found = {}
    for key in _ATTRIBUTES:
        value = attribute(group, key)
        if value is not None:
            found[key] = value.item() if isinstance(value, np.generic) else value
    return found
