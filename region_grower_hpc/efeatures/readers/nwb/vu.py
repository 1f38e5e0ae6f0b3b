"""Layout of channels DA (presented) and AD (recorded), as MIES writes it (VU Amsterdam)."""

from __future__ import annotations

from collections.abc import Iterator

import h5py
import numpy as np

from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.filters import Filters
from region_grower_hpc.efeatures.readers.hdf5_tree import member, subgroup
from region_grower_hpc.efeatures.readers.hdf5_values import first_value, text_of
from region_grower_hpc.efeatures.readers.nwb.layout import (
    PRESENTATION,
    Layout,
    SweepPlace,
    acquisition,
)

_PROTOCOLS = {
    "X1PS_SubThresh_DA_0": "IV",
    "X2LP_Search_DA_0": "IDThresh",
    "X5SP_Search_DA_0": "IDThresh",
    "X3LP_Rheo_DA_0": "IDRest",
    "X4PS_SupraThresh_DA_0": "IDRest",
    "X6SP_Rheo_DA_0": "IDRest",
    "X4PT_C2NSD1SHORT_DA_0": "PinkNoise",
    "X4PU_C2NSD2SHORT_DA_0": "PinkNoise",
    "X6SQ_C2SSTRIPLE_DA_0": "SpikeRec",
    "X7Ramp_DA_0": "Ramp",
    "X8_CHIRP_DA_0": "SineSpec",
    "X9_C1QCAPCHK_DA_0": "CapCheck",
    "X9_C1SQCAPCHK_DA_0": "CapCheck",
    "CCSteps_DA_0": "Step",
    "steps_DA_0": "Step",
}
#: Stimuli that begin with a test pulse, which ends before this time.
_WITH_TEST_PULSE = frozenset(("CCSteps_DA_0", "X1PS_SubThresh_DA_0", "X4PS_SupraThresh_DA_0"))
_TEST_PULSE_S = 0.090
_PICOAMPERE = 1e-12


class VuLayout(Layout):
    """`stimulus/presentation/*DA*` with the same name with `AD` in the acquisition."""

    name = "vu"

    def fits(self, file: h5py.File) -> bool:
        """Whether a stimulus has its recorded channel."""
        presentation = member(file, PRESENTATION)
        if not isinstance(presentation, h5py.Group):
            return False
        recorded = acquisition(file)
        return any("DA" in name and name.replace("DA", "AD") in recorded for name in presentation)

    def protocols(self, file: h5py.File) -> list[str]:
        """Those of all stimuli that are known."""
        presentation = subgroup(file, PRESENTATION)
        found = (_description(subgroup(presentation, name)) for name in presentation)
        return list(dict.fromkeys(_PROTOCOLS[one] for one in found if one in _PROTOCOLS))

    def sweeps(self, file: h5py.File, filters: Filters) -> Iterator[SweepPlace]:
        """In the order of the stimuli; unknown ones and those without recording are skipped."""
        presentation, recorded = subgroup(file, PRESENTATION), acquisition(file)
        for name in presentation:
            current = subgroup(presentation, name)
            description = _description(current)
            if description not in _PROTOCOLS or not filters.wants(_PROTOCOLS[description]):
                continue
            voltage = member(recorded, name.replace("DA", "AD"))
            if isinstance(voltage, h5py.Group):
                yield SweepPlace(name, voltage, current, voltage, description)

    def trace(
        self, sweep: SweepPlace, filters: Filters, has_offset: bool, taken: int
    ) -> RawTrace | None:
        """Read a sweep without what follows its end; None if it ends before the stimulus."""
        raw = super().trace(sweep, filters, has_offset, taken)
        if raw is None or not len(raw.voltage) or not len(raw.current) or raw.dt is None:
            return None
        # The first NaN, unless that is the very first sample.
        n_kept = int(np.argmax(np.isnan(raw.current)))
        if n_kept:
            raw.voltage, raw.current = raw.voltage[:n_kept], raw.current[:n_kept]
        if filters.toff_ms is not None and filters.toff_ms > len(raw.current) * raw.dt * 1000:
            return None
        raw.current = raw.current + np.float32(_bias_current(sweep.voltage))
        first = int(_TEST_PULSE_S / raw.dt)
        if sweep.protocol in _WITH_TEST_PULSE and first < min(len(raw.current), len(raw.voltage)):
            for trace in (raw.current, raw.voltage):
                trace[:first] = trace[first]
        return raw


def _description(current: h5py.Group) -> str | None:
    """Name of a stimulus, None where it is not told."""
    description = text_of(current, "stimulus_description")
    if description is not None:
        return description
    values = member(current, "stimulus_description")
    value = first_value(values) if isinstance(values, h5py.Dataset) else None
    return value if isinstance(value, str) else None


def _bias_current(voltage: h5py.Group) -> float:
    """Holding current of a sweep in A, which its stimulus does not contain."""
    values = member(voltage, "bias_current")
    value = first_value(values) if isinstance(values, h5py.Dataset) else None
    return 0.0 if value is None else float(value) * _PICOAMPERE
