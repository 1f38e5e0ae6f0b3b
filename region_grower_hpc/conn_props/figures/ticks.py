"""Numbers along axes."""

from __future__ import annotations

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter

from region_grower_hpc.conn_props.figures.shown import shown_number

#: Numbers from here on, and smaller ones than the other, are written with an exponent.
_LARGE, _SMALL = 1e6, 1e-3
_LENGTH_POINTS, _WIDTH_POINTS = 2.0, 0.5


def write_numbers(axis: Axis, low: float, high: float, size: float) -> None:
    """Write each number along an axis in full: no common factor stands beside it.

    Args:
        axis: with limits already.
        low: lower limit.
        high: upper limit.
        size: of the letters, points.
    """
    axis.set_tick_params(labelsize=size, length=_LENGTH_POINTS, width=_WIDTH_POINTS)
    if not _SMALL <= max(abs(low), abs(high)) < _LARGE:
        axis.set_major_formatter(FuncFormatter(lambda at, _: shown_number(at, 7)))
