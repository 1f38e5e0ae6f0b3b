"""Plots of a feature against the amplitude of the stimulus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from region_grower_hpc.efeatures.figures.artists import add_text
from region_grower_hpc.efeatures.figures.cell_styles import CellStyle, cell_styles
from region_grower_hpc.efeatures.figures.chart import Box, Chart
from region_grower_hpc.efeatures.figures.envelope import drawable
from region_grower_hpc.efeatures.figures.feature_key import draw_key, marker_style
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.figures.limits import limits_of
from region_grower_hpc.efeatures.figures.page import FAINT_INK, INK, page_files
from region_grower_hpc.efeatures.figures.shown_text import shown_text

FloatArray = NDArray[np.float64]
AmplitudeKey = Literal["amp", "amp_rel"]

_X_LABELS = {"amp": "amplitude (nA)", "amp_rel": "amplitude (% of the rheobase)"}
_SMALLEST_SPANS = {"amp": 0.02, "amp_rel": 10.0}

# inches
_WIDTH, _HEIGHT, _KEY_WIDTH = 5.0, 3.6, 1.65
_CHART = Box(left=0.85, bottom=0.55, width=3.95, height=2.5)

_SIZE, _TITLE_SIZE = 8.0, 9.5


class TargetMark(NamedTuple):
    """The statistics of a target, in the unit of the plot's axes.

    Attributes:
        amplitude: nA, or % of the rheobase.
        tolerance: likewise.
        mean: of the feature.
        std: of the feature.
    """

    amplitude: float
    tolerance: float
    mean: float
    std: float


def feature_plots(
    cell_name: str | None,
    protocol: str,
    feature: str,
    key: AmplitudeKey,
    points: Mapping[str, tuple[ArrayLike, ArrayLike]],
    targets: Sequence[tuple[float | None, float | None, float | None, float | None]] = (),
    styles: Mapping[str, CellStyle] | None = None,
    unit: str = "",
) -> dict[str, bytes]:
    """Draw the values of a feature against the amplitude, one colour a cell.

    Args:
        cell_name: of the only cell; None: the plot is of all cells.
        protocol: as the metadata name it.
        feature: its name.
        key: amp, nA, or amp_rel, % of the rheobase.
        points: by cell, amplitudes and values of its recordings; NaN or infinite: not drawn.
        targets: `TargetMark`s; those without amplitude or mean are not drawn.
        styles: of all cells of the run, by name; None: of the cells in points.
        unit: of the feature, "" without.

    Returns:
        Bytes by relative path, `<cell>/<cell>_<protocol>_<feature>_<key>` or
        `<protocol>_<feature>_<key>` with .pdf and .png; nothing if there is no point to draw.

    Source: spec 9; `bluepyefe.plotting.plot_efeature`.
    """
    drawn = {name: _finite(*pair) for name, pair in points.items()}
    drawn = {name: pair for name, pair in drawn.items() if pair.size}
    if not drawn:
        return {}
    styles = cell_styles(points) if styles is None else styles
    name = f"{file_part(protocol)}_{file_part(feature)}_{key}"
    if cell_name is not None:
        cell = file_part(cell_name)
        name = f"{cell}/{cell}_{name}"
    whose = f"{len(drawn)} cells" if cell_name is None else shown_text(cell_name, 30)
    if cell_name is None and len(drawn) == 1:
        whose = "1 cell"
    heads = (shown_text(feature, 44), f"{shown_text(protocol, 30)}, {whose}")
    label = shown_text(feature, 34) + (f" ({unit})" if unit else "")
    marks = _marks(targets)
    return page_files(name, [partial(_plot, drawn, marks, styles, key, heads, label)])


def _plot(
    drawn: Mapping[str, FloatArray],
    marks: FloatArray,
    styles: Mapping[str, CellStyle],
    key: AmplitudeKey,
    heads: tuple[str, str],
    label: str,
) -> Figure:
    has_key = len(drawn) > 1 or marks.size > 0
    figure = Figure(figsize=(_WIDTH + _KEY_WIDTH * has_key, _HEIGHT))
    add_text(figure, _CHART.left, _HEIGHT - 0.25, heads[0], size=_TITLE_SIZE, weight="bold")
    add_text(figure, _CHART.left, _HEIGHT - 0.42, heads[1], size=_SIZE, color=FAINT_INK)
    amplitudes, tolerances, means, stds = marks
    all_x = [pair[0] for pair in drawn.values()] + [
        amplitudes - tolerances,
        amplitudes + tolerances,
    ]
    all_y = [pair[1] for pair in drawn.values()] + [means - stds, means + stds]
    x_limits, y_limits = limits_of(all_x, _SMALLEST_SPANS[key], 0.04), limits_of(all_y, 1e-6, 0.06)
    chart = Chart(figure, _CHART, x_limits, y_limits)
    chart.frame(_X_LABELS[key], label, _SIZE)
    # One artist a style: there may be hundreds of cells.
    by_style: dict[CellStyle, list[FloatArray]] = {}
    for name, pair in drawn.items():
        by_style.setdefault(styles[name], []).append(pair)
    for style, pairs in by_style.items():
        x, y = np.concatenate(pairs, axis=1)
        chart.markers(x, y, **marker_style(style))
    if marks.size:
        _draw_marks(chart, marks)
    if has_key:
        left, top = _CHART.left + _CHART.width + 0.3, _CHART.bottom + _CHART.height
        draw_key(figure, left, top, {name: styles[name] for name in drawn}, marks.size > 0)
    return figure


def _draw_marks(chart: Chart, marks: FloatArray) -> None:
    """Targets: mean, standard deviation upright, tolerance along the amplitude."""
    amplitudes, tolerances, means, stds = marks
    along = (amplitudes - tolerances, amplitudes + tolerances)
    chart.bars(*along, means, is_upright=False, color=FAINT_INK, linewidth=0.7)
    chart.bars(means - stds, means + stds, amplitudes, is_upright=True, color=INK, linewidth=1.3)
    ring = {"markersize": 4.5, "markerfacecolor": "white", "markeredgewidth": 1.1}
    chart.markers(amplitudes, means, color=INK, marker="o", **ring)


def _finite(amplitudes: ArrayLike, values: ArrayLike) -> FloatArray:
    """(2, n) points with both coordinates."""
    points = np.stack([drawable(amplitudes), drawable(values)])
    return points[:, ~np.isnan(points).any(axis=0)]


def _marks(targets: Sequence[tuple[float | None, ...]]) -> FloatArray:
    """(4, n) amplitudes, tolerances, means and standard deviations of what can be drawn."""
    numbers = drawable(np.array([tuple(target) for target in targets], float).reshape(-1, 4))
    numbers = numbers[~np.isnan(numbers[:, [0, 2]]).any(axis=1)]
    finite: FloatArray = np.nan_to_num(numbers)
    return finite.T
