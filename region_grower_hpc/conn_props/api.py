"""`extract`, `build` and `plot` from Python, with connectome_manipulator's names and arguments."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.kwargs_checks import STEPS
from region_grower_hpc.conn_props.parts import TEST, TRAIN
from region_grower_hpc.conn_props.settings import FITS, GROUP_BY, HIST_BINS, WHOLE, Method
from region_grower_hpc.conn_props.statistics import Statistics
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

#: Keyword arguments of all steps.
_KNOWN = (
    *(name for settings in STEPS.values() for name in settings),
    *("syns_per_conn_data", "conn_prop_data", "m_types", "m_type_class", "m_type_layer"),
    *("syn_props", "CV_dict", "out_dir", "model", "correlations", "fits"),
)


def extract(
    circuit: Any,
    min_sample_size_per_group: int | None = None,
    max_sample_size_per_group: int | None = None,
    hist_bins: int = HIST_BINS,
    sel_props: Sequence[str] | None = None,
    sel_src: Any = None,
    sel_dest: Any = None,
    edges_popul_name: str | None = None,
    CV_dict: Mapping[str, Any] | None = None,
    *,
    group_by: str = GROUP_BY,
    estimate_cov: bool = False,
    fits: Method = FITS[0],
    **others: Any,
) -> dict[str, Any]:
    """Find statistics of properties of connections and synapses in each pathway.

    Random draws come from numpy's global stream.

    Args:
        circuit: path of circuit_config.json, or a bluepysnap Circuit.
        min_sample_size_per_group: fewest connections of a pathway with statistics.
        max_sample_size_per_group: most connections that are used, chosen at random.
        hist_bins: of histograms.
        sel_props: names of properties; None: the default selection; empty: none.
        sel_src: selection of source neurons.
        sel_dest: selection of target neurons.
        edges_popul_name: of the edges.
        CV_dict: n_folds, fold_idx (from 0) and training_set of a cross-validation.
        group_by: property of neurons that tells pathways apart.
        estimate_cov: find correlations of properties too, for `build`.
        fits: "compiled" or "scipy".
        others: settings of the other steps have no effect; unknown ones are warned of.

    Returns:
        syns_per_conn_data, conn_prop_data, m_types, m_type_class, m_type_layer, syn_props,
        hist_bins, as the peer's function; with `estimate_cov` also correlations.

    Raises:
        InvalidInputError: naming file, population, property, node set or selection.

    Source: `conn_props.extract` of connectome-manipulator 1.0.4.
    """
    from region_grower_hpc.conn_props.circuit_config import config_path
    from region_grower_hpc.conn_props.data_file import read_data
    from region_grower_hpc.conn_props.in_process import run_here
    from region_grower_hpc.conn_props.inputs import forget, read_inputs
    from region_grower_hpc.conn_props.passes import extraction_jobs
    from region_grower_hpc.conn_props.settings import ExtractSettings

    _warn_of_unknown(others)
    if fits not in FITS:
        raise InvalidInputError(f"fits is {fits!r}: give one of {', '.join(FITS)}")
    if not isinstance(hist_bins, int) or hist_bins < 1:
        raise InvalidInputError(f"hist_bins is {hist_bins!r}: give a number of bins, 1 or more")
    with tempfile.TemporaryDirectory(prefix="region-grower-hpc-") as folder:
        settings = ExtractSettings(
            config_path(circuit),
            Path(folder) / "data.h5",
            edges_popul_name,
            min_sample_size_per_group,
            max_sample_size_per_group,
            hist_bins,
            _names(sel_props),
            sel_src,
            sel_dest,
            parts=WHOLE,
            fold=_fold(CV_dict),
            group_by=group_by,
            seed=None,
            correlations=estimate_cov,
            fits=fits,
        )
        settings.work.mkdir()
        forget()
        try:
            run_here(extraction_jobs(settings))
            part = read_inputs(settings).parts[0]
        finally:
            forget()
        statistics = read_data(settings.data_file(part.name))
    # Files hold texts; the nodes may have numbers.
    statistics.m_type_class = part.source.classes, part.target.classes
    statistics.m_type_layer = part.source.layers, part.target.layers
    found = statistics.to_dict()
    return found | ({"correlations": statistics.correlations} if estimate_cov else {})


def _names(names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Names of properties; a text is one of them."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else tuple(names)


def _fold(CV_dict: Mapping[str, Any] | None) -> tuple[int, int, str] | None:
    """Number of folds, the fold and its part; None where there are no folds.

    Raises:
        InvalidInputError: there is no such fold.
    """
    if CV_dict is None:
        return None
    keys = ("n_folds", "fold_idx", "training_set")
    if not isinstance(CV_dict, Mapping) or any(key not in CV_dict for key in keys):
        raise InvalidInputError(f"CV_dict is {CV_dict!r}: give a dictionary of {', '.join(keys)}")
    n_folds, index = CV_dict["n_folds"], CV_dict["fold_idx"]
    if n_folds < 2 or not 0 <= index < n_folds:
        raise InvalidInputError(
            f"CV_dict: there is no fold {index} of {n_folds}: give at least 2 folds, and one from 0"
        )
    return int(n_folds), int(index), TRAIN if CV_dict["training_set"] else TEST


def _warn_of_unknown(others: Mapping[str, Any]) -> None:
    """Warn of keyword arguments that no step knows."""
    for name in others:
        if name not in _KNOWN:
            logger.warning("%s is not known and has no effect %s", name, instead_of(name, _KNOWN))


def build(
    syns_per_conn_data: Mapping[str, Any],
    conn_prop_data: Mapping[str, Any],
    m_types: Sequence[Sequence[Any]],
    m_type_class: Sequence[Sequence[Any]],
    m_type_layer: Sequence[Sequence[Any]],
    syn_props: Sequence[str],
    distr_types: Mapping[str, Any] | str = {},
    data_types: Mapping[str, Any] = {},
    data_bounds: Mapping[str, Any] = {},
    shared_within: Mapping[str, Any] = {},
    *,
    compat: str | None = None,
    estimate_cov: bool = False,
    **others: Any,
) -> ConnPropsModel:
    """Build a model from statistics; pathways without data are filled from others.

    Args:
        syns_per_conn_data: of synapses of a connection, as `extract` returns it; statistics that
            no chosen distribution needs may be absent, here and in the next.
        conn_prop_data: of properties.
        m_types: source and target types.
        m_type_class: synapse class of each.
        m_type_layer: layer of each.
        syn_props: names of properties.
        distr_types: type of distribution of each property, or "auto".
        data_types: type of drawn values.
        data_bounds: lower and upper bound of drawn values, None = open.
        shared_within: whether the synapses of a connection share a value.
        compat: "peer": numbers as connectome-manipulator has them where ours are others.
        estimate_cov: give the model the correlations of properties that `extract` has found.
        others: settings of the other steps have no effect; unknown ones are warned of.

    Raises:
        InvalidInputError: naming setting, property and value.

    Source: `conn_props.build` of connectome-manipulator 1.0.4.
    """
    from region_grower_hpc.conn_props.building import build_model

    correlations = others.pop("correlations", None)
    _warn_of_unknown(others)
    statistics = Statistics.from_dict(
        syns_per_conn_data, conn_prop_data, m_types, m_type_class, m_type_layer, syn_props
    )
    statistics.correlations = correlations
    built = build_model(
        *(statistics, distr_types, data_types, data_bounds, shared_within),
        compat=compat,
        estimate_cov=estimate_cov,
    )
    return ConnPropsModel(**built.model)


def plot(
    out_dir: str | Path,
    syns_per_conn_data: Mapping[str, Any],
    conn_prop_data: Mapping[str, Any],
    m_types: Sequence[Sequence[Any]],
    syn_props: Sequence[str],
    model: ConnPropsModel,
    plot_sample_size: int = 1000,
    **others: Any,
) -> None:
    """Draw data against model into a folder.

    Args:
        out_dir: folder, made where it is not there.
        syns_per_conn_data: of synapses of a connection, as `extract` returns it.
        conn_prop_data: of properties.
        m_types: source and target types.
        syn_props: names of properties.
        model: as `build` returns it.
        plot_sample_size: values drawn for histograms.
        others: settings of the other steps have no effect; unknown ones are warned of.

    Raises:
        InvalidInputError: the model lacks a property or a pathway of the data.

    Source: `conn_props.plot` of connectome-manipulator 1.0.4.
    """
    from region_grower_hpc.conn_props.figures.drawing import (
        draw,
        figure_names,
        properties_left_out,
    )

    _warn_of_unknown(others)
    nothing = [[""] * len(side) for side in m_types]
    statistics = Statistics.from_dict(
        syns_per_conn_data, conn_prop_data, m_types, nothing, nothing, syn_props
    )
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    for name in properties_left_out(statistics, model):
        logger.warning("%s: no values in the largest pathway, so no histogram and no AUC", name)
    for name in figure_names(statistics, model):
        (folder / name).write_bytes(draw(name, statistics, model, plot_sample_size))
