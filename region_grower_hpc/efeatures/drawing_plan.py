"""What there is to draw of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from region_grower_hpc.efeatures.analysis import analysed
from region_grower_hpc.efeatures.columns import Columns
from region_grower_hpc.efeatures.feature_file import read_feature_file
from region_grower_hpc.efeatures.feature_table import FeatureTable
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.recording_table import read_recordings
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.sheets import (
    FeaturesSheet,
    RecordingsSheet,
    Sheet,
    features_sheets,
    recordings_sheets,
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
    if not with_features:
        sheets: list[Sheet] = [
            *recordings_sheets(read_recordings(settings.recordings_file), inputs.entries)
        ]
        return sheets, None, [_seconds(sheet, None) for sheet in sheets]
    analysis = analysed(settings, inputs)
    columns = Columns.of(analysis.targets, settings.efel_settings, settings.compat)
    values, statistics = read_feature_file(settings.measured_file)
    absolute = settings.absolute_amplitude
    table = FeatureTable.of(analysis.cells, columns, values, statistics, absolute)
    sheets = [*recordings_sheets(analysis.cells, inputs.entries), *features_sheets(table)]
    return sheets, table, [_seconds(sheet, table) for sheet in sheets]


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
