"""A sweep under interpretation: its current, and what is given about its stimulus."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.trace import Trace, unit_of
from region_grower_hpc.efeatures.units import current_factor


class Sweep:
    """What is given comes from the metadata, or else from the file.

    Args:
        metadata: of the recording; not changed.
        raw: as read.
        trace: standardised.

    Attributes:
        current: (n,) nA, float32 or float64 as in the file.
        n: samples.
        dt: ms.
        tend: ms, behind the last sample.
    """

    def __init__(self, metadata: Mapping[str, Any], raw: RawTrace, trace: Trace) -> None:
        self._metadata = metadata
        self._raw = raw
        self._t_ms = trace.t_ms
        self.current: NDArray[Any] = trace.current_na
        self.n = trace.n_samples
        self.dt = trace.dt_ms
        self.tend = trace.tend_ms

    def number(self, key: str) -> float | None:
        """A number of the metadata, as it is given.

        Raises:
            RecordingProblem: interpret, it is no finite number.
        """
        value = self._metadata.get(key)
        return None if value is None else _finite(key, value)

    def index(self, key: str, is_clipped: bool = False) -> int | None:
        """Sample at a given time, None if none is given.

        Args:
            key: of the metadata, in ms; `ton` and `toff` may come from the file.
            is_clipped: the caller moves times outside the sweep into it.

        Raises:
            RecordingProblem: interpret, the time is no number or outside the sweep.
        """
        given_ms = self.number(key)
        if given_ms is not None:
            samples = given_ms / self.dt
            index = round(samples) if math.isfinite(samples) else -1
        else:
            found = getattr(self._raw, key) if key in ("ton", "toff") else None
            if found is None:
                return None
            index = round(_finite(key, found))
        if not is_clipped and not 0 <= index <= self.n:
            shown = f"{index * self.dt:g}" if given_ms is None else f"{given_ms:g}"
            text = f"{shown} ms is outside the recording, which lasts {self.tend:g} ms"
            raise RecordingProblem("interpret", key, text)
        return index

    def default_index(self, key: str, default_ms: float) -> int:
        """Sample at the time a class of stimuli takes where none is given.

        Raises:
            RecordingProblem: interpret, it is outside the sweep.
        """
        index = round(default_ms / self.dt)
        if index > self.n:
            text = (
                f"none is given, and the {default_ms:g} ms taken then are outside the recording, "
                f"which lasts {self.tend:g} ms"
            )
            raise RecordingProblem("interpret", key, text)
        return index

    def required_index(self, key: str, class_name: str) -> int:
        """Sample at a time that has to be given.

        Raises:
            RecordingProblem: interpret, it is not given, or outside the sweep.
        """
        index = self.index(key)
        if index is None:
            text = f"a {class_name} stimulus needs this time: give it in the metadata, in ms"
            raise RecordingProblem("interpret", key, text)
        return index

    def amplitude(self, key: str) -> float | None:
        """A given current in nA: `amp`, `amp2` or `hypamp`; None if none is given.

        Raises:
            RecordingProblem: interpret, it is no finite number, or none of the current's dtype;
                units, there is no unit.
        """
        value = self._metadata.get(key)
        if value is None:
            value = getattr(self._raw, key) if key in ("amp", "hypamp") else None
        if value is None:
            return None
        factor = current_factor(unit_of(self._raw, self._metadata, "i_unit"))
        number = _finite(key, value) * factor
        if not abs(number) <= np.finfo(self.current.dtype).max:
            raise RecordingProblem("interpret", key, f"a current of {number:g} nA is out of range")
        return number

    def ms(self, index: int) -> float:
        """Time of a sample; behind the last one the end of the sweep."""
        return self.tend if index >= self.n else float(self._t_ms[index])

    def check_order(self, indices: Mapping[str, int]) -> None:
        """Times of a stimulus must follow one another.

        Raises:
            RecordingProblem: interpret, one is not behind the one before it.
        """
        keys = list(indices)
        for before, key in itertools.pairwise(keys):
            if indices[key] <= indices[before]:
                times = f"{self.ms(indices[key]):g} ms is not behind {before}"
                text = f"{times}, {self.ms(indices[before]):g} ms"
                raise RecordingProblem("interpret", key, text)

    def plain_values(
        self, ton: int, toff: int, amp_na: np.floating[Any], hold_na: np.floating[Any]
    ) -> dict[str, Any]:
        """Parameters of a stimulus of one amplitude; given currents in place of measured ones.

        Args:
            ton: index of its first sample.
            toff: index of the first sample behind it.
            amp_na: as measured.
            hold_na: as measured.
        """
        return {
            "ton": self.ms(ton),
            "toff": self.ms(toff),
            "tend": self.tend,
            "amp": given_or(self.amplitude("amp"), amp_na),
            "hypamp": given_or(self.amplitude("hypamp"), hold_na),
            "dt": self.dt,
        }


def given_or(given_na: float | None, measured: np.floating[Any]) -> float:
    """The given current, or else the measured one."""
    return float(measured) if given_na is None else given_na


def holding_scalar(given_na: float | None, dtype: np.dtype[Any]) -> Any:
    """A given holding current as bluepyefe's arithmetic takes it, in the dtype of the current."""
    return None if given_na is None else dtype.type(given_na)


def _finite(key: str, value: Any) -> float:
    """A number that is one."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise RecordingProblem("interpret", key, f"{value!r:.60} is no finite number")
    return number
