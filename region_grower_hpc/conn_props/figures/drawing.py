"""All figures of a model, by their file names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from region_grower_hpc.conn_props.figures.auc import draw_auc
from region_grower_hpc.conn_props.figures.comparison import Comparison, compare, data_histogram
from region_grower_hpc.conn_props.figures.histogram import draw_histogram
from region_grower_hpc.conn_props.figures.largest_pathway import largest_pathway
from region_grower_hpc.conn_props.figures.maps import draw_map
from region_grower_hpc.conn_props.figures.model_values import entries_of, model_matrix
from region_grower_hpc.conn_props.figures.overview import draw_overview
from region_grower_hpc.conn_props.figures.png_file import png_bytes
from region_grower_hpc.conn_props.statistics import N_SYN, Statistics
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import name_problem

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

OVERVIEW = "data_vs_model_overview.png"
_MAPS = ("mean", "std", "shared_within")

#: Makes a figure of statistics and a model, from a number of draws and a seed.
Build = Callable[[Statistics, "ConnPropsModel", int, int], Figure]


def figure_names(statistics: Statistics, model: ConnPropsModel) -> list[str]:
    """Names of the files that `draw` can make: the overview, and up to five a property.

    What cannot be drawn has no name: statistics that are not known, `shared_within` of
    n_syn_per_conn, histograms of what `properties_left_out` gives.

    Raises:
        InvalidInputError: the model lacks a property of the data, or a property's name cannot be
            part of that of a file.

    Source: spec 7; `conn_props.plot`.
    """
    return list(_figures(statistics, model))


def properties_left_out(statistics: Statistics, model: ConnPropsModel) -> list[str]:
    """Properties without a value in the largest pathway, so without histogram and AUC."""
    place = largest_pathway(statistics, model)
    return [
        name for name in statistics.quantities if data_histogram(statistics, name, place) is None
    ]


def draw(
    name: str,
    statistics: Statistics,
    model: ConnPropsModel,
    plot_sample_size: int = 1000,
    seed: int = 0,
) -> bytes:
    """Draw one figure.

    Args:
        name: of `figure_names`.
        statistics: of the data.
        model: built from them, or from those of a fold's training part.
        plot_sample_size: draws from the model in histograms, at least 1.
        seed: of the draws, 0 or more. Figures of one property and seed show the same draws; numpy's
            global stream is left as it was.

    Returns:
        A PNG file: the same bytes for the same arguments.

    Raises:
        InvalidInputError: as `figure_names`; a sample size below 1.
        KeyError: there is no such figure.
    """
    if plot_sample_size < 1:
        raise InvalidInputError(
            f"plot_sample_size: must be 1 or more, not {plot_sample_size}: the draws of a histogram"
        )
    build = _figures(statistics, model)[name]
    return png_bytes(partial(build, statistics, model, plot_sample_size, seed))


def _figures(statistics: Statistics, model: ConnPropsModel) -> dict[str, Build]:
    figures: dict[str, Build] = {OVERVIEW: draw_overview}
    left_out = set(properties_left_out(statistics, model))
    known = set(model.get_prop_names())
    for name, quantity in statistics.quantities.items():
        if name not in known:
            entries_of(model, name, statistics)  # tells what is missing
        _check_file_name(name)
        for statistic in _MAPS:
            if getattr(quantity, statistic) is None or (name, statistic) == (N_SYN, _MAPS[2]):
                continue
            figures[f"data_vs_model_map_{statistic}__{name}.png"] = partial(_map, name, statistic)
        if name not in left_out:
            figures[f"data_vs_model_hist__{name}.png"] = partial(_histogram, name)
            figures[f"data_vs_model_AUC__{name}.png"] = partial(_auc, name)
    return figures


def _map(
    name: str, statistic: str, statistics: Statistics, model: ConnPropsModel, _: int, __: int
) -> Figure:
    data = getattr(statistics.quantities[name], statistic)
    entries = entries_of(model, name, statistics)
    return draw_map(statistics, name, statistic, data, model_matrix(entries, statistic))


def _histogram(
    name: str, statistics: Statistics, model: ConnPropsModel, n_draws: int, seed: int
) -> Figure:
    comparison = _compared(name, statistics, model, n_draws, seed)
    return draw_histogram(comparison, model.get_distr_props(name, *comparison.pathway))


def _auc(
    name: str, statistics: Statistics, model: ConnPropsModel, n_draws: int, seed: int
) -> Figure:
    return draw_auc(_compared(name, statistics, model, n_draws, seed))


def _compared(
    name: str, statistics: Statistics, model: ConnPropsModel, n_draws: int, seed: int
) -> Comparison:
    comparison = compare(statistics, model, name, n_draws, seed)
    if comparison is None:
        raise InvalidInputError(f"model: no finite value of {name!r} can be drawn from it")
    return comparison


def _check_file_name(name: str) -> None:
    problem = name_problem(f"data_vs_model_map_shared_within__{name}.png")
    if problem is not None:
        raise InvalidInputError(
            f"plot: the property {name!r} cannot name a file: its name {problem}; leave it out"
        )
