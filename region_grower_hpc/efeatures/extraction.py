"""The work of `extract_efeatures` from Python: read, measure, reduce, write, draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from region_grower_hpc.efeatures.analysis import Analysis, analysis_of
from region_grower_hpc.efeatures.auto_targets import AutoTarget
from region_grower_hpc.efeatures.cell_map import CellMap, Mapper
from region_grower_hpc.efeatures.cell_work import CellReader
from region_grower_hpc.efeatures.drawing_plan import sheets_of, table_of
from region_grower_hpc.efeatures.entry_recordings import Reader
from region_grower_hpc.efeatures.failures import FailureRow, write_failures
from region_grower_hpc.efeatures.feature_naming import name_features
from region_grower_hpc.efeatures.matching import requests_of
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.pickles import write_pickles
from region_grower_hpc.efeatures.results import Results, results_of, write_each_cell
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.sheets import Drawing
from region_grower_hpc.efeatures.targets import Target


@dataclass(frozen=True)
class Extraction:
    """Checked inputs of a run.

    Attributes:
        settings: of the run; its paths of documents are not looked at.
        entries: of the metadata.
        targets: None for automatic ones.
        auto_targets: what to look for then.
        reader: in place of our readers.
        mapper: spreads cells over processes.
    """

    settings: EfeatureSettings
    entries: Sequence[Entry]
    targets: Sequence[Target] | None
    auto_targets: Sequence[AutoTarget]
    reader: Reader | None
    mapper: Mapper

    def run(self, cell_names: Iterable[str], *, write_files: bool) -> Results:
        """Everything that the settings ask for.

        Args:
            cell_names: of all cells, those without an entry too.
            write_files: whether the documents are written.
        """
        settings = self.settings
        found, failures = self._measured(cell_names)
        folder = settings.output_directory if write_files else None
        results = results_of(found.cells, found.targets, settings, folder)
        if write_files:
            write_failures(settings.failures_csv, failures)
            if settings.extract_per_cell:
                write_each_cell(found.cells, found.targets, settings)
        if settings.pickle_cells:
            write_pickles(settings.output_directory, found.cells, results.protocols)
        if settings.plot:
            self._draw(found, results)
        return results

    def _measured(self, cell_names: Iterable[str]) -> tuple[Analysis, list[FailureRow]]:
        """Cells with the features that targets ask for."""
        settings = self.settings
        cells, failures = self._cells.read(cell_names)
        found = analysis_of(cells, settings, self.targets, self.auto_targets)
        asked = requests_of(
            [recording for cell in cells for recording in cell.recordings],
            found.targets,
            absolute_amplitude=settings.absolute_amplitude,
            efel_settings=settings.efel_settings,
            compat=settings.compat,
        )
        cells, more = self._cells.measure(cells, asked)
        name_features(cells, found.targets, settings.efel_settings, settings.compat)
        return Analysis(cells, found.targets), [*failures, *more]

    def _draw(self, found: Analysis, results: Results) -> None:
        settings = self.settings
        table = table_of(found, settings, results.statistics)
        drawing = Drawing(
            *(settings.figures, table, settings.compat),
            *(settings.impedance_max_freq_hz, self.reader),
        )
        self._cells.draw(drawing, sheets_of(found.cells, self.entries, table))

    @property
    def _cells(self) -> CellMap:
        settings = self.settings
        is_kept = (settings.pickle_cells or settings.plot) and not settings.low_memory_mode
        reader = CellReader(
            *(self.reader, settings.efel_settings, settings.compat), keeps_traces=is_kept
        )
        return CellMap(self.mapper, reader, self.entries)
