"""Extraction from Python, with the names and arguments of `bluepyefe.extract` 2.3.63.

No MPI: a `map_function` spreads cells over processes. A recording that fails is warned of and costs
nothing else; documents and targets of the caller are left as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.analysis import analysis_of
from region_grower_hpc.efeatures.auto_target_checks import auto_target_problems
from region_grower_hpc.efeatures.auto_targets import PRESET, AutoTarget, auto_targets_of
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.cell_work import CellReader
from region_grower_hpc.efeatures.columns import Columns, matrix_of
from region_grower_hpc.efeatures.documents import create_feature_protocol_files
from region_grower_hpc.efeatures.efel_names import setting_problem
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.entry_recordings import Reader
from region_grower_hpc.efeatures.failures import FailureRow, write_failures
from region_grower_hpc.efeatures.feature_table import FeatureTable
from region_grower_hpc.efeatures.grouping import group_efeatures
from region_grower_hpc.efeatures.matching import requests_of
from region_grower_hpc.efeatures.metadata import Entry, entries_of, metadata_problems
from region_grower_hpc.efeatures.pickles import CELLS_PICKLE, PROTOCOLS_PICKLE, write_pickles
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.results import results_of, write_each_cell
from region_grower_hpc.efeatures.rheobase import compute_rheobase, settings_problems
from region_grower_hpc.efeatures.settings import (
    EFEL_SETTINGS,
    PROTOCOLS_RHEOBASE,
    EfeatureSettings,
)
from region_grower_hpc.efeatures.sheets import (
    Drawing,
    Sheet,
    features_sheets,
    recordings_sheets,
)
from region_grower_hpc.efeatures.targets import (
    convert_legacy_targets,
    target_problems,
    targets_of,
)
from region_grower_hpc.errors import InvalidInputError

LOGGER = logging.getLogger(__name__)

#: How cells are spread over processes: like the built-in `map`.
Mapper = Callable[..., Iterable[Any]]
#: Of a user of Python the metadata have no file that could be named.
METADATA = "files_metadata"

__all__ = [
    "cells_pickle_output_path",
    "compute_rheobase",
    "convert_legacy_targets",
    "create_feature_protocol_files",
    "extract_efeatures",
    "extract_efeatures_at_targets",
    "group_efeatures",
    "plot_recordings",
    "protocols_pickle_output_path",
    "read_recordings",
]


def cells_pickle_output_path(output_directory: str | Path) -> Path:
    """Where `extract_efeatures` pickles cells."""
    return Path(output_directory) / CELLS_PICKLE


def protocols_pickle_output_path(output_directory: str | Path) -> Path:
    """Where `extract_efeatures` pickles protocols."""
    return Path(output_directory) / PROTOCOLS_PICKLE


def read_recordings(
    files_metadata: Mapping[str, Any],
    recording_reader: Reader | None = None,
    map_function: Mapper | None = map,
    efel_settings: Mapping[str, Any] | None = None,
) -> list[Cell]:
    """Read all recordings, interpret their stimuli and count their spikes.

    Args:
        files_metadata: {cell: {protocol: [metadata, ...]}}; relative paths are relative to the
            working folder.
        recording_reader: in place of our readers: from the metadata of an entry to a list of
            dictionaries with voltage, current, dt and more.
        map_function: spreads cells over processes.
        efel_settings: of the count of spikes.

    Returns:
        cells with their recordings and traces; a recording that failed is warned of.

    Raises:
        InvalidInputError: all that is wrong with the metadata.
    """
    reader = CellReader(recording_reader, dict(efel_settings or {}))
    cells, failures = _read(_entries(files_metadata, recording_reader), reader, map_function)
    _tell(failures)
    return cells


def extract_efeatures_at_targets(
    cells: Sequence[Cell],
    targets: Any,
    map_function: Mapper | None = map,
    efel_settings: Mapping[str, Any] | None = None,
) -> list[Cell]:
    """Compute the features that targets ask for, of all recordings of their protocols.

    Args:
        cells: with traces.
        targets: list of targets.
        map_function: spreads cells over processes.
        efel_settings: of all features; those of a target come first.

    Returns:
        the cells, with values in `Recording.efeatures`.
    """
    asked = requests_of(
        _recordings(cells), targets_of(targets), efel_settings=efel_settings, everywhere=True
    )
    measured, failures = _measure(cells, asked, (), CellReader(), map_function)
    _tell(failures)
    return measured


def extract_efeatures(
    output_directory: str | Path,
    files_metadata: Mapping[str, Any],
    targets: Any = None,
    threshold_nvalue_save: int = 1,
    protocols_rheobase: Sequence[str] | str | None = None,
    absolute_amplitude: bool = False,
    recording_reader: Reader | None = None,
    map_function: Mapper | None = map,
    write_files: bool = False,
    plot: bool = False,
    low_memory_mode: bool = False,
    protocol_mode: str = "mean",
    efel_settings: Mapping[str, Any] | None = None,
    extract_per_cell: bool = False,
    rheobase_strategy: str = "absolute",
    rheobase_settings: Mapping[str, Any] | None = None,
    auto_targets: Sequence[AutoTarget | Mapping[str, Any]] | None = None,
    pickle_cells: bool = False,
    default_std_value: float = 0.001,
    *,
    save_files_used: bool = False,
    compat: bool = False,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Extract features from recordings.

    Args:
        output_directory: of files, where any are asked for.
        files_metadata: {cell: {protocol: [metadata, ...]}}.
        targets: list of targets, or the older dictionary; None: automatic ones.
        threshold_nvalue_save: fewest values that make a feature.
        protocols_rheobase: names of the protocols that tell the rheobase.
        absolute_amplitude: targets are in nA, not in % of the rheobase.
        recording_reader: in place of our readers.
        map_function: spreads cells over processes.
        write_files: write features.json, protocols.json, currents.json and failures.csv.
        plot: draw recordings and features below output_directory/figures.
        low_memory_mode: hold no traces, in pickles neither.
        protocol_mode: mean, median, min, max or lnmc.
        efel_settings: in place of all of the default.
        extract_per_cell: with `write_files`, write the documents of each cell alone too.
        rheobase_strategy: how a rheobase is found.
        rheobase_settings: parameters of the strategy.
        auto_targets: in place of the list we know.
        pickle_cells: write cells.pkl and protocols.pkl.
        default_std_value: in place of a standard deviation of 0.
        save_files_used: name the files behind each feature.
        compat: reproduce bluepyefe's numbers where ours are others.

    Returns:
        the documents features, protocols and currents.

    Raises:
        InvalidInputError: all that is wrong with the arguments that are documents.
    """
    if targets is not None and auto_targets is not None:
        raise InvalidInputError("targets and auto_targets: give one of them")
    if absolute_amplitude and targets is None:
        raise InvalidInputError("absolute_amplitude needs targets, whose amplitudes are in nA")
    if isinstance(protocols_rheobase, str):
        protocols_rheobase = (protocols_rheobase,)
    settings = EfeatureSettings(
        files_metadata=Path(),
        output_directory=Path(output_directory),
        threshold_nvalue_save=threshold_nvalue_save,
        protocols_rheobase=tuple(protocols_rheobase or PROTOCOLS_RHEOBASE),
        absolute_amplitude=absolute_amplitude,
        protocol_mode=protocol_mode,
        efel_settings=dict(EFEL_SETTINGS if efel_settings is None else efel_settings),
        rheobase_strategy=rheobase_strategy,
        rheobase_settings=dict(rheobase_settings or {}),
        default_std_value=default_std_value,
        save_files_used=save_files_used,
        compat=compat,
    )
    entries = _entries(files_metadata, recording_reader)
    given = [dict(one) if isinstance(one, Mapping) else one for one in auto_targets or ()]
    candidates = PRESET if auto_targets is None else auto_targets_of(given)
    problems = [*_problems(settings, targets, candidates)]
    if problems:
        raise InvalidInputError("\n".join(problems))
    wanted = None if targets is None else targets_of(targets)
    reader = CellReader(
        recording_reader,
        settings.efel_settings,
        compat,
        keeps_traces=(pickle_cells or plot) and not low_memory_mode,
    )
    cells, failures = _read(entries, reader, map_function)
    found = analysis_of(cells, settings, wanted, candidates)
    asked = requests_of(
        _recordings(cells),
        found.targets,
        absolute_amplitude=absolute_amplitude,
        efel_settings=settings.efel_settings,
        compat=compat,
    )
    cells, more = _measure(cells, asked, entries, reader, map_function)
    _tell([*failures, *more])
    folder = settings.output_directory if write_files else None
    results = results_of(cells, found.targets, settings, folder)
    if write_files:
        write_failures(settings.failures_csv, [*failures, *more])
        if extract_per_cell:
            write_each_cell(cells, found.targets, settings)
    if pickle_cells:
        write_pickles(settings.output_directory, cells, results.protocols)
    if plot:
        statistics = [
            target.statistics() for one in results.protocols for target in one.feature_targets
        ]
        columns = Columns.of(found.targets, settings.efel_settings, compat)
        values = matrix_of(_recordings(cells), columns)
        table = FeatureTable.of(cells, columns, values, statistics, absolute_amplitude)
        sheets = [*recordings_sheets(cells, entries), *features_sheets(table)]
        drawing = Drawing(
            settings.figures, table, compat, settings.impedance_max_freq_hz, recording_reader
        )
        _draw(drawing, sheets, map_function)
    return results.features, results.stimuli, results.currents


def plot_recordings(
    files_metadata: Mapping[str, Any],
    output_directory: str | Path = "./figures/",
    recording_reader: Reader | None = None,
    map_function: Mapper | None = map,
) -> None:
    """Draw all recordings of each cell.

    Args:
        files_metadata: {cell: {protocol: [metadata, ...]}}.
        output_directory: of the figures; a folder in it for each cell.
        recording_reader: in place of our readers.
        map_function: spreads cells over processes.
    """
    entries = _entries(files_metadata, recording_reader)
    reader = CellReader(recording_reader, keeps_traces=False)
    cells, failures = _read(entries, reader, map_function)
    _tell(failures)
    drawing = Drawing(Path(output_directory), reader=recording_reader)
    _draw(drawing, recordings_sheets(cells, entries), map_function)


def _draw(drawing: Drawing, sheets: Sequence[Sheet], map_function: Mapper | None) -> None:
    for problems in (map_function or map)(drawing.draw, sheets):
        for problem in problems:
            LOGGER.warning("not drawn: %s", problem)


def _entries(files_metadata: Mapping[str, Any], reader: Reader | None) -> list[Entry]:
    """The entries of metadata; those for a reader of the user have keys of their own."""
    problems = metadata_problems(files_metadata, None, with_files=reader is None)
    if problems:
        raise InvalidInputError("\n".join(f"{METADATA}: {problem}" for problem in problems))
    return list(entries_of(files_metadata))


def _by_cell(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.cell, []).append(entry)
    return found


def _read(
    entries: Iterable[Entry], reader: CellReader, map_function: Mapper | None
) -> tuple[list[Cell], list[FailureRow]]:
    found = list((map_function or map)(reader.read, list(_by_cell(entries).items())))
    return [cell for cell, _ in found], [row for _, rows in found for row in rows]


def _measure(
    cells: Sequence[Cell],
    asked: Sequence[Sequence[FeatureRequest]],
    entries: Iterable[Entry],
    reader: CellReader,
    map_function: Mapper | None,
) -> tuple[list[Cell], list[FailureRow]]:
    """Measure cell by cell; `asked` has the requests of the recordings of all cells."""
    of_cells, rest = _by_cell(entries), iter(asked)
    described = [
        (cell, [next(rest) for _ in cell.recordings], of_cells.get(cell.name, [])) for cell in cells
    ]
    found = list((map_function or map)(reader.measure, described))
    return [cell for cell, _ in found], [row for _, rows in found for row in rows]


def _recordings(cells: Iterable[Cell]) -> list[Recording]:
    return [recording for cell in cells for recording in cell.recordings]


def _problems(
    settings: EfeatureSettings, targets: Any, auto_targets: Sequence[AutoTarget]
) -> Iterator[str]:
    """What is wrong with arguments that are documents, eFEL's names included."""
    if targets is not None:
        yield from target_problems(targets, "targets")
    yield from auto_target_problems([vars(one) for one in auto_targets], "auto_targets")
    for name, value in settings.efel_settings.items():
        if (problem := setting_problem(name, value)) is not None:
            yield f"efel_settings: {problem}"
    for problem in settings_problems(settings.rheobase_strategy, settings.rheobase_settings):
        yield f"rheobase_settings: {problem}"


def _tell(failures: Iterable[FailureRow]) -> None:
    for row in failures:
        LOGGER.warning(
            "%s, %s, entry %d (%s) is left out: %s: %s %s",
            *(row.cell, row.protocol, row.index, row.file, row.stage, row.key, row.error),
        )
