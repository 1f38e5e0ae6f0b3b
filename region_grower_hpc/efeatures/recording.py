"""One recording: its stimulus, its spikes, its features, and its traces while they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.feature_values import FeatureValues
from region_grower_hpc.efeatures.stimuli import Stimulus
from region_grower_hpc.efeatures.trace import Trace
from region_grower_hpc.efeatures.window import inside


@dataclass
class Recording:
    """A sweep of a cell under a protocol.

    Attributes:
        cell_name: of the cell.
        protocol_name: as the metadata name it.
        index: position of the metadata's entry within its cell and protocol.
        number: of the recording within what its entry's file holds.
        stimulus: class of the stimulus.
        values: parameters of the stimulus: ms, nA.
        status: ok, detection_uncertain or detection_failed.
        files: as the metadata name them.
        id: name of the sweep, if its file has one.
        repetition: of the protocol, if its file tells.
        n_samples: of each trace.
        auto_threshold: mV; voltage above which the membrane spikes.
        peak_times: ms, of the spikes; None: not looked for.
        trace: None once it is released.
        relative: amplitudes as % of the cell's rheobase; empty without one.
        efeatures: value of each feature that was asked for; NaN for none.
        config_data: metadata of its entry; empty where it was read by the command.

    Parameters of the stimulus are attributes too, such as `tmid` of SAHP.
    """

    cell_name: str
    protocol_name: str
    index: int
    number: int
    stimulus: Stimulus
    values: Mapping[str, Any]
    status: str = "ok"
    files: list[str] = field(default_factory=list)
    id: str | None = None
    repetition: Any = None
    n_samples: int = 0
    auto_threshold: float | None = None
    peak_times: Sequence[float] | None = None
    trace: Trace | None = None
    relative: dict[str, float] = field(default_factory=dict)
    efeatures: FeatureValues = field(default_factory=FeatureValues)
    config_data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the sweep, or else of its file."""
        return self.id or (Path(self.files[-1]).stem if self.files else "")

    @property
    def spikecount(self) -> int | None:
        """Number of spikes within the stimulus; None: not counted."""
        return None if self.peak_times is None else len(self.peak_times)

    @property
    def peak_time(self) -> NDArray[np.float64] | None:
        """The same times as an array."""
        return None if self.peak_times is None else np.array(self.peak_times, dtype=np.float64)

    @property
    def dt(self) -> float:
        """Sampling interval, ms."""
        return float(self.values["dt"])

    @property
    def ton(self) -> float:
        """Begin of the stimulus, ms."""
        return float(self.values["ton"])

    @property
    def toff(self) -> float:
        """End of the stimulus, ms."""
        return float(self.values["toff"])

    @property
    def tend(self) -> float:
        """End of the recording, ms."""
        return float(self.values["tend"])

    @property
    def amp(self) -> float:
        """Amplitude of the stimulus beyond the holding current, nA."""
        return float(self.values["amp"])

    @property
    def hypamp(self) -> float:
        """Holding current, nA."""
        return float(self.values["hypamp"])

    @property
    def amp_rel(self) -> float | None:
        """Amplitude, % of the rheobase."""
        return self.relative.get("amp_rel")

    @property
    def amp2_rel(self) -> float | None:
        """Second amplitude, % of the rheobase."""
        return self.relative.get("amp2_rel")

    @property
    def hypamp_rel(self) -> float | None:
        """Holding current, % of the rheobase."""
        return self.relative.get("hypamp_rel")

    @property
    def t(self) -> NDArray[Any] | None:
        """Times of the samples, ms."""
        return None if self.trace is None else self.trace.t_ms

    @property
    def time(self) -> NDArray[Any] | None:
        """The same."""
        return self.t

    @property
    def voltage(self) -> NDArray[Any] | None:
        """Membrane potential, mV."""
        return None if self.trace is None else self.trace.voltage_mv

    @property
    def current(self) -> NDArray[Any] | None:
        """Injected current, nA."""
        return None if self.trace is None else self.trace.current_na

    @property
    def location(self) -> None:
        """On the cell: no file tells it."""
        return None

    @property
    def export_attr(self) -> list[str]:
        """Names of the parameters of the stimulus."""
        return list(self.stimulus.exported)

    def get_params(self) -> dict[str, Any]:
        """Parameters of the stimulus; None for one that is not known."""
        return {name: self._parameter(name) for name in self.export_attr}

    def get_stimulus_parameters(self) -> dict[str, Any]:
        """The stimulus as `step` of protocols.json tells it."""
        return self.stimulus.step({**self.values, **self.relative})

    def generate(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Times (ms) and current (nA) of the stimulus, made again from its parameters."""
        return self.stimulus.generate(self.values)

    def compute_relative_amp(self, amp_threshold: float) -> None:
        """Amplitudes as % of a rheobase in nA."""
        self.relative = self.stimulus.relative(self.values, amp_threshold)

    def in_target(self, target: float, tolerance: float, absolute_amplitude: bool = False) -> bool:
        """Whether the amplitude is nearer to a target than a tolerance.

        Args:
            target: % of the rheobase, or nA; ms between pulses for SpikeRec.
            tolerance: in the same unit.
            absolute_amplitude: nA in place of %.
        """
        effective = self.stimulus.effective(self.values, self.relative, absolute_amplitude)
        return effective is not None and bool(inside(effective, target, tolerance))

    if not TYPE_CHECKING:  # names are checked where they are written in this package

        def __getattr__(self, name: str) -> Any:
            # Copies and pickles ask for names before there is a stimulus.
            stimulus = self.__dict__.get("stimulus")
            if stimulus is None or name not in stimulus.exported:
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
            return self._parameter(name)

    def _parameter(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.relative.get(name)
