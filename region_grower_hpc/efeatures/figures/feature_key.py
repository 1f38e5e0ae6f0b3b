"""The key beside a plot of a feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from region_grower_hpc.efeatures.figures.artists import add_line, add_text
from region_grower_hpc.efeatures.figures.cell_styles import CellStyle
from region_grower_hpc.efeatures.figures.page import FAINT_INK, INK
from region_grower_hpc.efeatures.figures.shown_text import shown_text

_LINE_INCHES, _TEXT_INCHES = 0.18, 0.18
_MOST_CELLS = 12  # more of them are in the legend's file only
_SIZE, _MARKER_POINTS = 7.0, 4.5


def marker_style(style: CellStyle) -> dict[str, Any]:
    """Properties of a cell's markers: a thin rim tells points that lie on each other apart."""
    return {
        "color": style.colour,
        "marker": style.marker,
        "markersize": _MARKER_POINTS * style.size,
        "markeredgewidth": 0.4,
        "markeredgecolor": "white",
        "alpha": 0.85,
    }


def draw_key(
    figure: Figure,
    left_inches: float,
    top_inches: float,
    styles: Mapping[str, CellStyle],
    has_targets: bool,
) -> None:
    """Say what points and bars mean.

    Args:
        figure: the page.
        left_inches: middle of the markers.
        top_inches: upper end of the key.
        styles: of the cells that are drawn, by name.
        has_targets: whether targets are drawn too.
    """
    left, at = left_inches, top_inches - 0.08
    beside = left + _TEXT_INCHES
    if has_targets:
        add_line(figure, [left, left], [at - 0.1, at + 0.1], color=INK, linewidth=1.3)
        add_line(figure, [left - 0.1, left + 0.1], [at, at], color=FAINT_INK, linewidth=0.7)
        ring = {"marker": "o", "markersize": 4.5, "markerfacecolor": "white", "color": INK}
        add_line(figure, [left], [at], **ring)
        add_text(figure, beside, at, "target: mean ± std,", va="center", size=_SIZE)
        at -= 0.8 * _LINE_INCHES
        add_text(figure, beside, at, "± tolerance", va="center", size=_SIZE)
        at -= 1.4 * _LINE_INCHES
    if len(styles) > _MOST_CELLS:
        text = f"{len(styles)} cells:\nsee legend.pdf"
        add_text(figure, left - 0.1, at, text, va="top", size=_SIZE)
        return
    for name, style in styles.items():
        add_line(figure, [left], [at], **marker_style(style))
        add_text(figure, beside, at, shown_text(name, 20), va="center", size=_SIZE)
        at -= _LINE_INCHES
