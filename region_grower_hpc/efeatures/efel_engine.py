"""Values of eFEL's features, each computed once, of traces that are interpolated once."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.efel_core import EfelCore, restore
from region_grower_hpc.efeatures.efel_features import Features, Outcome
from region_grower_hpc.efeatures.efel_groups import groups_of
from region_grower_hpc.efeatures.efel_load import EfelTrace
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.spikes import is_silent
from region_grower_hpc.efeatures.trace import Trace

_EFEL_LOGGER = logging.getLogger("efel")


@dataclass(frozen=True)
class Measured:
    """What was asked of a recording.

    Attributes:
        values: in the order of the requests; NaN: no value.
        problems: features that failed, and why; they have no value.
    """

    values: list[float]
    problems: list[RecordingProblem]


class Engine:
    """eFEL for a process; it keeps global state, so there is one engine and no thread.

    Values are those of eFEL asked feature by feature, whatever was asked before. Close the engine
    where others use eFEL after it: it replaces eFEL's dependency list.
    """

    def __init__(self) -> None:
        self._core = EfelCore()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave eFEL to others. A closed engine may be used, and closed, again."""
        self._core.forget_errors()
        restore()

    def peak_times(
        self,
        trace: Trace,
        window_ms: tuple[float, float],
        auto_threshold_mv: float,
        efel_settings: Mapping[str, Any],
    ) -> list[float]:
        """Times of the spikes within the stimulus, ms; their number is the spike count.

        Args:
            trace: of the recording.
            window_ms: begin and end of the stimulus.
            auto_threshold_mv: of a spike, unless the settings hold a Threshold.
            efel_settings: of all features; `strict_stiminterval` is set unless they hold it.

        Raises:
            RecordingProblem: features, eFEL cannot look for spikes.

        Source: spec 6.1; `bluepyefe.recording.Recording.compute_spikecount`.
        """
        sweep = EfelTrace(trace, window_ms, {"Threshold": auto_threshold_mv})
        sweep.check()
        given = {name: one for name, one in efel_settings.items() if one is not None}
        for name in ("stim_start", "stim_end"):
            given.pop(name, None)
        settings = sweep.settings_of({"strict_stiminterval": True} | given)
        if is_silent(trace.voltage_mv, settings["Threshold"]):
            return []
        names = ["peak_time"]
        with _quiet():
            times = Features(self._core, sweep, names).of([(settings, names)])[0]["peak_time"]
        self._core.forget_errors()
        if isinstance(times, Exception):
            raise RecordingProblem("features", "peak_time", _text(times)) from times
        return [] if times is None else [float(one) for one in times]

    def values(
        self,
        trace: Trace,
        window_ms: tuple[float, float],
        amp_na: float,
        auto_threshold_mv: float | None,
        requests: Sequence[FeatureRequest],
        pulses_ms: tuple[Sequence[float], Sequence[float]] | None = None,
    ) -> Measured:
        """Values of features of a recording: means over all that eFEL gives, e.g. over spikes.

        Args:
            trace: of the recording.
            window_ms: begin and end of the stimulus, unless a request has its own.
            amp_na: of the stimulus.
            auto_threshold_mv: of a spike, for requests without a Threshold; None: eFEL's.
            requests: repeated ones are computed once.
            pulses_ms: begins and ends of the pulses of the stimulus.

        Source: spec 6.2; `bluepyefe.recording.Recording.compute_efeatures`.
        """
        shared: dict[str, Any] = {"stimulus_current": float(amp_na)}
        if auto_threshold_mv is not None:
            shared["Threshold"] = float(auto_threshold_mv)
        pulses = None if pulses_ms is None else (list(pulses_ms[0]), list(pulses_ms[1]))
        sweep = EfelTrace(trace, window_ms, shared, pulses)
        values = [math.nan] * len(requests)
        if not requests:
            return Measured(values, [])
        try:
            sweep.check()
        except RecordingProblem as problem:
            return Measured(values, [problem])
        groups, problems = groups_of(sweep, requests)
        features = Features(self._core, sweep, (one.efeature for one in requests))
        with _quiet():
            outcomes = features.of([(one.settings, list(one.positions)) for one in groups])
            for group, found in zip(groups, outcomes, strict=True):
                for name, positions in group.positions.items():
                    try:
                        value = _mean(found[name])
                    except Exception as error:
                        problems.append(RecordingProblem("features", name, _text(error)))
                        continue
                    for position in positions:
                        values[position] = value
        self._core.forget_errors()
        return Measured(values, problems)


def _mean(outcome: Outcome) -> float:
    """Mean of the values that are numbers; NaN if there is none, or it is infinite.

    Raises:
        Exception: the outcome is one, or is no list of numbers.
    """
    if isinstance(outcome, Exception):
        raise outcome
    if outcome is None:
        return math.nan
    if outcome.dtype == object:
        outcome = np.array([one for one in outcome.ravel() if one is not None])
    numbers = outcome.ravel().astype(np.float64)
    missing = np.isnan(numbers)
    if missing.all():
        return math.nan
    mean = float(np.nanmean(numbers) if missing.any() else numbers.mean())
    return math.nan if math.isinf(mean) else mean


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings of features without a value: a filter must not make errors of them.

    Whether a feature has a value, and whether it has failed, is told by its value and problem.
    """
    level = _EFEL_LOGGER.level
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        # eFEL writes a line for every recording with too few spikes for bursts.
        _EFEL_LOGGER.setLevel(logging.ERROR)
        try:
            yield
        finally:
            _EFEL_LOGGER.setLevel(level)


def _text(error: Exception) -> str:
    return f"eFEL: {type(error).__name__}: {error}"
