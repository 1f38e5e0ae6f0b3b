"""Where things stand on an overview."""

from __future__ import annotations

from dataclasses import dataclass

from region_grower_hpc.conn_props.figures.matrix import letter_points, names_inches
from region_grower_hpc.conn_props.figures.page import Box
from region_grower_hpc.conn_props.statistics import Statistics

# inches
MARGIN = 0.12
_SIDE, _LONGEST_SIDE, _LARGEST_CELL, _NAMED_CELL = 1.5, 3.0, 0.3, 0.075
_HEAD, _GAP, _ABOVE = 0.55, 0.52, 0.22
_TEXT_WIDTH, _BETWEEN, _BAR_GAP, _BAR_WIDTH, _AFTER_BAR = 2.75, 0.14, 0.06, 0.08, 0.62
_SIDE_NAME, _CLEAR = 0.17, 0.3
_SPREADS_LEFT, _HISTOGRAM_LEFT, _HISTOGRAM_WIDTH = 0.35, 0.55, 3.1


@dataclass(frozen=True)
class OverviewLayout:
    """Rows of the same height, all that they hold begins at one height: inches.

    Attributes:
        cell: of a matrix.
        matrix_width, matrix_height: of all its cells.
        data_left, model_left, distance_left: of the matrices, from the left.
        row_height: with the space below.
        first_names: height of the names of targets below the first row, which has them too.
        page_width, page_height: of the whole.
    """

    cell: float
    matrix_width: float
    matrix_height: float
    data_left: float
    model_left: float
    distance_left: float
    row_height: float
    first_names: float
    page_width: float
    page_height: float

    def bottom(self, row: int, height: float) -> float:
        """Lower end of what is so high in a row."""
        above = _HEAD + row * self.row_height + (self.first_names if row else 0.0) + _ABOVE
        return self.page_height - above - height

    def matrix(self, row: int, left: float) -> Box:
        """A matrix that begins at `left`."""
        bottom = self.bottom(row, self.matrix_height)
        return Box(left, bottom, self.matrix_width, self.matrix_height)

    def bar(self, row: int, left: float) -> Box:
        """The colours of the matrix that begins at `left`."""
        at = left + self.matrix_width + _BAR_GAP
        return Box(at, self.bottom(row, self.matrix_height), _BAR_WIDTH, self.matrix_height)

    def spreads(self, row: int) -> Box:
        """The square of standard deviations."""
        left = self.page_width - MARGIN - _HISTOGRAM_WIDTH - _HISTOGRAM_LEFT - _SIDE
        return Box(left, self.bottom(row, _SIDE), _SIDE, _SIDE)

    def histogram(self, row: int) -> Box:
        """The histogram, at the right end."""
        left = self.page_width - MARGIN - _HISTOGRAM_WIDTH
        return Box(left, self.bottom(row, _SIDE), _HISTOGRAM_WIDTH, _SIDE)


def overview_layout(statistics: Statistics) -> OverviewLayout:
    """The page of these types and quantities: a row for the connections, then one a quantity."""
    sources, targets = statistics.m_types
    n_types = max(len(sources), len(targets), 1)
    side = min(max(n_types * _NAMED_CELL, _SIDE), _LONGEST_SIDE)
    cell = min(side / n_types, _LARGEST_CELL)
    width, height = len(targets) * cell, len(sources) * cell
    points = letter_points(cell)
    with_bar = width + _BAR_GAP + _BAR_WIDTH + _AFTER_BAR
    data_left = MARGIN + _TEXT_WIDTH + _SIDE_NAME + names_inches(sources, points)
    model_left = data_left + width + _BETWEEN
    distance_left = model_left + with_bar
    right_part = _SPREADS_LEFT + _SIDE + _HISTOGRAM_LEFT + _HISTOGRAM_WIDTH + MARGIN
    row_height = max(height, _SIDE) + _GAP
    target_names = names_inches(targets, points)
    # the gap between rows holds a part of them
    first_names = max(height + target_names + _SIDE_NAME - (row_height - _CLEAR), 0.0)
    rows_height = (1 + len(statistics.quantities)) * row_height
    return OverviewLayout(
        cell=cell,
        matrix_width=width,
        matrix_height=height,
        data_left=data_left,
        model_left=model_left,
        distance_left=distance_left,
        row_height=row_height,
        first_names=first_names,
        page_width=distance_left + with_bar + right_part,
        page_height=_HEAD + first_names + rows_height + target_names + MARGIN,
    )
