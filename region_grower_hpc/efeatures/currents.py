"""Holding and threshold currents of the cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.rheobase import is_rheobase
from region_grower_hpc.efeatures.statistics import mean_and_deviation


def holding_current(cell: Cell) -> float:
    """Mean over all recordings of a cell, nA; NaN if none has one."""
    return mean_and_deviation([one.values.get("hypamp") for one in cell.recordings])[0]


def currents_of(cells: Sequence[Cell], default_std_value: float = 1e-3) -> dict[str, Any]:
    """The document of currents, nA.

    Args:
        cells: those without a rheobase have no threshold, those without recordings a null holding.
        default_std_value: in place of a standard deviation of 0.
    """
    holding = {cell.name: holding_current(cell) for cell in cells}
    threshold = {cell.name: cell.rheobase for cell in cells if is_rheobase(cell.rheobase)}
    summaries = []
    for values in (holding, threshold):
        mean, deviation = mean_and_deviation(list(values.values()))
        summaries.append([mean, default_std_value if deviation == 0.0 else deviation])
    return {
        "holding_current": summaries[0],
        "threshold_current": summaries[1],
        "all_holding_current": holding,
        "all_threshold_current": threshold,
    }
