"""Layout of numbered series of human and mouse neurons (Howard et al., GigaScience 2022)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import subgroup
from region_grower_hpc.efeatures.readers.nwb.layout import PRESENTATION, Layout, SweepPlace
from region_grower_hpc.efeatures.readers.nwb.series import Series, read_series

_PREFIX = "index_"
_PROTOCOLS = ("step", "genericstep")
#: Last part of a name of several: recorded -> presented.
_SWAPPED = {"0": "1", "1": "0", "2": "3", "3": "2"}
#: Conversions of voltage and current of files that mixed them up, and the right ones.
_MIXED_UP, _RIGHT = (1e-12, 0.001), (1e-3, 1e-12)


class TrtLayout(Layout):
    """`acquisition/index_00` with the stimulus `index_01`, or `Index_0_0_0` with `Index_0_0_1`."""

    name = "trt"

    def fits(self, file: h5py.File) -> bool:
        """Whether the first series is named by a number."""
        return next(iter(subgroup(file, "acquisition")), "")[: len(_PREFIX)].lower() == _PREFIX

    def protocols(self, file: h5py.File) -> list[str]:
        """There are steps only."""
        return ["Step"]

    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """In the order of the acquisition."""
        if not any(filters.wants(protocol) for protocol in _PROTOCOLS):
            return
        acquisition = subgroup(file, "acquisition")
        for name in acquisition:
            current = subgroup(subgroup(file, PRESENTATION), _stimulus_name(name))
            voltage = subgroup(acquisition, name)
            yield SweepPlace(name, voltage, current, voltage, "Step")

    def trace(
        self, sweep: SweepPlace, filters: Filters, has_offset: bool, taken: int
    ) -> RawTrace | None:
        """Read a sweep; units that were mixed up are put right."""
        voltage, current = Series.of(sweep.voltage), Series.of(sweep.current)
        conversions: tuple[Any, ...] = (voltage.conversion, current.conversion)
        if conversions == _MIXED_UP and (voltage.unit, current.unit) == ("volts", "volts"):
            volts, amperes = _RIGHT
            voltage = dataclasses.replace(voltage, conversion=_as_exact_as(voltage.values, volts))
            current = dataclasses.replace(
                current, conversion=_as_exact_as(current.values, amperes), unit="amperes"
            )
        return read_series(sweep, voltage, current, has_offset, taken)


def _as_exact_as(values: h5py.Dataset, factor: float) -> np.generic:
    """A factor of the dtype of real samples; float64 for whole ones."""
    is_real = values.dtype.kind == "f"
    scalar: np.generic = values.dtype.type(factor) if is_real else np.float64(factor)
    return scalar


def _stimulus_name(name: str) -> str:
    """Name of a series' stimulus."""
    *parts, last = name.split("_")
    if len(parts) != 1:
        return "_".join([*parts, _SWAPPED.get(last, last)])
    try:
        number = int(last)
    except ValueError as error:
        text = "is no number of a series"
        raise RecordingProblem("read", f"/acquisition/{name}", text) from error
    return f"{parts[0]}_{str(2 * number + 1).rjust(len(last), '0')}"
