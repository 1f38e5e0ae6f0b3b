"""The figures of a run in sheets, each drawn by one task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.efeatures.entry_recordings import Reader, raw_traces
from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.feature_table import FeatureTable
from region_grower_hpc.efeatures.figures.cell_styles import cell_styles
from region_grower_hpc.efeatures.figures.feature_plots import feature_plots
from region_grower_hpc.efeatures.figures.feature_unit import unit_of
from region_grower_hpc.efeatures.figures.impedance import MAX_FREQ_HZ, impedance
from region_grower_hpc.efeatures.figures.legend import legend
from region_grower_hpc.efeatures.figures.panel import Panel, panel_of
from region_grower_hpc.efeatures.figures.recording_pages import panel_pages
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.recording_text import from_bytes
from region_grower_hpc.efeatures.trace import standardised

#: Class of stimuli whose recordings have an impedance.
SINE = "SineSpec"
#: Seconds of a recording and of a plot: only their proportion matters.
SECONDS_A_RECORDING, SECONDS_A_PLOT = 0.1, 0.15
#: Bytes by relative path.
Files = dict[str, bytes]


@dataclass(frozen=True)
class RecordingsSheet:
    """The recordings of a cell under a protocol, with the impedances of sine sweeps.

    Attributes:
        cell, protocol: their names.
        entries: of the metadata.
        recordings: as text, without traces.
    """

    cell: str
    protocol: str
    entries: tuple[Entry, ...]
    recordings: bytes

    def draw(
        self,
        compat: bool = False,
        max_freq_hz: float = MAX_FREQ_HZ,
        reader: Reader | None = None,
    ) -> tuple[Files, list[FailureRow]]:
        """The files, and what cannot be drawn; the traces of one entry are held at a time."""
        of_entry: dict[int, list[tuple[int, Recording]]] = {}
        for number, recording in enumerate(from_bytes(self.recordings)):
            of_entry.setdefault(recording.index, []).append((number, recording))
        panels: list[Panel] = []
        files: Files = {}
        problems: list[FailureRow] = []
        for entry in self.entries:
            try:
                raw = raw_traces(entry, compat, reader)
                for number, recording in of_entry.get(entry.index, []):
                    recording.trace = standardised(raw[recording.number], entry.metadata)
                    panels.append(panel_of(recording))
                    if recording.stimulus.name == SINE:
                        names = self.cell, self.protocol, number
                        files |= impedance(*names, recording, max_freq_hz)
                    recording.trace = None
            except RecordingProblem as problem:
                text = RecordingProblem("draw", problem.key, problem.text)
                problems.append(FailureRow.of(entry, text))
            except IndexError:
                text = RecordingProblem("draw", "", "the file has fewer recordings than before")
                problems.append(FailureRow.of(entry, text))
        return panel_pages(self.cell, self.protocol, panels) | files, problems

    @property
    def seconds(self) -> float:
        """Predicted."""
        return SECONDS_A_RECORDING * len(self.entries)


@dataclass(frozen=True)
class FeaturesSheet:
    """The features of a cell under a protocol, or those of all cells, against the amplitude.

    Attributes:
        cell: its number; None for all.
        protocol: its number.
    """

    cell: int | None
    protocol: int

    def draw(self, table: FeatureTable) -> Files:
        """A plot a feature and amplitude."""
        files: Files = {}
        styles = cell_styles(table.cell_names)
        protocol = table.protocol_names[self.protocol]
        for column in table.plotted(self.cell, self.protocol):
            name = table.columns.names[column]
            for key in table.amplitudes:
                files |= feature_plots(
                    None if self.cell is None else table.cell_names[self.cell],
                    protocol,
                    name,
                    key,
                    table.points(self.cell, self.protocol, column, key),
                    table.marks.get((key, protocol, name), ()),
                    styles,
                    unit_of(table.columns.requests[column].efeature),
                )
        return files

    def seconds(self, table: FeatureTable) -> float:
        """Predicted."""
        n_plots = len(table.plotted(self.cell, self.protocol)) * len(table.amplitudes)
        return SECONDS_A_PLOT * n_plots


@dataclass(frozen=True)
class LegendSheet:
    """The colours of the cells."""

    def draw(self, table: FeatureTable) -> Files:
        """One file a format."""
        return legend(cell_styles(table.cell_names))


Sheet = RecordingsSheet | FeaturesSheet | LegendSheet


@dataclass(frozen=True)
class Drawing:
    """How sheets become files, sheet by sheet; picklable where the user's reader is.

    Attributes:
        folder: of the files.
        table: of features; None where only recordings are drawn.
        compat: bluepyefe's numbers.
        max_freq_hz: highest frequency of impedances.
        reader: in place of ours.
    """

    folder: Path
    table: FeatureTable | None = None
    compat: bool = False
    max_freq_hz: float = MAX_FREQ_HZ
    reader: Reader | None = None

    def draw(self, sheet: Sheet) -> list[FailureRow]:
        """Write the files of a sheet; what cannot be drawn."""
        files: Files = {}
        problems: list[FailureRow] = []
        if isinstance(sheet, RecordingsSheet):
            files, problems = sheet.draw(self.compat, self.max_freq_hz, self.reader)
        elif self.table is not None:
            files = sheet.draw(self.table)
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return problems
