"""The stimulus that stands for all recordings near an amplitude of a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.feature_target import EFeatureTarget
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.statistics import reduced

#: Amplitudes (nA) that follow from a relative one (%) where there is a global rheobase.
_FROM_RELATIVE = {"amp": "amp_rel", "amp2": "amp2_rel"}


@dataclass(frozen=True, eq=False)
class Protocol:
    """Targets of one protocol and amplitude, and the recordings that any of them matched.

    Attributes:
        name: of the protocol.
        amplitude: as the first target writes it.
        tolerance: of the first target.
        feature_targets: in the order of the targets.
        recordings: in the order of cells and recordings.
        cells: (n,) number of the cell of each recording.
        global_rheobase: mean over cells, nA; None: amplitudes are reduced themselves.
        absolute_amplitude: the recordings were matched by nA: there are no relative amplitudes.
        mode: how the parameters of several recordings become one: mean, median, min, max, lnmc.

    Source: `bluepyefe.protocol.Protocol`.
    """

    name: str
    amplitude: float
    tolerance: float
    feature_targets: Sequence[EFeatureTarget] = ()
    recordings: Sequence[Recording] = ()
    cells: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    global_rheobase: float | None = None
    mode: str = "mean"
    absolute_amplitude: bool = False

    @property
    def stimulus_name(self) -> str:
        """Key in the documents: `IDrest_150`, or `IDrest_150.0` where it was written so."""
        return f"{self.name}_{self.amplitude}"

    @property
    def n_match(self) -> int:
        """Number of values of all targets."""
        return sum(target.sample_size for target in self.feature_targets)

    def parameters(self) -> dict[str, Any]:
        """Parameters of the stimulus, reduced over the recordings; empty without recordings.

        Missing values are left out, None stands where all are missing. Lists are those of the
        first recording, whose class of stimulus also tells which parameters there are.
        """
        if not self.recordings:
            return {}
        first = self.recordings[0]
        found: dict[str, Any] = {}
        for key, value in first.values.items():
            if isinstance(value, list | tuple | np.ndarray):
                found[key] = value
            else:
                found[key] = self._reduced([one.values.get(key) for one in self.recordings])
        relative = [{} if self.absolute_amplitude else one.relative for one in self.recordings]
        for key in dict.fromkeys(key for one in relative for key in one):
            found[key] = self._reduced([one.get(key) for one in relative])
        if self.global_rheobase is not None:
            for key, key_of_percent in _FROM_RELATIVE.items():
                if key in found:
                    percent = found.get(key_of_percent)
                    found[key] = None if percent is None else percent * self.global_rheobase / 100.0
        return found

    @property
    def ecode(self) -> Recording | None:
        """A recording of the reduced parameters, without traces; None where there is none."""
        if not self.recordings:
            return None
        found = self.parameters()
        stimulus = self.recordings[0].stimulus
        relative = {key: one for key, one in found.items() if key.endswith("_rel")}
        values = {key: one for key, one in found.items() if key not in relative}
        return Recording("", self.name, 0, 0, stimulus, values, relative=relative)

    def as_dict(self) -> dict[str, Any]:
        """The entry of protocols.json; there must be a recording."""
        parameters = self.parameters()
        return {
            "holding": {
                "delay": 0.0,
                "amp": parameters["hypamp"],
                "duration": parameters["tend"],
                "totduration": parameters["tend"],
            },
            "step": self.recordings[0].stimulus.step(parameters),
        }

    def _reduced(self, values: Sequence[float | None]) -> float | None:
        return reduced(values, self.cells, self.mode)
