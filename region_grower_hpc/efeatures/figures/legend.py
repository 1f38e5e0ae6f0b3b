"""The colours and markers of the cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.figure import Figure

from region_grower_hpc.efeatures.figures.artists import add_line, add_text
from region_grower_hpc.efeatures.figures.cell_styles import CellStyle
from region_grower_hpc.efeatures.figures.page import page_files
from region_grower_hpc.efeatures.figures.shown_text import shown_text

_N_ROWS, _N_COLUMNS = 40, 4
_COLUMN_WIDTH, _LINE_HEIGHT, _MARGIN, _HEAD = 2.3, 0.2, 0.25, 0.5
_SIZE, _TITLE_SIZE, _MARKER_POINTS = 8.0, 10.0, 6.0


def legend(styles: Mapping[str, CellStyle]) -> dict[str, bytes]:
    """Draw the colour and the marker of each cell, 160 cells a page.

    Returns:
        Bytes of `legend.pdf` and `legend.png`, or `legend_<page>.png` if there are several pages;
        nothing without cells.
    """
    cells = list(styles.items())
    n_a_page = _N_ROWS * _N_COLUMNS
    pages = [cells[first : first + n_a_page] for first in range(0, len(cells), n_a_page)]
    return page_files("legend", [partial(_page, page) for page in pages])


def _page(cells: Sequence[tuple[str, CellStyle]]) -> Figure:
    n_rows = min(len(cells), _N_ROWS)
    n_columns = math.ceil(len(cells) / _N_ROWS)
    height = _HEAD + n_rows * _LINE_HEIGHT + _MARGIN
    figure = Figure(figsize=(n_columns * _COLUMN_WIDTH + 2 * _MARGIN, height))
    add_text(figure, _MARGIN, height - 0.3, "Cells", size=_TITLE_SIZE, weight="bold")
    for position, (name, style) in enumerate(cells):
        column, row = divmod(position, _N_ROWS)
        x = _MARGIN + 0.1 + column * _COLUMN_WIDTH
        y = height - _HEAD - (row + 0.5) * _LINE_HEIGHT
        dot = {"color": style.colour, "marker": style.marker}
        add_line(figure, [x], [y], markersize=_MARKER_POINTS * style.size, **dot)
        add_text(figure, x + 0.2, y, shown_text(name, 32), va="center_baseline", size=_SIZE)
    return figure
