"""Features of all recordings as arrays, for figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.columns import Columns
from region_grower_hpc.efeatures.figures.feature_plots import AmplitudeKey, TargetMark

FloatArray = NDArray[np.float64]
#: Points of a plot: amplitudes and values of each cell.
Points = dict[str, tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class FeatureTable:
    """What feature plots show.

    Attributes:
        cell_names, protocol_names: in the order of the metadata.
        columns: names and requests of the features.
        cells, protocols: (n,) number of cell and protocol of each recording.
        amplitudes: key -> (n,) amp (nA) and, unless amplitudes are absolute, amp_rel (%).
        values: (n, m), NaN for none.
        marks: key, protocol, name -> statistics of the targets.
    """

    cell_names: tuple[str, ...]
    protocol_names: tuple[str, ...]
    columns: Columns
    cells: NDArray[np.intp]
    protocols: NDArray[np.intp]
    amplitudes: Mapping[AmplitudeKey, FloatArray]
    values: FloatArray
    marks: Mapping[tuple[AmplitudeKey, str, str], list[TargetMark]]

    @classmethod
    def of(
        cls,
        cells: Sequence[Cell],
        columns: Columns,
        values: FloatArray,
        statistics: Sequence[Mapping[str, Any]],
        absolute: bool,
    ) -> FeatureTable:
        """The table of measured cells.

        Args:
            cells: with relative amplitudes unless `absolute`.
            columns: of the values.
            values: (n, m) of the recordings of all cells, in order.
            statistics: of the targets.
            absolute: amplitudes of targets are in nA.
        """
        recordings = [one for cell in cells for one in cell.recordings]
        protocol_names = tuple(dict.fromkeys(one.protocol_name for one in recordings))
        numbers = {name: number for number, name in enumerate(protocol_names)}
        rheobases = [cell.rheobase for cell in cells if cell.rheobase is not None]
        keys: dict[AmplitudeKey, FloatArray] = {"amp": _reals([one.amp for one in recordings])}
        if not absolute:
            keys["amp_rel"] = _reals([one.amp_rel for one in recordings])
        by_amplitude = {one.protocol_name for one in recordings if one.stimulus.matched == "amp"}
        return cls(
            cell_names=tuple(cell.name for cell in cells),
            protocol_names=protocol_names,
            columns=columns,
            cells=np.repeat(np.arange(len(cells)), [len(cell.recordings) for cell in cells]),
            protocols=np.array([numbers[one.protocol_name] for one in recordings], dtype=np.intp),
            amplitudes=keys,
            values=values,
            marks=_marks(
                [one for one in statistics if one["protocol"] in by_amplitude],
                absolute,
                float(np.mean(rheobases)) if rheobases else float("nan"),
            ),
        )

    def plotted(self, cell: int | None, protocol: int) -> list[int]:
        """Columns with a value of a cell, or of any, under a protocol."""
        found = np.isfinite(self.values[self._rows(cell, protocol)]).any(axis=0)
        return [int(column) for column in np.flatnonzero(found)]

    def points(self, cell: int | None, protocol: int, column: int, key: AmplitudeKey) -> Points:
        """What a plot shows."""
        points = {}
        for number in range(len(self.cell_names)) if cell is None else [cell]:
            rows = self._rows(number, protocol)
            if len(rows):
                points[self.cell_names[number]] = (
                    self.amplitudes[key][rows],
                    self.values[rows, column],
                )
        return points

    def _rows(self, cell: int | None, protocol: int) -> NDArray[np.intp]:
        is_meant = self.protocols == protocol
        return np.flatnonzero(is_meant if cell is None else is_meant & (self.cells == cell))


def _marks(
    statistics: Sequence[Mapping[str, Any]], absolute: bool, rheobase_na: float
) -> dict[tuple[AmplitudeKey, str, str], list[TargetMark]]:
    """Statistics of the targets on both axes; % become nA by the mean rheobase."""
    factors: dict[AmplitudeKey, float] = {"amp": 1.0}
    if not absolute:
        factors = {"amp": rheobase_na / 100.0, "amp_rel": 1.0}
    found: dict[tuple[AmplitudeKey, str, str], list[TargetMark]] = {}
    for one in statistics:
        for key, factor in factors.items():
            mark = TargetMark(
                one["amplitude"] * factor, one["tolerance"] * factor, one["mean"], one["std"]
            )
            found.setdefault((key, one["protocol"], one["efeature_name"]), []).append(mark)
    return found


def _reals(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
