"""The documents of some cells: of all of them, and of each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.documents import create_feature_protocol_files
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.grouping import group_efeatures
from region_grower_hpc.efeatures.protocol import Protocol
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.efeatures.targets import Target


@dataclass(frozen=True)
class Results:
    """What targets have found in some cells.

    Attributes:
        protocols: groups of recordings by stimulus, with their values.
        features, stimuli, currents: the three documents.
    """

    protocols: Sequence[Protocol]
    features: dict[str, Any]
    stimuli: dict[str, Any]
    currents: dict[str, Any]

    @property
    def statistics(self) -> list[dict[str, Any]]:
        """Mean, deviation and number of values of each target."""
        return [target.statistics() for one in self.protocols for target in one.feature_targets]


def results_of(
    cells: Sequence[Cell],
    targets: Sequence[Target],
    settings: EfeatureSettings,
    folder: Path | None = None,
    quiet: bool = False,
) -> Results:
    """Group and reduce the features of cells.

    Args:
        cells: measured.
        targets: what they were measured for.
        settings: how to reduce.
        folder: where the documents are written; None: nowhere.
        quiet: without warnings of what is left out.
    """
    protocols = group_efeatures(
        cells,
        targets,
        absolute_amplitude=settings.absolute_amplitude,
        protocol_mode=settings.protocol_mode,
        efel_settings=dict(settings.efel_settings),
        compat=settings.compat,
        quiet=quiet,
        exact=True,
    )
    documents = create_feature_protocol_files(
        cells,
        protocols,
        output_directory=folder,
        threshold_nvalue_save=settings.threshold_nvalue_save,
        write_files=folder is not None,
        save_files_used=settings.save_files_used,
        default_std_value=settings.default_std_value,
        quiet=quiet,
    )
    return Results(protocols, *documents)


def write_each_cell(
    cells: Sequence[Cell], targets: Sequence[Target], settings: EfeatureSettings
) -> None:
    """Write the documents of each cell alone, with all options in force."""
    for cell in cells:
        results_of([cell], targets, settings, folder_of(settings, cell.name), True)


def folder_of(settings: EfeatureSettings, cell_name: str) -> Path:
    """Where the documents of a cell are written."""
    return settings.output(file_part(cell_name))
