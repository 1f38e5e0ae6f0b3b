"""What all classes of stimuli have in common."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.stimuli.sweep import Sweep
from region_grower_hpc.efeatures.trace import Trace

Status = Literal["ok", "detection_uncertain", "detection_failed"]
FloatArray = NDArray[np.float64]


@dataclass
class Interpretation:
    """What the current of a recording tells of its stimulus.

    Attributes:
        values: parameters in the order of the class's `exported`: times in ms, currents in nA;
            lists for trains of pulses and waveforms; None where there is none. ton, toff, tend,
            amp, hypamp and dt are always there.
        status: detection_uncertain: no step stands out of the noise; detection_failed: what was
            found, or given, is no stimulus. The window is the whole recording then.
        warnings: sentences for the user.
    """

    values: dict[str, Any]
    status: Status = "ok"
    warnings: list[str] = field(default_factory=list)


class Stimulus(ABC):
    """A class of stimuli: how to find its parameters in a current, and the current made of them.

    Attributes:
        name: of the class.
        exported: parameters in bluepyefe's order, relative amplitudes included.
        listed: those of them that are lists.
        required: times that must be given.
        matched: the parameter that targets of absolute amplitude are compared with.
    """

    name: ClassVar[str]
    exported: ClassVar[tuple[str, ...]]
    listed: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()
    matched: ClassVar[str] = "amp"

    @property
    def reduced(self) -> tuple[str, ...]:
        """The parameters that the protocol mode makes one of, over several recordings."""
        return tuple(key for key in self.exported if key not in self.listed)

    def interpret(
        self, metadata: Mapping[str, Any], raw: RawTrace, trace: Trace, compat: bool = False
    ) -> Interpretation:
        """The parameters of a recording's stimulus.

        Args:
            metadata: of the recording; not changed.
            raw: as read.
            trace: standardised.
            compat: bluepyefe's numbers where ours differ.

        Raises:
            RecordingProblem: interpret, a required time is missing or outside the recording, a
                given value is no number, nothing of the stimulus was found, or a number overflows.
        """
        # What overflows is found below, by its value.
        with np.errstate(all="ignore"):
            found = self._interpret(Sweep(metadata, raw, trace), compat)
        for key, value in found.values.items():
            listed = value if isinstance(value, list) else [value]
            if any(one is not None and not math.isfinite(one) for one in listed):
                text = f"{key} overflows: is the unit of the current right?"
                raise RecordingProblem("interpret", "i_unit", text)
        return found

    @abstractmethod
    def _interpret(self, sweep: Sweep, compat: bool) -> Interpretation: ...

    @abstractmethod
    def _add(self, current: FloatArray, values: Mapping[str, Any]) -> None:
        """Add the stimulus to the holding current, in place."""

    @abstractmethod
    def step(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keys of `step` in protocols.json, in their order.

        Args:
            values: parameters, reduced over recordings; relative amplitudes may be missing.
        """

    def generate(self, values: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
        """Times (ms) and current (nA) made of the parameters."""
        n_samples = max(0, round(values["tend"] / values["dt"]))
        current = np.full(n_samples, np.float64(values["hypamp"]))
        self._add(current, values)
        return np.arange(n_samples, dtype=np.float64) * np.float64(values["dt"]), current

    def relative(self, values: Mapping[str, Any], rheobase_na: float) -> dict[str, float]:
        """Amplitudes as % of a rheobase that is not 0: amp_rel, amp2_rel, hypamp_rel."""
        names = [key for key in ("amp", "amp2", "hypamp") if values.get(key) is not None]
        return {f"{key}_rel": 100.0 * float(values[key]) / rheobase_na for key in names}

    def effective(
        self, values: Mapping[str, Any], relative: Mapping[str, Any], absolute: bool
    ) -> float | None:
        """What targets are compared with: nA, % of the rheobase, or ms; None matches nothing."""
        found = values.get(self.matched) if absolute else relative.get(f"{self.matched}_rel")
        return None if found is None or math.isnan(found) else float(found)

    def pulses(self, values: Mapping[str, Any]) -> tuple[list[float], list[float]] | None:
        """Begins and ends (ms) of the pulses of a train; None for other stimuli."""
        return None


def duration(values: Mapping[str, Any], begin: str = "ton", end: str = "toff") -> float | None:
    """Time between two parameters, ms; None if one of them is missing."""
    if values.get(begin) is None or values.get(end) is None:
        return None
    return float(values[end] - values[begin])


def sample(values: Mapping[str, Any], key: str) -> int:
    """Index of the sample at a parameter's time."""
    return int(values[key] / values["dt"])


def plain_step(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of protocols.json for a stimulus of one amplitude and one duration."""
    return {
        "delay": values.get("ton"),
        "amp": values.get("amp"),
        "thresh_perc": values.get("amp_rel"),
        "duration": duration(values),
        "totduration": values.get("tend"),
    }
