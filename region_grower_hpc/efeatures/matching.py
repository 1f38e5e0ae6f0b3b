"""Which recordings a target means, and which features each recording is measured for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.efel_requests import FeatureRequest, request
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.statistics import real_array
from region_grower_hpc.efeatures.targets import Target
from region_grower_hpc.efeatures.window import inside


@dataclass(frozen=True)
class Aim:
    """What a target looks for.

    Attributes:
        target: as the user gave it.
        tolerance: of its window.
        request: the feature with all its settings.
    """

    target: Target
    tolerance: float
    request: FeatureRequest

    @property
    def window(self) -> tuple[float, float]:
        """Amplitude and tolerance."""
        return self.target.amplitude, self.tolerance


def aims_of(
    targets: Sequence[Target], efel_settings: Mapping[str, Any], compat: bool = False
) -> list[Aim]:
    """What each target looks for.

    Args:
        targets: in their order.
        efel_settings: of all features; those of a target come first.
        compat: as bluepyefe, the first tolerance of a protocol and amplitude serves all its
            targets, and of several settings for one name and protocol the last ones count.
    """
    requests = [
        request(target.efeature, {**efel_settings, **target.efel_settings}) for target in targets
    ]
    if not compat:
        return [
            Aim(target, target.tolerance, asked)
            for target, asked in zip(targets, requests, strict=True)
        ]
    tolerances: dict[tuple[str, float], float] = {}
    for target in targets:
        tolerances.setdefault((target.protocol, target.amplitude), target.tolerance)
    winners = _last_by_name(targets, requests)
    return [
        Aim(
            target,
            tolerances[target.protocol, target.amplitude],
            winners[target.protocol, target.efeature_name],
        )
        for target in targets
    ]


def _last_by_name(
    targets: Sequence[Target], requests: Sequence[FeatureRequest]
) -> dict[tuple[str, str], FeatureRequest]:
    """The request that bluepyefe measures last under a protocol and name.

    It measures in groups of equal protocol and settings of the target, in the order of the first
    target of each group.
    """
    groups: dict[FeatureRequest, list[int]] = {}
    for index, target in enumerate(targets):
        groups.setdefault(request(target.protocol, target.efel_settings), []).append(index)
    return {
        (targets[index].protocol, targets[index].efeature_name): requests[index]
        for group in groups.values()
        for index in group
    }


def effective_of(recordings: Sequence[Recording], absolute: bool) -> NDArray[np.float64]:
    """What targets are compared with: % or nA, or ms for SpikeRec; NaN where there is none."""
    return real_array(
        [one.stimulus.effective(one.values, one.relative, absolute) for one in recordings]
    )


def requests_of(
    recordings: Sequence[Recording],
    targets: Sequence[Target],
    *,
    absolute_amplitude: bool = False,
    efel_settings: Mapping[str, Any] | None = None,
    compat: bool = False,
    everywhere: bool = False,
) -> list[tuple[FeatureRequest, ...]]:
    """Features that each recording is measured for: each once, in the order of the targets.

    Args:
        recordings: with relative amplitudes, unless targets are absolute.
        targets: in their order.
        absolute_amplitude: amplitudes of targets are in nA.
        efel_settings: of all features; those of a target come first.
        compat: see `aims_of`.
        everywhere: for all targets of its protocol, not only those whose window it is in.
    """
    groups = by_protocol(aims_of(targets, efel_settings or {}, compat))
    if everywhere:
        all_of = {
            protocol: tuple(dict.fromkeys(aim.request for aim in group))
            for protocol, group in groups.items()
        }
        return [all_of.get(recording.protocol_name, ()) for recording in recordings]
    places: dict[str, list[int]] = {}
    for place, recording in enumerate(recordings):
        if absolute_amplitude or recording.relative:
            places.setdefault(recording.protocol_name, []).append(place)
    found: list[tuple[FeatureRequest, ...]] = [()] * len(recordings)
    for protocol, group in groups.items():
        here = places.get(protocol, [])
        effective = effective_of([recordings[place] for place in here], absolute_amplitude)
        for place, requests in zip(here, _inside_requests(effective, group), strict=True):
            found[place] = requests
    return found


def by_protocol(aims: Sequence[Aim]) -> dict[str, list[Aim]]:
    """Aims by protocol, in the order of the first one of each."""
    groups: dict[str, list[Aim]] = {}
    for aim in aims:
        groups.setdefault(aim.target.protocol, []).append(aim)
    return groups


def _inside_requests(
    effective: NDArray[np.float64], aims: Sequence[Aim]
) -> list[tuple[FeatureRequest, ...]]:
    windows = list(dict.fromkeys(aim.window for aim in aims))
    is_inside = np.array([inside(effective, *window) for window in windows])
    # Recordings inside the same windows are measured for the same: each such set is made once.
    known: dict[bytes, tuple[FeatureRequest, ...]] = {}
    found = []
    for column in np.ascontiguousarray(is_inside.T):
        key = column.tobytes()
        if key not in known:
            matched = {window for window, one in zip(windows, column, strict=True) if one}
            known[key] = tuple(dict.fromkeys(aim.request for aim in aims if aim.window in matched))
        found.append(known[key])
    return found
