"""Names of targets for the features of recordings, as scripts of bluepyefe look them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.matching import aims_of
from region_grower_hpc.efeatures.targets import Target


def name_features(
    cells: Iterable[Cell],
    targets: Sequence[Target],
    efel_settings: Mapping[str, Any],
    compat: bool = False,
) -> None:
    """Let the features of measured cells be found by the names that targets give them.

    Args:
        cells: measured.
        targets: what they were measured for.
        efel_settings: of all features, as they were measured with.
        compat: bluepyefe's numbers.
    """
    named: dict[str, dict[str, tuple[FeatureRequest, ...]]] = {}
    for aim in aims_of(targets, efel_settings, compat):
        requests = named.setdefault(aim.target.protocol, {})
        known = requests.get(aim.target.efeature_name, ())
        if aim.request not in known:
            requests[aim.target.efeature_name] = (*known, aim.request)
    for cell in cells:
        for recording in cell.recordings:
            if recording.protocol_name in named:
                recording.efeatures.add_names(named[recording.protocol_name])
