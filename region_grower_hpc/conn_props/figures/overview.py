"""One page that shows at a glance how a model fits its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distances import Entries, distances
from region_grower_hpc.conn_props.figures.colour_scale import (
    ColourScale,
    common_scale,
    count_scale,
    distance_scale,
)
from region_grower_hpc.conn_props.figures.comparison import compare
from region_grower_hpc.conn_props.figures.histogram import draw_bars
from region_grower_hpc.conn_props.figures.largest_pathway import largest_pathway
from region_grower_hpc.conn_props.figures.matrix import (
    draw_matrix,
    key_of_cells,
    name_sources,
    name_targets,
)
from region_grower_hpc.conn_props.figures.model_values import entries_of, model_matrix
from region_grower_hpc.conn_props.figures.overview_layout import MARGIN, overview_layout
from region_grower_hpc.conn_props.figures.overview_text import (
    distance_lines,
    grid_lines,
    property_lines,
)
from region_grower_hpc.conn_props.figures.page import add_axes, add_text
from region_grower_hpc.conn_props.figures.png_file import FAINT_INK
from region_grower_hpc.conn_props.figures.shown import shown_pathway, shown_property, shown_text
from region_grower_hpc.conn_props.figures.spreads import draw_spreads
from region_grower_hpc.conn_props.statistics import Quantity, Statistics

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

Reals = NDArray[np.float64]

_LINE_INCHES = 0.15
_SIZE, _NAME_SIZE, _HEAD_SIZE = 6.5, 9.0, 13.0


class Overview:
    """The page: a row for the connections, then one for each property."""

    def __init__(self, statistics: Statistics, model: ConnPropsModel) -> None:
        self._statistics, self._model = statistics, model
        self._layout = overview_layout(statistics)
        self.figure = Figure(figsize=(self._layout.page_width, self._layout.page_height))

    def draw_head(self) -> None:
        """Title, the numbers of connections, and what the signs mean."""
        statistics = self._statistics
        at = self._layout.page_height - 0.33
        title = "Connection properties: data and model"
        add_text(self.figure, MARGIN, at, title, size=_HEAD_SIZE, weight="bold")
        self._write(0, "connections", grid_lines(statistics))
        counts = statistics.n_syn.counts
        if counts is not None:
            n_connections = counts.sum(axis=2).astype(np.float64)
            n_connections[n_connections == 0] = np.nan
            scale = count_scale(n_connections)
            self._matrix(0, self._layout.data_left, "used connections", n_connections, scale)
            self._bar(0, self._layout.data_left, scale)
        self._draw_key()

    def _draw_key(self) -> None:
        top = self._layout.bottom(0, 0.0)
        left = self._layout.distance_left
        lines = [
            "KS distance: largest difference of the cumulative distributions of data and model;",
            "0 = alike, 1 = nothing in common. Few data give large ones by chance: about 1/√n.",
            "Standard deviation: a point a pathway; on the line, data and model spread alike.",
        ]
        place = largest_pathway(self._statistics, self._model)
        if place is not None:
            sources, targets = self._statistics.m_types
            pathway = shown_pathway(sources[place[0]], targets[place[1]])
            lines.append(f"Histograms: the pathway with most connections, {pathway}.")
        for number, line in enumerate(lines):
            at = top - 0.12 - number * _LINE_INCHES * 1.1
            add_text(self.figure, left, at, line, size=_SIZE + 0.5, color=FAINT_INK)
        key = key_of_cells(True, bool((~self._statistics.present).any()))
        width, height = self.figure.get_size_inches()
        corner = (left / width, (top - 0.2 - len(lines) * _LINE_INCHES * 1.1) / height)
        style = {"loc": "upper left", "fontsize": _SIZE + 0.5, "borderaxespad": 0}
        self.figure.legend(handles=key, bbox_to_anchor=corner, ncols=2, borderpad=0, **style)

    def draw_property(self, row: int, quantity: Quantity, n_draws: int, seed: int) -> None:
        """All that is known of a property.

        Args:
            row: on the page, from 1.
            quantity: statistics of the property.
            n_draws: from the model, for the histogram.
            seed: of the draws.
        """
        statistics = self._statistics
        entries = entries_of(self._model, quantity.name, statistics)
        apart = distances(quantity, entries)
        lines = property_lines(quantity, entries, statistics.present)
        self._write(row, shown_property(quantity.name), lines + distance_lines(apart, statistics))
        self._draw_means(row, quantity, entries)
        scale = distance_scale()
        self._matrix(row, self._layout.distance_left, "KS distance", apart, scale)
        self._bar(row, self._layout.distance_left, scale)
        if quantity.std is not None:
            box = self._layout.spreads(row)
            axes = add_axes(self.figure, box)
            draw_spreads(axes, quantity.std, model_matrix(entries, "std"), _SIZE)
        comparison = compare(statistics, self._model, quantity.name, n_draws, seed)
        if comparison is not None:
            box = self._layout.histogram(row)
            axes = add_axes(self.figure, box)
            draw_bars(axes, comparison, _SIZE)
            axes.legend(fontsize=_SIZE, loc="best", frameon=True, framealpha=0.8, edgecolor="none")

    def _draw_means(self, row: int, quantity: Quantity, entries: Entries) -> None:
        model = model_matrix(entries, "mean")
        data = np.full(model.shape, np.nan) if quantity.mean is None else quantity.mean
        scale = common_scale([data, model])
        is_filled = ~self._statistics.present
        self._matrix(row, self._layout.data_left, "mean, data", data, scale)
        self._matrix(row, self._layout.model_left, "mean, model", model, scale, is_filled)
        self._bar(row, self._layout.model_left, scale)

    def _write(self, row: int, title: str, lines: list[str]) -> None:
        top = self._layout.bottom(row, 0.0)
        add_text(
            self.figure, MARGIN, top - 0.13, shown_text(title, 34), size=_NAME_SIZE, weight="bold"
        )
        for number, line in enumerate(lines):
            at = top - 0.32 - number * _LINE_INCHES
            add_text(self.figure, MARGIN, at, shown_text(line, 56), size=_SIZE + 0.5)

    def _matrix(
        self,
        row: int,
        left: float,
        title: str,
        values: Reals,
        scale: ColourScale,
        is_marked: NDArray[np.bool_] | None = None,
    ) -> None:
        box = self._layout.matrix(row, left)
        axes = add_axes(self.figure, box)
        draw_matrix(axes, values, scale, self._layout.cell, is_marked, with_numbers=False)
        axes.set_title(title, size=_SIZE + 0.5, pad=3)
        sources, targets = self._statistics.m_types
        if left == self._layout.data_left:
            name_sources(axes, sources, self._layout.cell)
        if row in (0, len(self._statistics.quantities)):
            name_targets(axes, targets, self._layout.cell)
        if row == 0:
            axes.set_ylabel("source type", size=_SIZE + 0.5, labelpad=2)
            axes.set_xlabel("target type", size=_SIZE + 0.5, labelpad=2)

    def _bar(self, row: int, left: float, scale: ColourScale) -> None:
        box = self._layout.bar(row, left)
        scale.draw_bar(add_axes(self.figure, box), "", _SIZE)


def draw_overview(statistics: Statistics, model: ConnPropsModel, n_draws: int, seed: int) -> Figure:
    """Draw means, distances, spreads and histograms of all properties on one page.

    Args:
        statistics: of the data.
        model: built from them.
        n_draws: from the model, for each histogram.
        seed: of the draws.
    """
    overview = Overview(statistics, model)
    overview.draw_head()
    for row, quantity in enumerate(statistics.quantities.values(), start=1):
        overview.draw_property(row, quantity, n_draws, seed)
    return overview.figure
