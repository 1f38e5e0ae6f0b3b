"""Standard deviations of data and model against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from region_grower_hpc.conn_props.figures.png_file import FAINT_INK, MODEL_COLOUR
from region_grower_hpc.conn_props.figures.ticks import write_numbers

Reals = NDArray[np.float64]


def draw_spreads(axes: Axes, data: Reals, model: Reals, size: float) -> None:
    """A point a pathway, the data along x and the model along y, and the line where both agree.

    Args:
        axes: a square.
        data: (S, T), NaN = missing.
        model: (S, T).
        size: of the letters, points.
    """
    is_both = np.isfinite(data) & np.isfinite(model)
    x, y = data[is_both], model[is_both]
    end = 1.08 * float(max(x.max(initial=0.0), y.max(initial=0.0))) or 1.0
    start = -0.04 * end
    axes.plot([start, end], [start, end], color=FAINT_INK, linewidth=0.6)
    # Many points are smaller.
    diameter = 3.0 if x.size <= 400 else 1.5
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": diameter}
    axes.plot(x, y, color=MODEL_COLOUR, markeredgewidth=0, alpha=0.6, **dots)
    axes.set(xlim=(start, end), ylim=(start, end))
    axes.locator_params(nbins=5)
    for axis in (axes.xaxis, axes.yaxis):
        write_numbers(axis, start, end, size)
    axes.set_title("standard deviation", size=size + 0.5, pad=3)
    axes.set_xlabel("data", size=size, labelpad=1)
    axes.set_ylabel("model", size=size, labelpad=1)
