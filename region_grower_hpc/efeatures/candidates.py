"""The recordings that targets of a protocol may match, and their values as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.matching import Aim, effective_of
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.rheobase import is_rheobase

#: A request, the name of the target, and names of the target's own settings.
Wanted = tuple[FeatureRequest, str, frozenset[str]]


@dataclass(frozen=True)
class Candidates:
    """Recordings of a protocol that take part, in the order of cells and of their recordings.

    Attributes:
        recordings: (n,).
        cells: (n,) number of the cell of each.
        effective: (n,) what targets are compared with.
        columns: (n,) values of what targets want; NaN for none.
    """

    recordings: list[Recording]
    cells: NDArray[np.intp]
    effective: NDArray[np.float64]
    columns: Mapping[Wanted, NDArray[np.float64]]

    @classmethod
    def none(cls) -> Candidates:
        """No recording."""
        return cls([], np.empty(0, dtype=np.intp), np.empty(0), {})


def candidates_of(
    cells: Sequence[Cell], aims: Sequence[Aim], absolute: bool, exact: bool
) -> dict[str, Candidates]:
    """Recordings by protocol; unless amplitudes are absolute, of cells with a rheobase."""
    wanted: dict[str, dict[Wanted, None]] = {}
    for aim in aims:
        wanted.setdefault(aim.target.protocol, {})[wanted_by(aim)] = None
    found: dict[str, tuple[list[Recording], list[int]]] = {name: ([], []) for name in wanted}
    for number, cell in enumerate(cells):
        if not absolute and not is_rheobase(cell.rheobase):
            continue
        for recording in cell.recordings:
            if recording.protocol_name in found:
                recordings, numbers = found[recording.protocol_name]
                recordings.append(recording)
                numbers.append(number)
    return {
        name: Candidates(
            recordings,
            np.array(numbers, dtype=np.intp),
            effective_of(recordings, absolute),
            _columns(recordings, wanted[name], exact),
        )
        for name, (recordings, numbers) in found.items()
    }


def wanted_by(aim: Aim) -> Wanted:
    """Key of the values of a target."""
    return aim.request, aim.target.efeature_name, frozenset(aim.target.efel_settings)


def _columns(
    recordings: Sequence[Recording], wanted: Iterable[Wanted], exact: bool
) -> dict[Wanted, NDArray[np.float64]]:
    columns = {}
    for one in wanted:
        asked, name, own = one
        columns[one] = np.array(
            [
                recording.efeatures.get(asked)
                if exact
                else recording.efeatures.like(asked, name, own)
                for recording in recordings
            ],
            dtype=np.float64,  # None becomes NaN
        )
    return columns
