"""Matrices of a statistic of all pathways: data, model, and their difference."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from region_grower_hpc.conn_props.figures.colour_scale import (
    ColourScale,
    common_scale,
    difference_scale,
)
from region_grower_hpc.conn_props.figures.matrix import (
    draw_matrix,
    key_of_cells,
    letter_points,
    name_sources,
    name_targets,
    names_inches,
)
from region_grower_hpc.conn_props.figures.page import Box, add_axes, add_text
from region_grower_hpc.conn_props.figures.png_file import FAINT_INK
from region_grower_hpc.conn_props.figures.shown import counted, shown_property
from region_grower_hpc.conn_props.statistics import Statistics

Reals = NDArray[np.float64]

_TITLES = {
    "mean": "mean",
    "std": "standard deviation",
    "shared_within": "shared within connections",
}
_MINUS = "\N{MINUS SIGN}"

# inches
_HEAD, _FOOT, _PANEL_TITLE, _AXIS_NAME = 0.62, 0.12, 0.22, 0.2
_BETWEEN, _BAR_GAP, _BAR_WIDTH, _BAR_NUMBERS = 0.22, 0.1, 0.12, 0.72
_SIDE, _LARGEST_CELL, _FINE_CELL, _LONGEST_SIDE, _NARROWEST = 4.2, 0.5, 0.085, 10.0, 6.6
_SIZE, _TITLE_SIZE, _HEAD_SIZE = 7.5, 8.5, 11.0

_SHARING_COLOURS = ("#E9C46A", "#2A6F97")
_SHARING_NAMES = ("each synapse has its own value", "one value for all synapses of a connection")


def cell_inches(n_types: int, side: float = _SIDE) -> float:
    """Size of the cells of a square matrix, so that the whole has about the given side."""
    fine = min(_FINE_CELL, _LONGEST_SIDE / n_types)
    return min(max(side / n_types, fine), _LARGEST_CELL)


def draw_map(
    statistics: Statistics, name: str, statistic: str, data: Reals, model: Reals
) -> Figure:
    """Data and model side by side in the same colours; for numbers, also the model less the data.

    Args:
        statistics: of the data; names of types are theirs.
        name: of the property.
        statistic: mean, std, or shared_within.
        data: (S, T), NaN = missing.
        model: (S, T), NaN = no such number.

    Source: spec 7; `conn_props.plot`.
    """
    is_sharing = statistic == "shared_within"
    panels = [("data", data), ("model", model)]
    if not is_sharing:
        panels.append((f"model {_MINUS} data", model - data))
    sources, targets = statistics.m_types
    cell = cell_inches(max(len(sources), len(targets), 1))
    points = letter_points(cell)
    width, height = len(targets) * cell, len(sources) * cell
    names = names_inches(sources, points)
    left, bottom = _AXIS_NAME + names, _FOOT + _AXIS_NAME + names_inches(targets, points)
    after_bar = _BAR_GAP + _BAR_WIDTH + _BAR_NUMBERS
    lefts = [left, left + width + _BETWEEN, left + 2 * (width + _BETWEEN) + after_bar]
    end = lefts[1] + width + 0.2 if is_sharing else lefts[2] + width + after_bar
    page_width, page_height = max(end, _NARROWEST), bottom + height + _PANEL_TITLE + _HEAD

    figure = Figure(figsize=(page_width, page_height))
    _draw_head(figure, statistics, f"{shown_property(name)}: {_TITLES[statistic]}", data, model)
    scales = [_sharing_scale() if is_sharing else common_scale([data, model])] * 2
    if not is_sharing:
        scales.append(difference_scale(model - data, data))
    is_filled = ~statistics.present
    for (title, values), scale, at in zip(panels, scales, lefts, strict=False):
        axes = add_axes(figure, Box(at, bottom, width, height))
        draw_matrix(
            axes, values, scale, cell, is_filled if title == "model" else None, not is_sharing
        )
        name_targets(axes, targets, cell)
        axes.set_title(title, size=_TITLE_SIZE, pad=4)
        axes.set_xlabel("target type", size=_SIZE)
        if at == left:
            name_sources(axes, sources, cell)
            axes.set_ylabel("source type", size=_SIZE)
    if is_sharing:
        return figure
    for scale, at, label in (
        (scales[0], lefts[1], shown_property(name)),
        (scales[2], lefts[2], "difference"),
    ):
        box = Box(at + width + _BAR_GAP, bottom, _BAR_WIDTH, height)
        scale.draw_bar(add_axes(figure, box), label, _SIZE)
    return figure


def _draw_head(
    figure: Figure, statistics: Statistics, title: str, data: Reals, model: Reals
) -> None:
    """Title, how many pathways there are, and what the signs in cells mean."""
    page_width, page_height = figure.get_size_inches()
    present = statistics.present
    add_text(figure, 0.12, page_height - 0.25, title, size=_HEAD_SIZE, weight="bold")
    line = f"{int(present.sum()):,} of {counted(present.size, 'pathway')} have data"
    add_text(figure, 0.12, page_height - 0.43, line, size=_SIZE, color=FAINT_INK)
    has_filled = bool((~present & np.isfinite(model)).any())
    key = key_of_cells(bool(np.isnan(data).any() or np.isnan(model).any()), has_filled)
    if title.endswith(_TITLES["shared_within"]):
        pairs = zip(_SHARING_COLOURS, _SHARING_NAMES, strict=True)
        key = [Patch(facecolor=colour, label=text) for colour, text in pairs] + key
    if key:
        corner = (1 - 0.1 / page_width, 1 - 0.06 / page_height)
        figure.legend(
            handles=key,
            loc="upper right",
            bbox_to_anchor=corner,
            ncols=2 if len(key) > 2 else 1,
            fontsize=_SIZE - 1,
            borderaxespad=0,
            labelspacing=0.3,
            handlelength=1.4,
        )


def _sharing_scale() -> ColourScale:
    return ColourScale(Normalize(0.0, 1.0), ListedColormap(list(_SHARING_COLOURS)))
