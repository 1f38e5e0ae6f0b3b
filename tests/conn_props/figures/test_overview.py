from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg

from region_grower_hpc.conn_props.figures.overview import draw_overview
from tests.conn_props.figures.made_statistics import made_model, made_statistics


def test_types_are_named_at_the_first_matrix_and_below_the_last_row() -> None:
    statistics = made_statistics(3, 4, names=("conductance", "n_syn_per_conn"))
    figure = draw_overview(statistics, made_model(statistics), 20, 0)
    (first,) = (axes for axes in figure.axes if axes.get_xlabel() == "target type")
    assert [axes for axes in figure.axes if axes.get_ylabel() == "source type"] == [first]
    assert first.get_title() == "used connections"
    targets = [[one.get_text() for one in axes.get_xticklabels()] for axes in figure.axes]
    named = [axes for axes, names in zip(figure.axes, targets, strict=True) if names == TARGETS]
    assert first in named
    assert len(named) == 1 + 3
    # the names, upright, end above the next row
    FigureCanvasAgg(figure).draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    lowest = first.xaxis.label.get_window_extent(renderer).y0
    below = [axes for axes in figure.axes if axes.get_position().y1 < first.get_position().y0]
    assert all(axes.title.get_window_extent(renderer).y1 < lowest for axes in below)


TARGETS = made_statistics(3, 4).m_types[1]
