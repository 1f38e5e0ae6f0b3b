"""Which feature is asked for at which stimulus: the list of targets, and its legacy form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from region_grower_hpc.efeatures.target_checks import (
    legacy_problems,
    structure_problems,
)
from region_grower_hpc.efeatures.value_checks import plain_number, plain_value
from region_grower_hpc.errors import InvalidInputError

#: A document of targets: a list of them, or the legacy form by protocol.
TargetDocument = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """A feature of the recordings of a protocol near an amplitude.

    Attributes:
        efeature: its name in eFEL.
        protocol: exact name.
        amplitude: % of the cell's rheobase, or nA; ms between pulses for SpikeRec. An integer
            stays one, since the outputs show it as it was written.
        tolerance: in the same unit; recordings are nearer to the amplitude than this.
        efel_settings: of this target; `stim_start` and `stim_end` (ms) are a window of its own.
        efeature_name: under which it is written; empty: that of eFEL.
        location: on the cell.
    """

    efeature: str
    protocol: str
    amplitude: float
    tolerance: float
    efel_settings: Mapping[str, Any] = field(default_factory=dict)
    efeature_name: str = ""
    location: str = "soma"

    def __post_init__(self) -> None:
        if not self.efeature_name:
            object.__setattr__(self, "efeature_name", self.efeature)

    @property
    def amplitude_text(self) -> str:
        """Amplitude as written in the document: 150 or 150.0."""
        return str(self.amplitude)

    @property
    def stimulus_name(self) -> str:
        """Key of the protocol in the outputs."""
        return f"{self.protocol}_{self.amplitude_text}"

    def to_json(self) -> dict[str, Any]:
        """The target as an entry of a document."""
        return {
            "efeature": self.efeature,
            "protocol": self.protocol,
            "amplitude": self.amplitude,
            "tolerance": self.tolerance,
            "efel_settings": dict(self.efel_settings),
            "efeature_name": self.efeature_name,
            "location": self.location,
        }


def targets_of(document: TargetDocument) -> list[Target]:
    """The targets of a document.

    Args:
        document: list of targets as mappings or as `Target`, or the legacy form; left as it is.

    Raises:
        InvalidInputError: all that is wrong with it, a line each; features and settings are not
            compared with those of eFEL.
    """
    problems = structure_problems(document, "targets")
    if problems:
        raise InvalidInputError("\n".join(problems))
    entries = convert_legacy_targets(document) if isinstance(document, Mapping) else document
    return [one if isinstance(one, Target) else _target(one) for one in entries]


def convert_legacy_targets(targets: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List of targets from {protocol: {amplitudes, tolerances, efeatures}}.

    In the order protocol, amplitude, feature. A single tolerance serves all amplitudes; the
    features are a list, or name the settings of each. The argument is left as it is.

    Raises:
        InvalidInputError: all that is wrong, a line each.

    Source: `bluepyefe.extract.convert_legacy_targets`.
    """
    problems = legacy_problems(targets, "targets")
    if problems:
        raise InvalidInputError("\n".join(problems))
    return [
        {
            "efeature": efeature,
            "protocol": protocol,
            "amplitude": plain_number(amplitude),
            "tolerance": plain_number(tolerance),
            "efel_settings": dict(settings),
        }
        for protocol, group in targets.items()
        for amplitude, tolerance in _amplitudes(group)
        for efeature, settings in _settings(group["efeatures"])
    ]


def _amplitudes(group: Mapping[str, Any]) -> Iterable[tuple[float, float]]:
    amplitudes, tolerances = group["amplitudes"], group["tolerances"]
    if len(tolerances) == 1:
        tolerances = list(tolerances) * len(amplitudes)
    return zip(amplitudes, tolerances, strict=True)


def _settings(efeatures: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if isinstance(efeatures, Mapping):
        return [(name, settings or {}) for name, settings in efeatures.items()]
    return [(str(name), {}) for name in efeatures]


def _target(entry: Mapping[str, Any]) -> Target:
    return Target(
        efeature=entry["efeature"],
        protocol=entry["protocol"],
        amplitude=plain_number(entry["amplitude"]),
        tolerance=plain_number(entry["tolerance"]),
        efel_settings={
            key: plain_value(value) for key, value in (entry.get("efel_settings") or {}).items()
        },
        efeature_name=entry.get("efeature_name") or "",
        location=entry.get("location") or "soma",
    )
