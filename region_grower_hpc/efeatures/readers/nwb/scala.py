"""Layout of series and stimulus series of one name, the one most files have."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import dataset, member, subgroup
from region_grower_hpc.efeatures.readers.hdf5_values import samples_of, text_of
from region_grower_hpc.efeatures.readers.nwb.layout import PRESENTATION, Layout, SweepPlace

_REPETITIONS = "general/intracellular_ephys/intracellular_recordings"


class ScalaLayout(Layout):
    """`acquisition/<...>Series_<n>` with `stimulus/presentation/<...>StimulusSeries_<n>`."""

    name = "scala"

    def fits(self, file: h5py.File) -> bool:
        """Any file; this layout is the last resort."""
        return True

    def protocols(self, file: h5py.File) -> list[str]:
        """Those of all series."""
        acquisition = subgroup(file, "acquisition")
        return list(dict.fromkeys(_protocol(acquisition, name) for name in acquisition))

    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """In the order of the acquisition; series without stimulus are skipped."""
        acquisition = subgroup(file, "acquisition")
        presentation = subgroup(file, PRESENTATION)
        numbers = (
            samples_of(dataset(subgroup(file, _REPETITIONS), "repetition"))
            if filters.repetitions
            else None
        )
        for name in acquisition:
            protocol = _protocol(acquisition, name)
            if not filters.wants(protocol):
                continue
            current = member(presentation, name.replace("Series", "StimulusSeries"))
            if not isinstance(current, h5py.Group):
                continue
            repetition = None
            if numbers is not None:
                repetition = int(numbers[_row(name, len(numbers))])
                if repetition not in filters.repetitions:
                    continue
            voltage = subgroup(acquisition, name)
            yield SweepPlace(name, voltage, current, voltage, protocol, repetition)


def _protocol(acquisition: h5py.Group, name: str) -> str:
    """Protocol of a series; all kinds of steps are one, and so is what is not told."""
    series = member(acquisition, name)
    is_item = isinstance(series, h5py.Group | h5py.Dataset)
    protocol = text_of(series, "stimulus_description") if is_item else None
    if protocol is None or protocol.lower() == "na":
        return "Step"
    is_step = "step" in protocol.lower() and protocol.lower() != "genericstep"
    return "Step" if is_step else protocol


def _row(name: str, n_rows: int) -> int:
    """Row of a series in the table of repetitions: the number at the end of its name."""
    last = name.split("_")[-1]
    if not last.isdecimal() or int(last) >= n_rows:
        text = f"the table of repetitions has no row for '{name}'"
        raise RecordingProblem("read", "repetition", text)
    return int(last)
