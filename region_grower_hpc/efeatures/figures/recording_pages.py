"""Pages with the recordings of a cell under a protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from region_grower_hpc.efeatures.figures.artists import add_line, add_text
from region_grower_hpc.efeatures.figures.chart import Box, Chart
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.figures.limits import limits_of
from region_grower_hpc.efeatures.figures.page import FAINT_INK, INK, page_files
from region_grower_hpc.efeatures.figures.panel import Panel
from region_grower_hpc.efeatures.figures.shown_text import shown_text

N_COLUMNS, N_A_PAGE = 6, 12
_FEWEST_COLUMNS = 3  # room for the page's title

# Colours that differ for all kinds of colour vision.
# The current is paler: what is made again from the parameters lies on its noise.
_CURRENT_COLOUR, _GENERATED_COLOUR = "#8793A0", "#D55E00"
_SPIKE_COLOUR, _DOUBT_COLOUR = "#0072B2", "#B3261E"
_DASHES, _DOTS = (0, (3, 1.6)), (0, (1, 1.5))

# inches
_COLUMN_WIDTH, _LEFT, _RIGHT = 2.62, 0.55, 0.12
_ROW_HEIGHT, _TITLES_HEIGHT = 3.25, 0.52
_CURRENT_HEIGHT, _BETWEEN, _VOLTAGE_HEIGHT = 0.72, 0.12, 1.42
_HEAD, _FOOT = 0.58, 0.05

# points
_LABEL_SIZE, _TITLE_SIZE, _HEAD_SIZE = 6.5, 7.0, 11.0

# Below it a trace is drawn as constant: nA, mV.
_SMALLEST_CURRENT, _SMALLEST_VOLTAGE = 0.02, 2.0


def panel_pages(cell_name: str, protocol: str, panels: Sequence[Panel]) -> dict[str, bytes]:
    """Draw all recordings of a cell under a protocol: current above voltage, sorted by amplitude.

    Args:
        cell_name: of the cell.
        protocol: as the metadata name it.
        panels: the recordings in the metadata's order, thinned out by `panel_of`.

    Returns:
        Bytes by relative path: `<cell>/<cell>_<protocol>_recordings.pdf` with 12 recordings a
        page, and `<cell>/<cell>_<protocol>_recordings_<page>.png`. Nothing without recordings.

    Source: spec 9; `bluepyefe.cell.Cell.plot_recordings`.
    """
    ordered = sorted(panels, key=lambda one: (math.isnan(one.amp_na), one.amp_na))
    cell = file_part(cell_name)
    n_pages = math.ceil(len(ordered) / N_A_PAGE)
    title = f"{shown_text(cell_name, 40)}   {shown_text(protocol, 30)}"
    n_columns = min(max(len(ordered), _FEWEST_COLUMNS), N_COLUMNS)
    draws = []
    for page in range(n_pages):
        shown = ordered[page * N_A_PAGE : (page + 1) * N_A_PAGE]
        number = f"sorted by amplitude (% of the rheobase), page {page + 1} of {n_pages}"
        draws.append(partial(_page, shown, n_columns, title, number))
    stem = f"{cell}/{cell}_{file_part(protocol)}_recordings"
    return page_files(stem, draws, numbered=True)


def _page(panels: Sequence[Panel], n_columns: int, title: str, number: str) -> Figure:
    n_rows = math.ceil(len(panels) / n_columns)
    width, height = n_columns * _COLUMN_WIDTH + 0.1, _HEAD + n_rows * _ROW_HEIGHT + _FOOT
    figure = Figure(figsize=(width, height))
    top = height - 0.27
    add_text(figure, 0.15, top, title, size=_HEAD_SIZE, weight="bold")
    _draw_key(figure, width - 0.15, top)
    add_text(figure, 0.15, top - 0.17, number, size=_TITLE_SIZE, color=FAINT_INK)
    for position, panel in enumerate(panels):
        row, column = divmod(position, n_columns)
        _draw_panel(figure, panel, column * _COLUMN_WIDTH, height - _HEAD - row * _ROW_HEIGHT)
    return figure


def _draw_key(figure: Figure, right: float, at: float) -> None:
    """What the lines mean, from the right end of the page to the left."""
    entries: tuple[tuple[str, float, dict[str, Any]], ...] = (
        ("spike threshold", 0.95, {"color": FAINT_INK, "linestyle": _DOTS}),
        ("spikes", 0.5, {"color": _SPIKE_COLOUR, "marker": "|", "markersize": 6}),
        ("stimulus from its parameters", 1.6, {"color": _GENERATED_COLOUR, "linestyle": _DASHES}),
        ("recorded", 0.65, {"color": INK}),
    )
    for text, text_inches, style in entries:
        right -= text_inches
        add_text(figure, right, at, text, size=_TITLE_SIZE)
        x = [right - 0.17] if "marker" in style else [right - 0.3, right - 0.06]
        y = [at + 0.04] * len(x)
        add_line(figure, x, y, linewidth=1.1, **style)
        right -= 0.42


def _draw_panel(figure: Figure, panel: Panel, left: float, top: float) -> None:
    """A recording on the page, its upper left corner in inches."""
    left += _LEFT
    width = _COLUMN_WIDTH - _LEFT - _RIGHT
    for line, text in enumerate(panel.titles):
        style: dict[str, Any] = {"weight": "bold"} if line == 0 else {"color": FAINT_INK}
        add_text(figure, left, top - 0.14 - 0.125 * line, text, size=_TITLE_SIZE, **style)
    if panel.doubt:
        style = {"ha": "right", "color": _DOUBT_COLOUR, "size": _TITLE_SIZE - 1}
        add_text(figure, left + width, top - 0.265, panel.doubt, **style)
    times = (panel.current[0], panel.voltage[0])
    x_limits = limits_of(times, 1e-3, 0.0)
    base = top - _TITLES_HEIGHT - _CURRENT_HEIGHT
    currents = limits_of((panel.current[1], panel.generated[1]), _SMALLEST_CURRENT, 0.06)
    chart = Chart(figure, Box(left, base, width, _CURRENT_HEIGHT), x_limits, currents)
    chart.frame(None, "current (nA)", _LABEL_SIZE)
    chart.line(*panel.current, color=_CURRENT_COLOUR, linewidth=0.6)
    inside = panel.generated[:, panel.generated[0] <= x_limits[1]]
    chart.line(*inside, color=_GENERATED_COLOUR, linewidth=0.9, linestyle=_DASHES)

    threshold = np.array([panel.threshold_mv])
    voltages = limits_of((panel.voltage[1], threshold), _SMALLEST_VOLTAGE, 0.06)
    # Room for the ticks of the spikes above the highest of them.
    voltages = (voltages[0], voltages[1] + 0.08 * (voltages[1] - voltages[0]))
    base -= _BETWEEN + _VOLTAGE_HEIGHT
    chart = Chart(figure, Box(left, base, width, _VOLTAGE_HEIGHT), x_limits, voltages)
    chart.frame("time (ms)", "voltage (mV)", _LABEL_SIZE)
    chart.line(*panel.voltage, color=INK, linewidth=0.7)
    if not np.isnan(panel.threshold_mv):
        at = [panel.threshold_mv, panel.threshold_mv]
        chart.line(x_limits, at, color=FAINT_INK, linewidth=0.8, linestyle=_DOTS)
    is_inside = (panel.peaks_ms >= x_limits[0]) & (panel.peaks_ms <= x_limits[1])
    chart.top_ticks(panel.peaks_ms[is_inside], 0.08, _SPIKE_COLOUR)
    if not panel.voltage.size:
        middle = base + _VOLTAGE_HEIGHT / 2
        text = "no trace"
        add_text(figure, left + width / 2, middle, text, ha="center", size=_LABEL_SIZE)
