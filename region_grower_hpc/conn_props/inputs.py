"""What the jobs of an extraction read of the circuit, once a process."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.edge_population import (
    EdgePopulation,
    chosen_properties,
    find_edges,
)
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.parts import Part, parts_of
from region_grower_hpc.conn_props.settings import FOLDS, WHOLE, ExtractSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """The edges, their properties, and the parts of the nodes.

    Attributes:
        population: of edges.
        properties: names.
        parts: one a data file.
        rows: of failures.csv, known before any edge is read.
    """

    population: EdgePopulation
    properties: list[str]
    parts: list[Part]
    rows: list[FailureRow]

    @property
    def columns(self) -> dict[str, np.dtype[Any]]:
        """The dtype of each property."""
        return {name: self.population.columns[name] for name in self.properties}

    def shared(self) -> dict[str, NDArray[np.int32]]:
        """Type of each node in each part, -1 where it is not selected."""
        arrays = {}
        for k, part in enumerate(self.parts):
            arrays[f"source/{k}"], arrays[f"target/{k}"] = part.source.codes, part.target.codes
        return arrays

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Numbers of source and target types of each part."""
        return [(len(part.source.types), len(part.target.types)) for part in self.parts]


_cached: list[tuple[ExtractSettings, Inputs]] = []


def read_inputs(settings: ExtractSettings) -> Inputs:
    """Check and read all but the edges themselves; the last result is kept.

    Raises:
        InvalidInputError: naming file, population, property, node set or selection.
    """
    if _cached and _cached[0][0] == settings:
        return _cached[0][1]
    inputs = _read(settings)
    _cached[:] = [(settings, inputs)]
    return inputs


def forget() -> None:
    """Read anew next time: files may have changed."""
    _cached.clear()


def _read(settings: ExtractSettings) -> Inputs:
    population = find_edges(settings.circuit, settings.edges_popul_name)
    properties, skipped = chosen_properties(population, settings.sel_props)
    rows = [
        FailureRow("extract", "", "", name, "non_numeric", "left out: its values are no numbers")
        for name in skipped
    ]
    parts = _parts(settings, population)
    for part in parts[:1]:
        for text in dict.fromkeys([*part.source.warnings, *part.target.warnings]):
            logger.warning("%s", text)
    return Inputs(population, properties, parts, rows)


def _parts(settings: ExtractSettings, population: EdgePopulation) -> list[Part]:
    n_folds = 0 if settings.parts == WHOLE else settings.cv_folds
    if settings.fold is not None:
        n_folds = settings.fold[0]
    parts = parts_of(
        *(population, settings.sel_src, settings.sel_dest),
        group_by=settings.group_by,
        cv_folds=n_folds,
        seed=settings.seed,
    )
    if settings.fold is not None:
        return [part for part in parts if part.fold == settings.fold]
    if settings.parts == FOLDS and n_folds > 1:
        return [part for part in parts if part.fold is not None]
    return parts
