"""Voltage and current of a sweep of an NWB file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.hdf5_tree import dataset
from region_grower_hpc.efeatures.readers.hdf5_values import number_of, samples_of, text_of

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.readers.nwb.layout import SweepPlace


@dataclass(frozen=True)
class Series:
    """A trace that is not read yet.

    Attributes:
        values: numbers as they are stored.
        conversion: factor that gives the unit, with the dtype of the file.
        unit: None where it is not told.
    """

    values: h5py.Dataset
    conversion: np.generic
    unit: str | None

    @classmethod
    def of(cls, group: h5py.Group) -> Series:
        """As a group and its attributes tell; the conversion is 1 by default, as in NWB's schema.

        Raises:
            RecordingProblem: read.
        """
        values = dataset(group, "data")
        conversion = number_of(values, "conversion")
        return cls(
            values, np.float64(1.0) if conversion is None else conversion, text_of(values, "unit")
        )

    def read(self, has_offset: bool, taken: int) -> NDArray[np.float32]:
        """Numbers times conversion, plus offset, as float32.

        Args:
            has_offset: whether the attribute `offset` counts.
            taken: samples read of the file before.

        Raises:
            RecordingProblem: read.
        """
        numbers = samples_of(self.values, taken)
        factor = self.conversion
        offset: Any = number_of(self.values, "offset") if has_offset else None
        # As for two arrays: the factor is no less exact than its file has it.
        dtype = np.result_type(numbers.dtype, factor.dtype)
        with np.errstate(all="ignore"):
            scaled = np.multiply(numbers, factor, dtype=dtype)
            if offset is not None and offset != 0:
                scaled = scaled.astype(np.float64) + np.float64(offset)
            return scaled.astype(np.float32)


def read_series(
    sweep: SweepPlace, voltage: Series, current: Series, has_offset: bool, taken: int
) -> RawTrace:
    """Read a sweep.

    Args:
        sweep: of any layout.
        voltage: of the sweep.
        current: of the sweep.
        has_offset: whether the attribute `offset` counts.
        taken: samples read of the file before.

    Raises:
        RecordingProblem: read.

    Source: spec 4.2; `bluepyefe.nwbreader.NWBReader._format_nwb_trace`.
    """
    clock = dataset(sweep.clock, "starting_time")
    rate: Any = number_of(clock, "rate")
    rate_hz = math.nan if rate is None else float(rate)
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise RecordingProblem("read", f"{clock.name}/rate", f"{rate_hz} is no sampling rate")
    voltages = voltage.read(has_offset, taken)
    return RawTrace(
        voltages,
        current.read(has_offset, taken + len(voltages)),
        dt=1.0 / rate_hz,
        t_unit=text_of(clock, "unit"),
        i_unit=current.unit,
        v_unit=voltage.unit,
        id=sweep.name,
        repetition=sweep.repetition,
    )
