"""What there is to draw of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.analysis import Analysis, analysed
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.columns import Columns, matrix_of
from region_grower_hpc.efeatures.feature_file import read_feature_file
from region_grower_hpc.efeatures.feature_table import FeatureTable
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.recording_table import read_recordings
from region_grower_hpc.efeatures.recording_text import to_bytes
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.sheets import (
    FeaturesSheet,
    LegendSheet,
    RecordingsSheet,
    Sheet,
)

#: Predicted seconds of the legend.
LEGEND_S = 0.1


def read_sheets(
    settings: EfeatureSettings, *, with_features: bool
) -> tuple[list[Sheet], FeatureTable | None, list[float]]:
    """The sheets, what feature plots show, and predicted seconds of each sheet.

    Args:
        settings: of the run.
        with_features: whether features have been measured.
    """
    inputs = read_inputs(settings)
    table = None
    if with_features:
        analysis = analysed(settings, inputs, quiet=True)
        cells = analysis.cells
        values, statistics = read_feature_file(settings.measured_file)
        table = table_of(analysis, settings, statistics, values)
    else:
        cells = read_recordings(settings.recordings_file)
    sheets = sheets_of(cells, inputs.entries, table)
    return sheets, table, [_seconds(sheet, table) for sheet in sheets]


def sheets_of(
    cells: Sequence[Cell], entries: Sequence[Entry], table: FeatureTable | None
) -> list[Sheet]:
    """All sheets: those of recordings, and those of features where there is a table."""
    sheets: list[Sheet] = [*_recordings_sheets(cells, entries)]
    return sheets if table is None else [*sheets, *_features_sheets(table)]


def _recordings_sheets(cells: Sequence[Cell], entries: Sequence[Entry]) -> list[RecordingsSheet]:
    """A sheet for each cell and protocol with a recording."""
    read = {
        (one.cell_name, one.protocol_name, one.index) for cell in cells for one in cell.recordings
    }
    by_place: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if (entry.cell, entry.protocol, entry.index) in read:
            by_place.setdefault((entry.cell, entry.protocol), []).append(entry)
    return [
        RecordingsSheet(
            cell.name,
            protocol,
            tuple(by_place[cell.name, protocol]),
            to_bytes(cell.get_recordings_by_protocol_name(protocol)),
        )
        for cell in cells
        for protocol in cell.get_protocol_names()
    ]


def _features_sheets(table: FeatureTable) -> list[FeaturesSheet | LegendSheet]:
    """A sheet for each protocol of each cell and of all of them, and the legend."""
    sheets = [
        FeaturesSheet(cell, protocol)
        for cell in (*range(len(table.cell_names)), None)
        for protocol in range(len(table.protocol_names))
    ]
    drawn = [sheet for sheet in sheets if table.plotted(sheet.cell, sheet.protocol)]
    return [*drawn, LegendSheet()]


def table_of(
    analysis: Analysis,
    settings: EfeatureSettings,
    statistics: Sequence[Mapping[str, Any]],
    values: NDArray[np.float64] | None = None,
) -> FeatureTable:
    """What feature plots show.

    Args:
        analysis: cells and targets.
        settings: of the run.
        statistics: of the targets.
        values: (recordings, columns); None: those that the recordings hold.
    """
    columns = Columns.of(analysis.targets, settings.efel_settings, settings.compat)
    if values is None:
        values = matrix_of([one for cell in analysis.cells for one in cell.recordings], columns)
    absolute = settings.absolute_amplitude
    return FeatureTable.of(analysis.cells, columns, values, statistics, absolute)


def pages_of(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Names of the files that show the recordings of the sheets."""
    for sheet in sheets:
        if isinstance(sheet, RecordingsSheet):
            cell, protocol = file_part(sheet.cell), file_part(sheet.protocol)
            yield f"{cell}/{cell}_{protocol}_recordings.pdf"


def _seconds(sheet: Sheet, table: FeatureTable | None) -> float:
    if isinstance(sheet, RecordingsSheet):
        return sheet.seconds
    if isinstance(sheet, FeaturesSheet) and table is not None:
        return sheet.seconds(table)
    return LEGEND_S
