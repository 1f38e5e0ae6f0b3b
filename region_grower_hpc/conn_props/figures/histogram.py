"""Histogram of a property in the largest pathway: data and draws from the model."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from region_grower_hpc.conn_props.distances import Entry
from region_grower_hpc.conn_props.figures.comparison import Comparison
from region_grower_hpc.conn_props.figures.page import Box, add_axes, add_text
from region_grower_hpc.conn_props.figures.png_file import DATA_COLOUR, FAINT_INK, MODEL_COLOUR
from region_grower_hpc.conn_props.figures.shown import (
    counted,
    shown_number,
    shown_pathway,
    shown_property,
    shown_text,
)
from region_grower_hpc.conn_props.figures.ticks import write_numbers

_WIDTH, _HEIGHT = 6.0, 3.8
_BOX = Box(left=0.72, bottom=0.52, width=5.13, height=2.72)
_SIZE, _HEAD_SIZE = 8.0, 10.5
_PARAMETERS = {
    "mean": "mean",
    "std": "std",
    "norm_loc": "location",
    "norm_scale": "scale",
    "min": "min",
    "max": "max",
    "lower_bound": "at least",
    "upper_bound": "at most",
}


def draw_histogram(comparison: Comparison, entry: Entry) -> Figure:
    """Fractions of data, as bars, and of draws from the model, as a line, in the same bins.

    Args:
        comparison: of both.
        entry: the distribution drawn from.

    Source: spec 7; `conn_props.plot`.
    """
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    title = f"{shown_property(comparison.name)}, {shown_pathway(*comparison.pathway)}"
    add_text(figure, _BOX.left, _HEIGHT - 0.27, title, size=_HEAD_SIZE, weight="bold")
    line = f"the pathway with most connections; model: {described(entry)}"
    add_text(figure, _BOX.left, _HEIGHT - 0.45, line, size=_SIZE - 1, color=FAINT_INK)
    axes = add_axes(figure, _BOX)
    draw_bars(axes, comparison, _SIZE)
    axes.set_xlabel(shown_property(comparison.name), size=_SIZE)
    axes.set_ylabel("fraction of the values in a bin", size=_SIZE)
    axes.legend(fontsize=_SIZE - 1, loc="best", frameon=True, framealpha=0.85, edgecolor="none")
    return figure


def draw_bars(axes: Axes, comparison: Comparison, size: float) -> None:
    """Both histograms, without labels of the axes.

    Args:
        axes: where.
        comparison: of both.
        size: of the letters, points.
    """
    data, model = comparison.data_counts, comparison.model_counts
    n_values, n_draws = int(data.sum()), int(model.sum())
    noun = "connection" if comparison.is_per_connection else "synapse"
    style: dict[str, Any] = {"fill": True, "color": DATA_COLOUR, "linewidth": 0}
    label = f"data ({counted(n_values, noun)})"
    axes.stairs(data / n_values, comparison.data_edges, label=label, **style)
    label = f"model ({counted(n_draws, 'draw')})"
    if comparison.n_beyond:
        label += f",\n{comparison.n_beyond:,} of them further out"
    edges = comparison.model_edges
    axes.stairs(model / n_draws, edges, color=MODEL_COLOUR, linewidth=1.0, label=label)
    margin = 0.02 * (edges[-1] - edges[0])
    axes.set_xlim(edges[0] - margin, edges[-1] + margin)
    top = 1.08 * float(max((data / n_values).max(), (model / n_draws).max()))
    axes.set_ylim(0.0, top)
    axes.grid(axis="y", color="#E3E6EA", linewidth=0.5)
    axes.set_axisbelow(True)
    write_numbers(axes.xaxis, *axes.get_xlim(), size)
    write_numbers(axes.yaxis, 0.0, top, size)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def described(entry: Entry) -> str:
    """A distribution in words: its type and its numbers."""
    numbers = [
        f"{text} {shown_number(float(entry[key]))}"
        for key, text in _PARAMETERS.items()
        if entry.get(key) is not None and np.ndim(entry[key]) == 0
    ]
    if "val" in entry:
        numbers.insert(0, counted(len(entry["val"]), "value"))
    if "dtype" in entry:
        numbers.append(shown_text(entry["dtype"], 12))
    return " ".join([str(entry["type"]), *(["(" + ", ".join(numbers) + ")"] if numbers else [])])
