"""Lines and texts on a page, in inches from its lower left corner."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import ArrayLike

from region_grower_hpc.efeatures.figures.page import INK


def add_text(figure: Figure, x_inches: float, y_inches: float, text: str, **style: Any) -> None:
    """Write a text on the page as it is: `$` and `_` have no meaning.

    Args:
        figure: the page.
        x_inches: from the left.
        y_inches: from the bottom.
        text: one line or more.
        style: properties of `matplotlib.text.Text`.
    """
    style = {"color": INK, "va": "baseline", "ha": "left"} | style
    transform = figure.dpi_scale_trans
    figure.add_artist(
        Text(x_inches, y_inches, text, parse_math=False, transform=transform, **style)
    )


def add_line(figure: Figure, x_inches: ArrayLike, y_inches: ArrayLike, **style: Any) -> None:
    """Draw a line, or markers, through points; NaN interrupts it.

    Args:
        figure: the page.
        x_inches: from the left.
        y_inches: from the bottom.
        style: properties of `matplotlib.lines.Line2D`.
    """
    figure.add_artist(Line2D(x_inches, y_inches, transform=figure.dpi_scale_trans, **style))
