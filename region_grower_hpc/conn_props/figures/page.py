"""Places on a page, in inches from its lower left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Box:
    """A rectangle on the page: inches."""

    left: float
    bottom: float
    width: float
    height: float


def add_axes(figure: Figure, box: Box, **style: Any) -> Axes:
    """Axes of which the data area fills a box.

    Args:
        figure: the page.
        box: without labels.
        style: properties of `matplotlib.axes.Axes`.
    """
    width, height = figure.get_size_inches()
    parts = (box.left / width, box.bottom / height, box.width / width, box.height / height)
    return figure.add_axes(parts, **style)


def add_text(figure: Figure, x_inches: float, y_inches: float, text: str, **style: Any) -> None:
    """Write a text on the page, its base line's left end at a point.

    Args:
        figure: the page.
        x_inches: from the left.
        y_inches: from the bottom.
        text: one line or more.
        style: properties of `matplotlib.text.Text`.
    """
    width, height = figure.get_size_inches()
    figure.text(x_inches / width, y_inches / height, text, **({"va": "baseline"} | style))
