"""Layout with an index of cells, protocols and repetitions (Blue Brain Project)."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import member, subgroup
from region_grower_hpc.efeatures.readers.hdf5_values import text_of
from region_grower_hpc.efeatures.readers.nwb.layout import PRESENTATION, Layout, SweepPlace

_INDEX = "data_organization"
#: Part of a recorded trace's name -> that of its stimulus; the first that occurs counts.
_STIMULUS_NAMES = (("ccs_", "ccss_"), ("ic_", "ics_"))


class BbpLayout(Layout):
    """`data_organization/<cell>/<protocol>/repetition N/<sweep>/<trace>`."""

    name = "bbp"

    def fits(self, file: h5py.File) -> bool:
        """Whether there is an index."""
        return _INDEX in file

    def protocols(self, file: h5py.File) -> list[str]:
        """Those of all cells."""
        index = subgroup(file, _INDEX)
        return list(dict.fromkeys(name for cell in index for name in subgroup(index, cell)))

    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """In the order of protocols, cells, repetitions, sweeps, traces."""
        index = subgroup(file, _INDEX)
        for protocol in filters.protocols or self.protocols(file):
            for cell in index:
                content = subgroup(index, cell)
                name = _same_name(content, protocol)
                if name is not None:
                    yield from self._of_protocol(file, subgroup(content, name), name, filters)

    def _of_protocol(
        self, file: h5py.File, content: h5py.Group, protocol: str, filters: Filters
    ) -> Iterator[SweepPlace]:
        """Sweeps of one protocol of one cell."""
        acquisition, presentation = subgroup(file, "acquisition"), subgroup(file, PRESENTATION)
        for repetition, repetition_name in _repetitions(content, filters.repetitions):
            sweeps = subgroup(content, repetition_name)
            for sweep_name in sweeps:
                for trace_name in subgroup(sweeps, sweep_name):
                    voltage = member(acquisition, trace_name)
                    stimulus_name = _stimulus_name(trace_name)
                    current = stimulus_name and member(presentation, stimulus_name)
                    if not isinstance(voltage, h5py.Group) or not isinstance(current, h5py.Group):
                        continue
                    if filters.v_file is not None and _source(voltage) != filters.v_file:
                        continue
                    yield SweepPlace(trace_name, voltage, current, current, protocol, repetition)


def _same_name(content: h5py.Group, protocol: str) -> str | None:
    """Name of a protocol in a cell: the same, or else the first that differs in case alone."""
    if protocol in content:
        return protocol
    return next((name for name in content if name.lower() == protocol.lower()), None)


def _repetitions(content: h5py.Group, wanted: tuple[int, ...]) -> list[tuple[int, str]]:
    """Number and group of the repetitions that are meant, in the order of the metadata."""
    found: dict[int, str] = {}
    for name in content:
        try:
            found.setdefault(int(name.replace("repetition ", "")), name)
        except ValueError as error:
            text = "is no repetition of a protocol"
            raise RecordingProblem("read", f"{content.name}/{name}", text) from error
    missing = [number for number in wanted if number not in found]
    if missing:
        text = f"{content.name} has no repetition {missing[0]}"
        raise RecordingProblem("read", "repetition", text)
    return [(number, found[number]) for number in wanted or found]


def _stimulus_name(trace_name: str) -> str | None:
    """Name of a trace's stimulus, None for traces that are no current clamp."""
    for recorded, presented in _STIMULUS_NAMES:
        if recorded in trace_name:
            return trace_name.replace(recorded, presented)
    return None


def _source(voltage: h5py.Group) -> str | None:
    """Base name of the file that a trace was converted from."""
    description = text_of(voltage, "description")
    return None if description is None else description.split("/")[-1]
