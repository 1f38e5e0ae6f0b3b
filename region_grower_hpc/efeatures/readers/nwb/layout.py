"""What a layout of NWB files has to tell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import h5py

from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import member, subgroup
from region_grower_hpc.efeatures.readers.nwb.series import Series, read_series

PRESENTATION = "stimulus/presentation"


@dataclass(frozen=True)
class SweepPlace:
    """Where the traces of a sweep lie; nothing of them is read yet.

    Attributes:
        name: of the recording.
        voltage: series of the acquisition.
        current: series of the stimulus.
        clock: the one of the two whose sampling rate counts.
        protocol: as the file names it.
        repetition: of the protocol.
    """

    name: str
    voltage: h5py.Group
    current: h5py.Group
    clock: h5py.Group
    protocol: str
    repetition: int | None = None


class Layout(ABC):
    """One layout; without state."""

    name: str

    @abstractmethod
    def fits(self, file: h5py.File) -> bool:
        """Whether a file has this layout, if none of the layouts asked before fits."""

    @abstractmethod
    def protocols(self, file: h5py.File) -> list[str]:
        """Names of the protocols, each once, in the order of the file."""

    @abstractmethod
    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """The sweeps that are meant, in order.

        Raises:
            RecordingProblem: read, something that the layout needs is missing.
        """

    def trace(
        self, sweep: SweepPlace, filters: Filters, has_offset: bool, taken: int
    ) -> RawTrace | None:
        """Read a sweep; None if it is no recording after all.

        Args:
            sweep: of this layout.
            filters: of the metadata.
            has_offset: whether the attribute `offset` counts.
            taken: samples read of the file before.

        Raises:
            RecordingProblem: read.
        """
        voltage, current = Series.of(sweep.voltage), Series.of(sweep.current)
        return read_series(sweep, voltage, current, has_offset, taken)


def acquisition(file: h5py.File) -> h5py.Group:
    """The group of recorded series, which some files keep one level deeper."""
    top = subgroup(file, "acquisition")
    deeper = member(top, "timeseries")
    return deeper if isinstance(deeper, h5py.Group) else top
