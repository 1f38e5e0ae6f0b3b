"""Cells, spread over processes by a function of the user that works like the built-in `map`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.cell_work import CellReader
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.sheets import Drawing, Sheet

logger = logging.getLogger(__name__)

Mapper = Callable[..., Iterable[Any]]


@dataclass(frozen=True)
class CellMap:
    """What is done to each cell; what fails of one is warned of and costs nothing else.

    Attributes:
        mapper: spreads cells.
        reader: reads and measures them.
        entries: of the metadata.
    """

    mapper: Mapper
    reader: CellReader
    entries: Sequence[Entry] = ()

    def read(self, names: Iterable[str]) -> tuple[list[Cell], list[FailureRow]]:
        """All cells, those without an entry too, and what fails of them."""
        of_cells = self._by_cell()
        described = [(name, of_cells.get(name, [])) for name in names]
        return _parted(self.mapper(self.reader.read, described))

    def measure(
        self, cells: Sequence[Cell], asked: Iterable[Sequence[FeatureRequest]]
    ) -> tuple[list[Cell], list[FailureRow]]:
        """The cells with their features, and what fails of them.

        Args:
            cells: as read.
            asked: the requests of each recording of all cells.
        """
        of_cells, rest = self._by_cell(), iter(asked)
        described = [
            (cell, [next(rest) for _ in cell.recordings], of_cells.get(cell.name, []))
            for cell in cells
        ]
        return _parted(self.mapper(self.reader.measure, described))

    def draw(self, drawing: Drawing, sheets: Sequence[Sheet]) -> None:
        """Write the files of all sheets."""
        for problems in self.mapper(drawing.draw, sheets):
            for problem in problems:
                logger.warning("not drawn: %s", problem)

    def _by_cell(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.cell, []).append(entry)
        return found


def _parted(
    results: Iterable[tuple[Cell, list[FailureRow]]],
) -> tuple[list[Cell], list[FailureRow]]:
    """Cells, and what fails of all of them, which is told."""
    found = list(results)
    failures = [row for _, rows in found for row in rows]
    for row in failures:
        logger.warning(
            "%s, %s, entry %d (%s) is left out: %s: %s %s",
            *(row.cell, row.protocol, row.index, row.file, row.stage, row.key, row.error),
        )
    return [cell for cell, _ in found], failures
