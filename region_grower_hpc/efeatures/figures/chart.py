"""A plot of lines and markers between two axes, made of few artists.

Matplotlib's own axes cost ten times more than what they show: a page has 24 of them, and a run
draws thousands of figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from region_grower_hpc.efeatures.figures.artists import add_line, add_text
from region_grower_hpc.efeatures.figures.limits import round_ticks
from region_grower_hpc.efeatures.figures.page import FAINT_INK

_TICK_INCHES, _GAP_INCHES = 0.04, 0.035
_MOST_TICKS = 7
#: Mean width of a character of DejaVu Sans, as part of the size of the font.
_CHARACTER_WIDTH = 0.62
_POINTS_PER_INCH = 72.0


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


class Chart:
    """Data between two axes.

    Args:
        figure: the page.
        box: of the data, without ticks and labels.
        x_limits: left and right end.
        y_limits: lower and upper end.
    """

    def __init__(
        self,
        figure: Figure,
        box: Box,
        x_limits: tuple[float, float],
        y_limits: tuple[float, float],
    ) -> None:
        self.figure = figure
        self.box = box
        self._x_limits = x_limits
        self._y_limits = y_limits

    def x_inches(self, x: ArrayLike) -> NDArray[np.float64]:
        """Where values lie on the page, from the left."""
        low, high = self._x_limits
        return _on_page(x, low, self.box.width / (high - low), self.box.left)

    def y_inches(self, y: ArrayLike) -> NDArray[np.float64]:
        """Where values lie on the page, from the bottom."""
        low, high = self._y_limits
        return _on_page(y, low, self.box.height / (high - low), self.box.bottom)

    def line(self, x: ArrayLike, y: ArrayLike, **style: Any) -> None:
        """A line through points; NaN interrupts it."""
        add_line(self.figure, self.x_inches(x), self.y_inches(y), **style)

    def markers(self, x: ArrayLike, y: ArrayLike, **style: Any) -> None:
        """A marker at each point."""
        self.line(x, y, linestyle="none", **style)

    def bars(
        self, begins: ArrayLike, ends: ArrayLike, at: ArrayLike, is_upright: bool, **style: Any
    ) -> None:
        """Straight lines along an axis.

        Args:
            begins: of each line, along the axis.
            ends: of each line.
            at: where on the other axis.
            is_upright: along y, else along x.
            style: properties of `matplotlib.lines.Line2D`.
        """
        begins, ends = np.asarray(begins, dtype=np.float64), np.asarray(ends, dtype=np.float64)
        along = _interrupted(begins, ends)
        across = np.repeat(np.asarray(at, dtype=np.float64), 3)
        x, y = (across, along) if is_upright else (along, across)
        self.line(x, y, **style)

    def top_ticks(self, x: ArrayLike, length_inches: float, colour: str) -> None:
        """Short upright lines at the upper end of the chart."""
        at = self.x_inches(x)
        top = np.full(at.size, self.box.bottom + self.box.height)
        upright = _interrupted(top - length_inches, top)
        add_line(self.figure, np.repeat(at, 3), upright, color=colour, linewidth=0.7)

    def frame(self, x_label: str | None, y_label: str, size: float) -> None:
        """Both axes, with round numbers.

        Args:
            x_label: None: no numbers along x.
            y_label: beside the chart.
            size: of the letters, points.
        """
        box = self.box
        right, top = box.left + box.width, box.bottom + box.height
        letter = size / _POINTS_PER_INCH
        x_ticks = round_ticks(*self._x_limits, n_most=_n_ticks(box.width / (6 * letter)))
        y_ticks = round_ticks(*self._y_limits, n_most=_n_ticks(box.height / (2 * letter)))
        if x_label is None:
            x_ticks = []
        x_at = [float(self.x_inches(tick)) for tick, _ in x_ticks]
        y_at = [float(self.y_inches(tick)) for tick, _ in y_ticks]
        x = [right, box.left, box.left, np.nan]
        y = [box.bottom, box.bottom, top, np.nan]
        for at in x_at:
            x += [at, at, np.nan]
            y += [box.bottom, box.bottom - _TICK_INCHES, np.nan]
        for at in y_at:
            x += [box.left, box.left - _TICK_INCHES, np.nan]
            y += [at, at, np.nan]
        add_line(self.figure, x, y, color=FAINT_INK, linewidth=0.6)
        below, beside = box.bottom - _TICK_INCHES - _GAP_INCHES, box.left - _TICK_INCHES
        for at, (_, written) in zip(x_at, x_ticks, strict=True):
            add_text(self.figure, at, below, written, ha="center", va="top", size=size)
        style: dict[str, Any] = {"ha": "right", "va": "center_baseline", "size": size}
        for at, (_, written) in zip(y_at, y_ticks, strict=True):
            add_text(self.figure, beside - _GAP_INCHES, at, written, **style)
        if x_label:
            style = {"ha": "center", "va": "top", "size": size}
            add_text(self.figure, box.left + box.width / 2, below - 1.45 * letter, x_label, **style)
        widest = max((len(written) for _, written in y_ticks), default=0)
        at = beside - 3 * _GAP_INCHES - widest * _CHARACTER_WIDTH * letter
        style = {"ha": "right", "va": "center", "rotation": 90, "size": size}
        add_text(self.figure, at, box.bottom + box.height / 2, y_label, **style)


def _n_ticks(n_that_fit: float) -> int:
    """Number of ticks along an axis, from how many have room."""
    return min(max(int(n_that_fit), 2), _MOST_TICKS)


def _on_page(
    values: ArrayLike, low: float, scale: float, begin_inches: float
) -> NDArray[np.float64]:
    """Inches, in steps of a hundredth of a point: files with fewer digits are half as large."""
    inches = begin_inches + (np.asarray(values, dtype=np.float64) - low) * scale
    rounded: NDArray[np.float64] = np.round(inches * _POINTS_PER_INCH, 2) / _POINTS_PER_INCH
    return rounded


def _interrupted(begins: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates of many lines as one: begin, end, gap."""
    return np.column_stack([begins, ends, np.full(begins.size, np.nan)]).ravel()
