"""Layout of the Allen Institute for Brain Science."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import dataset, member, subgroup
from region_grower_hpc.efeatures.readers.hdf5_values import first_value
from region_grower_hpc.efeatures.readers.nwb.layout import PRESENTATION, Layout, SweepPlace

_SERIES = "acquisition/timeseries"


class AibsLayout(Layout):
    """`acquisition/timeseries/<sweep>`, its protocol in `aibs_stimulus_name`."""

    name = "aibs"

    def fits(self, file: h5py.File) -> bool:
        """Whether the series lie one level deeper than usual."""
        return member(file, _SERIES) is not None

    def protocols(self, file: h5py.File) -> list[str]:
        """Those of all sweeps."""
        series = subgroup(file, _SERIES)
        return list(dict.fromkeys(_protocol(subgroup(series, name)) for name in series))

    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """In the order of the acquisition; the stimulus has the same name."""
        series = subgroup(file, _SERIES)
        for name in series:
            voltage = subgroup(series, name)
            protocol = _protocol(voltage)
            if filters.wants(protocol):
                current = subgroup(subgroup(file, PRESENTATION), name)
                yield SweepPlace(name, voltage, current, voltage, protocol)


def _protocol(voltage: h5py.Group) -> str:
    """Protocol of a sweep."""
    values = dataset(voltage, "aibs_stimulus_name")
    protocol = first_value(values)
    if not isinstance(protocol, str):
        raise RecordingProblem("read", str(values.name), f"{protocol!r:.60} is no name")
    return protocol
