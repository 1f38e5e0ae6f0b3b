"""Which row of cells file A is the same cell as which row of cells file B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import voxcell

Rows = npt.NDArray[np.int64]
MORPHOLOGY = "morphology"


@dataclass(frozen=True)
class MatchedRows:
    """Rows of the same cells, and rows without counterpart."""

    a: Rows
    b: Rows
    only_a: Rows
    only_b: Rows
    by_name: bool
    """Whether cells were told by their morphology; else by their row, the gid."""

    @property
    def first_moved(self) -> tuple[int, int] | None:
        """Rows in A and in B of the first cell whose place among those of both differs."""
        turned = np.flatnonzero(np.diff(self.b) < 0)
        return None if not len(turned) else (int(self.a[turned[0] + 1]), int(self.b[turned[0] + 1]))


def match_rows(a: voxcell.CellCollection, b: voxcell.CellCollection) -> MatchedRows:
    """Match by morphology, where that tells the same cell; else by row.

    Morphologies of synthesis have unique names, which follow from seed and gid of the input: cells
    keep them where others were dropped and the rows renumbered. With another seed the names are
    those of other cells; so names count only if most cells of one name have one position.
    """
    names_a, names_b = morphology_names(a), morphology_names(b)
    rows_of_b = {name: row for row, name in enumerate(names_b)}
    if len(set(names_a)) == len(names_a) and len(rows_of_b) == len(names_b):
        partners = np.array([rows_of_b.get(name, -1) for name in names_a], dtype=np.int64)
        rows_a, rows_b = np.flatnonzero(partners >= 0), partners[partners >= 0]
        if len(rows_a) and _in_one_place(a, b, rows_a, rows_b):
            only_a = np.flatnonzero(partners < 0)
            only_b = np.setdiff1d(np.arange(len(names_b)), rows_b)
            return MatchedRows(rows_a, rows_b, only_a, only_b, by_name=True)
    n_a, n_b = len(a.properties), len(b.properties)
    both = np.arange(min(n_a, n_b))
    rest_a, rest_b = np.arange(len(both), n_a), np.arange(len(both), n_b)
    return MatchedRows(both, both, rest_a, rest_b, by_name=False)


def _in_one_place(
    a: voxcell.CellCollection, b: voxcell.CellCollection, rows_a: Rows, rows_b: Rows
) -> bool:
    if a.positions is None or b.positions is None:
        return True
    same = np.isclose(a.positions[rows_a], b.positions[rows_b], equal_nan=True).all(axis=1)
    return bool(same.mean() >= 0.5)


def morphology_names(cells: voxcell.CellCollection) -> list[Any]:
    """Names of the morphologies, row by row; empty where the file has no such property."""
    if MORPHOLOGY not in cells.properties:
        return []
    return list(cells.properties[MORPHOLOGY].astype(object))
