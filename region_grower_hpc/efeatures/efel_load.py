"""A sweep and settings in the form that eFEL takes, checked for what would make it crash."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.efel_names import (
    DEPENDENCY_FILE,
    PULSES,
    WINDOW,
    setting_problem,
    setting_types,
)
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.trace import Trace

#: eFEL interpolates no trace of fewer samples.
_FEWEST_SAMPLES = 3
#: Interpolated samples of a trace that fit into the memory of a rank with room for eFEL's copies.
_MOST_SAMPLES = 5e7
_SAMPLES_OF_TIME_CONSTANT = 16
# The settings that say over how many interpolated samples to look, without a look at their number.
_SPANS = ("DerivativeWindow", "AP_phaseslope_range")


@dataclass(frozen=True)
class EfelTrace:
    """A recording as eFEL sees it.

    Attributes:
        trace: in ms, mV, nA.
        window_ms: begin and end of the stimulus.
        settings: that all features share, by name; settings of features overwrite them.
        pulses_ms: begins and ends of the pulses of the stimulus; None: it has none.
    """

    trace: Trace
    window_ms: tuple[float, float]
    settings: Mapping[str, Any]
    pulses_ms: tuple[list[float], list[float]] | None = None

    def lists(self, *, with_current: bool) -> dict[str, list[float]]:
        """The traces by eFEL's names."""
        named = {"T": self.trace.t_ms, "V": self.trace.voltage_mv}
        if with_current:
            named["I"] = self.trace.current_na
        return {name: np.asarray(one, np.float64).tolist() for name, one in named.items()}

    def check(self) -> None:
        """Raises RecordingProblem (features): eFEL cannot interpolate the traces."""
        t_ms, voltage = self.trace.t_ms, self.trace.voltage_mv
        if len(t_ms) < _FEWEST_SAMPLES:
            raise _problem("", f"eFEL needs {_FEWEST_SAMPLES} samples, there are {len(t_ms)}")
        if not len(t_ms) == len(voltage) == len(self.trace.current_na):
            raise _problem("", "time, voltage and current differ in length")
        if not (math.isfinite(t_ms[0]) and math.isfinite(t_ms[-1]) and np.all(np.diff(t_ms) > 0)):
            raise _problem("dt", "the times of the samples do not increase")
        if not np.all(np.isfinite(voltage)):
            raise _problem("", "the voltage has samples that are not finite")

    def settings_of(self, given: Mapping[str, Any], *, pulses: bool = False) -> dict[str, Any]:
        """All of eFEL's settings for a feature, with values of the types that eFEL takes.

        Args:
            given: of the feature.
            pulses: the feature looks at the pulses of the stimulus.

        Raises:
            RecordingProblem: features, a setting is wrong, or does not fit to the sweep.
        """
        values = dict(defaults())
        values.update(zip(WINDOW, map(float, self.window_ms), strict=True))
        if pulses and self.pulses_ms is not None:
            values.update(zip(PULSES, self.pulses_ms, strict=True))
        elif pulses and all(name in given for name in WINDOW):
            values.update((many, [given[one]]) for many, one in zip(PULSES, WINDOW, strict=True))
        values.update(self.settings)
        for name, value in given.items():
            text = setting_problem(name, value)
            if text is not None:
                raise _problem(name, text)
            values[name] = value
        kinds = setting_types()
        typed = {name: _typed(kinds[name], value) for name, value in values.items()}
        self._check(typed)
        return typed

    def is_too_short_for(self, name: str, settings: Mapping[str, Any]) -> bool:
        """Whether a feature has no value and must not be asked for: eFEL would read beyond arrays.

        Args:
            name: of the feature.
            settings: of `settings_of`.
        """
        if name != "time_constant":
            return False
        # eFEL skips 10 samples, then looks for a fall of 10 samples in the first half of the
        # stimulus; it takes the first five of them for granted.
        begin, end = (settings[one] for one in WINDOW)
        first, last = self.trace.t_ms[0], self.trace.t_ms[-1]
        needed = _SAMPLES_OF_TIME_CONSTANT * settings["interp_step"]
        return bool(min((begin + end) / 2, last) - max(begin, first) < needed)

    def _check(self, settings: Mapping[str, Any]) -> None:
        """What eFEL takes for granted."""
        begin, end = (settings[name] for name in WINDOW)
        t_ms = self.trace.t_ms
        if not (math.isfinite(begin) and math.isfinite(end) and begin < end):
            raise _problem(
                WINDOW[1], f"stim_end {end:g} ms has to be after stim_start {begin:g} ms"
            )
        if begin > t_ms[-1]:
            raise _problem(WINDOW[0], f"{begin:g} ms is behind the last sample, {t_ms[-1]:g} ms")
        n_samples = (t_ms[-1] - t_ms[0]) / settings["interp_step"]
        if n_samples > _MOST_SAMPLES:
            raise _problem("interp_step", f"makes {n_samples:.2g} samples of the trace")
        for name in _SPANS:
            if settings[name] > max(n_samples, defaults()[name]):
                raise _problem(name, f"{settings[name]} is more than all samples")
        begins, ends = (settings.get(name, []) for name in PULSES)
        if len(begins) != len(ends) or any(one > t_ms[-1] for one in begins):
            raise _problem(PULSES[0], "every pulse needs a begin within the trace, and an end")


@cache
def defaults() -> Mapping[str, Any]:
    """Settings that eFEL has by itself, but for its dependency list."""
    import efel

    return {name: one for name, one in vars(efel.Settings()).items() if name != DEPENDENCY_FILE}


def _typed(kind: type, value: Any) -> Any:
    return [float(one) for one in value] if kind is list else kind(value)


def _problem(key: str, text: str) -> RecordingProblem:
    return RecordingProblem("features", key, text)
