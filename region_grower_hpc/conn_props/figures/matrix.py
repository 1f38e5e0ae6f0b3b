"""A matrix with a row a source type and a column a target type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from region_grower_hpc.conn_props.figures.colour_scale import ColourScale
from region_grower_hpc.conn_props.figures.shown import shown_number, shown_text

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

_POINTS_PER_INCH = 72.0
_SMALLEST_LETTERS, _LARGEST_LETTERS = 4.5, 7.5
#: Mean width of a character of DejaVu Sans, as part of the size of the font.
_CHARACTER_WIDTH = 0.6
_LONGEST_NAME = 24
#: Points: the rim would hide what is within.
_SMALLEST_RIMMED = 2.5
#: Smaller cells hold no number, and no lines between them.
_NUMBER_INCHES, _LINE_INCHES = 0.36, 0.12
_NO_VALUE: dict[str, Any] = {"facecolor": "#F1F2F4", "edgecolor": "#B4BAC2", "hatch": "//////"}
_MARK: dict[str, Any] = {"marker": "o", "color": "#D81B60", "markeredgecolor": "white"}


def letter_points(cell_inches: float) -> float:
    """Size of the names of types beside cells."""
    fitting = 0.8 * cell_inches * _POINTS_PER_INCH
    return min(max(fitting, _SMALLEST_LETTERS), _LARGEST_LETTERS)


def names_inches(names: Sequence[str], points: float) -> float:
    """Room that the names of types need."""
    longest = max((len(shown_text(name, _LONGEST_NAME)) for name in names), default=0)
    return longest * _CHARACTER_WIDTH * points / _POINTS_PER_INCH + 0.06


def draw_matrix(
    axes: Axes,
    values: Reals,
    scale: ColourScale,
    cell_inches: float,
    is_marked: Flags | None = None,
    with_numbers: bool = True,
) -> None:
    """Draw numbers as colours; where there is none, the ground is hatched.

    Args:
        axes: where; the matrix fills them, its first row above.
        values: (S, T), NaN = none.
        scale: colours.
        cell_inches: width and height of a cell; large ones show their numbers too.
        is_marked: (S, T) cells with a dot in their upper right corner.
        with_numbers: in large cells.
    """
    n_rows, n_columns = values.shape
    axes.patch.set(**_NO_VALUE)
    has_lines = cell_inches >= _LINE_INCHES
    axes.pcolormesh(
        *(np.arange(n_columns + 1) - 0.5, np.arange(n_rows + 1) - 0.5, values),
        cmap=scale.colours,
        norm=scale.norm,
        edgecolors="white" if has_lines else "none",
        linewidth=min(4.0 * cell_inches, 0.8) if has_lines else 0.0,
    )
    axes.set(xlim=(-0.5, n_columns - 0.5), ylim=(n_rows - 0.5, -0.5), xticks=[], yticks=[])
    if with_numbers and cell_inches >= _NUMBER_INCHES:
        style: dict[str, Any] = {"ha": "center", "va": "center", "size": min(14 * cell_inches, 6.5)}
        for (row, column), value in np.ndenumerate(values):
            if np.isfinite(value):
                axes.text(
                    column,
                    row,
                    shown_number(float(value)),
                    color=scale.ink_on(float(value)),
                    **style,
                )
    if is_marked is not None:
        rows, columns = np.nonzero(is_marked & np.isfinite(values))
        diameter = min(max(0.18 * cell_inches * _POINTS_PER_INCH, 1.2), 4.0)
        rim = 0.12 * diameter if diameter > _SMALLEST_RIMMED else 0.0
        dots: dict[str, Any] = {"markersize": diameter, "markeredgewidth": rim}
        axes.plot(columns + 0.33, rows - 0.33, linestyle="none", **_MARK, **dots)


def name_sources(axes: Axes, names: Sequence[str], cell_inches: float) -> None:
    """Names of source types to the left of the matrix; every n-th where cells are too small."""
    at = _named(len(names), cell_inches)
    shown = [shown_text(names[one], _LONGEST_NAME) for one in at]
    axes.set_yticks(at, shown, size=letter_points(cell_inches))
    axes.tick_params(axis="y", length=1.5, width=0.4, pad=1.5)


def name_targets(axes: Axes, names: Sequence[str], cell_inches: float) -> None:
    """Names of target types below the matrix, upright."""
    at = _named(len(names), cell_inches)
    shown = [shown_text(names[one], _LONGEST_NAME) for one in at]
    axes.set_xticks(at, shown, size=letter_points(cell_inches), rotation=90)
    axes.tick_params(axis="x", length=1.5, width=0.4, pad=1.5)


def _named(n_types: int, cell_inches: float) -> list[int]:
    """Which types have room for their names."""
    letter_inches = 1.15 * letter_points(cell_inches) / _POINTS_PER_INCH
    return list(range(0, n_types, max(int(np.ceil(letter_inches / cell_inches)), 1)))


def key_of_cells(has_missing: bool, has_filled: bool) -> list[Artist]:
    """What hatching and dots mean, for a legend."""
    entries: list[Artist] = []
    if has_missing:
        entries.append(Patch(**_NO_VALUE, linewidth=0.4, label="no value"))
    if has_filled:
        dot: dict[str, Any] = {"markersize": 4, "linestyle": "none", "markeredgewidth": 0.4}
        entries.append(Line2D([], [], **_MARK, **dot, label="no data, filled in by the model"))
    return entries
