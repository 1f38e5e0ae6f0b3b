"""One recording: its stimulus, its spikes, its features, and its traces while they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from region_grower_hpc.efeatures.stimuli import Stimulus
from region_grower_hpc.efeatures.trace import Trace

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.efel_requests import FeatureRequest


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
    peak_times: list[float] | None = None
    trace: Trace | None = None
    relative: dict[str, float] = field(default_factory=dict)
    efeatures: dict[FeatureRequest, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the sweep, or else of its file."""
        return self.id or (Path(self.files[-1]).stem if self.files else "")

    @property
    def spikecount(self) -> int | None:
        """Number of spikes within the stimulus; None: not counted."""
        return None if self.peak_times is None else len(self.peak_times)

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
    def voltage(self) -> NDArray[Any] | None:
        """Membrane potential, mV."""
        return None if self.trace is None else self.trace.voltage_mv

    @property
    def current(self) -> NDArray[Any] | None:
        """Injected current, nA."""
        return None if self.trace is None else self.trace.current_na

    def get_params(self) -> dict[str, Any]:
        """Parameters of the stimulus."""
        return dict(self.values)

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
        return effective is not None and abs(target - effective) < tolerance
