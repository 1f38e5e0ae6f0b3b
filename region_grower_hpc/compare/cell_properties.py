"""Compare what cells files say about each cell: properties, position, orientation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.compare.cell_rows import MatchedRows
from region_grower_hpc.compare.tolerance import Tolerance

if TYPE_CHECKING:
    import pandas as pd
    import voxcell

#: Of elements of rotation matrices: files hold quaternions or angles.
ORIENTATION_TOLERANCE = Tolerance(atol=1e-6)
AXES = ("x", "y", "z")


@dataclass
class RowDifferences:
    """What differs first in each matched cell."""

    identical: npt.NDArray[np.bool_]
    """Whether all values are equal."""
    first: dict[int, tuple[str, str]] = field(default_factory=dict)
    """{index of the match: (part, text)}, for those beyond the tolerance."""
    common: list[tuple[str, str]] = field(default_factory=list)
    """(part, text) of differences that are not one cell's."""


def compare_rows(
    a: voxcell.CellCollection, b: voxcell.CellCollection, rows: MatchedRows, tolerance: Tolerance
) -> RowDifferences:
    """Compare properties by name, then positions, then orientations.

    Text is compared as text, whether a file stores it as categories or not; numbers within the
    tolerance; a missing value equals a missing value.
    """
    found = RowDifferences(np.ones(len(rows.a), dtype=bool))
    names_a, names_b = list(a.properties), list(b.properties)
    for where, more, others in (("A", names_a, names_b), ("B", names_b, names_a)):
        for name in more:
            if name not in others:
                found.common.append(("property", f"'{name}' is only in {where}"))
    for name in names_a:
        if name in names_b:
            values = a.properties[name].iloc[rows.a], b.properties[name].iloc[rows.b]
            _compare_property(name, *values, tolerance, found)
    for part, one, other, allowed in (
        ("position", a.positions, b.positions, tolerance),
        ("orientation", a.orientations, b.orientations, ORIENTATION_TOLERANCE),
    ):
        _compare_vectors(part, one, other, rows, allowed, found)
    return found


def _compare_property(
    name: str, a: pd.Series, b: pd.Series, tolerance: Tolerance, found: RowDifferences
) -> None:
    numeric = _is_numeric(a), _is_numeric(b)
    if len(a) and numeric[0] != numeric[1]:
        kinds = ["numbers" if item else "text" for item in numeric]
        found.common.append(("property", f"'{name}' is {kinds[0]} in A, {kinds[1]} in B"))
        return
    if numeric[0]:
        values = tolerance.deviations(a, b)
        differing, beyond = values.sizes > 0, values.too_far
    else:
        null_a, null_b = a.isnull().to_numpy(), b.isnull().to_numpy()
        texts = a.astype(str).to_numpy(), b.astype(str).to_numpy()
        differing = beyond = (null_a != null_b) | (~null_a & (texts[0] != texts[1]))
    found.identical &= ~differing
    for index in np.flatnonzero(beyond).tolist():
        pair = f"'{name}' is {a.iloc[index]!s} in A, {b.iloc[index]!s} in B"
        found.first.setdefault(index, ("property", pair))


def _is_numeric(values: pd.Series) -> bool:
    return getattr(values.dtype, "kind", "O") in "biuf"


def _compare_vectors(
    part: str, a: Any, b: Any, rows: MatchedRows, tolerance: Tolerance, found: RowDifferences
) -> None:
    if a is None or b is None:
        if (a is None) != (b is None) and len(rows.a):
            found.common.append((part, f"only in {'B' if a is None else 'A'}"))
        return
    shape = len(rows.a), int(np.prod(a.shape[1:]))
    first, second = a[rows.a].reshape(shape), b[rows.b].reshape(shape)
    values = tolerance.deviations(first, second)
    beyond = values.too_far
    # Orientations come from quaternions or angles: their last bits are those of the reader.
    differing = values.sizes > 0 if part == "position" else beyond
    found.identical &= ~differing.any(axis=1)
    for index in np.flatnonzero(beyond.any(axis=1)).tolist():
        column = int(np.argmax(beyond[index]))
        place = AXES[column] if part == "position" else f"matrix [{column // 3}, {column % 3}]"
        pair = f"{first[index, column]!s} in A, {second[index, column]!s} in B"
        found.first.setdefault(index, (part, f"{place} {pair}"))
