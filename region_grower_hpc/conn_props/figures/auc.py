"""Fractions of data and of draws from the model above thresholds."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from region_grower_hpc.conn_props.figures.comparison import Comparison
from region_grower_hpc.conn_props.figures.page import Box, add_axes, add_text
from region_grower_hpc.conn_props.figures.png_file import DATA_COLOUR, FAINT_INK, MODEL_COLOUR
from region_grower_hpc.conn_props.figures.roc import roc_of
from region_grower_hpc.conn_props.figures.shown import shown_pathway, shown_property
from region_grower_hpc.conn_props.figures.ticks import write_numbers

_WIDTH, _HEIGHT = 4.6, 4.9
_BOX = Box(left=0.65, bottom=0.52, width=3.75, height=3.75)
_SIZE, _HEAD_SIZE = 8.0, 9.5


def draw_auc(comparison: Comparison) -> Figure:
    """The data's fraction against the model's: on the diagonal where both are distributed alike.

    Args:
        comparison: histograms of both.

    Source: spec 7; `conn_props.plot`.
    """
    roc = roc_of(
        comparison.data_counts,
        comparison.data_edges,
        comparison.model_counts,
        comparison.model_edges,
    )
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    numbers = f"AUC = {_two_decimals(roc.auc)}, ERR = {_two_decimals(roc.err)}"
    title = f"{shown_property(comparison.name)}: {numbers}"
    add_text(figure, 0.2, _HEIGHT - 0.25, title, size=_HEAD_SIZE, weight="bold")
    line = f"{shown_pathway(*comparison.pathway)}; 0 and 0 for equal distributions"
    add_text(figure, 0.2, _HEIGHT - 0.43, line, size=_SIZE - 1, color=FAINT_INK)
    axes = add_axes(figure, _BOX)
    axes.plot([0, 1], [0, 1], color=FAINT_INK, linestyle=(0, (4, 3)), linewidth=0.8)
    axes.fill_between(roc.x, roc.x, roc.y, color=DATA_COLOUR, alpha=0.35, linewidth=0)
    axes.plot(roc.x, roc.y, color=MODEL_COLOUR, linewidth=1.2)
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 3.0, "clip_on": False}
    axes.plot(roc.model, roc.data, color=MODEL_COLOUR, **dots)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.grid(color="#E3E6EA", linewidth=0.5)
    axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):
        write_numbers(axis, 0.0, 1.0, _SIZE)
    axes.set_xlabel("fraction of the model's draws above a threshold", size=_SIZE)
    axes.set_ylabel("fraction of the data above it", size=_SIZE)
    return figure


def _two_decimals(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
