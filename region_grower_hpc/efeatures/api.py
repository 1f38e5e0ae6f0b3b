"""Extraction from Python, with the names and arguments of `bluepyefe.extract` 2.3.63.

No MPI: a `map_function` spreads cells over processes. A recording that fails is warned of and costs
nothing else; documents and targets of the caller are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.argument_checks import (
    checked_auto_targets,
    checked_efel_settings,
    checked_entries,
    checked_mapper,
    checked_settings,
    checked_targets,
)
from region_grower_hpc.efeatures.auto_targets import AutoTarget
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.cell_map import CellMap, Mapper
from region_grower_hpc.efeatures.cell_work import CellReader
from region_grower_hpc.efeatures.documents import create_feature_protocol_files
from region_grower_hpc.efeatures.drawing_plan import sheets_of
from region_grower_hpc.efeatures.entry_recordings import Reader
from region_grower_hpc.efeatures.extraction import Extraction
from region_grower_hpc.efeatures.feature_naming import name_features
from region_grower_hpc.efeatures.grouping import group_efeatures
from region_grower_hpc.efeatures.matching import requests_of
from region_grower_hpc.efeatures.output_names import CELLS_PICKLE, PROTOCOLS_PICKLE
from region_grower_hpc.efeatures.rheobase import compute_rheobase
from region_grower_hpc.efeatures.sheets import Drawing
from region_grower_hpc.efeatures.targets import convert_legacy_targets
from region_grower_hpc.errors import InvalidInputError

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
        InvalidInputError: all that is wrong with the metadata, or with the settings.
    """
    reader = CellReader(recording_reader, checked_efel_settings(efel_settings))
    entries = checked_entries(files_metadata, recording_reader)
    cells, _ = CellMap(checked_mapper(map_function), reader, entries).read(files_metadata)
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

    Raises:
        InvalidInputError: all that is wrong with the targets, or with the settings.
    """
    wanted, settings = checked_targets(targets), checked_efel_settings(efel_settings)
    recordings = [recording for cell in cells for recording in cell.recordings]
    asked = requests_of(recordings, wanted, efel_settings=settings, everywhere=True)
    measured, _ = CellMap(checked_mapper(map_function), CellReader()).measure(cells, asked)
    name_features(measured, wanted, settings)
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
    settings = checked_settings(
        output_directory,
        threshold_nvalue_save=threshold_nvalue_save,
        protocols_rheobase=protocols_rheobase,
        absolute_amplitude=absolute_amplitude,
        protocol_mode=protocol_mode,
        efel_settings=efel_settings,
        extract_per_cell=extract_per_cell,
        rheobase_strategy=rheobase_strategy,
        rheobase_settings=rheobase_settings,
        pickle_cells=pickle_cells,
        default_std_value=default_std_value,
        low_memory_mode=low_memory_mode,
        plot=plot,
        save_files_used=save_files_used,
        compat=compat,
    )
    extraction = Extraction(
        settings,
        entries=checked_entries(files_metadata, recording_reader),
        targets=None if targets is None else checked_targets(targets),
        auto_targets=checked_auto_targets(auto_targets),
        reader=recording_reader,
        mapper=checked_mapper(map_function),
    )
    results = extraction.run(files_metadata, write_files=write_files)
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
    entries = checked_entries(files_metadata, recording_reader)
    reader = CellReader(recording_reader, keeps_traces=False)
    cell_map = CellMap(checked_mapper(map_function), reader, entries)
    cells, _ = cell_map.read(files_metadata)
    drawing = Drawing(Path(output_directory), reader=recording_reader)
    cell_map.draw(drawing, sheets_of(cells, entries, None))
