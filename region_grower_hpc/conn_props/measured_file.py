"""What measuring leaves for binning: statistics without fits, and which histograms lack values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.binning import bin_edges
from region_grower_hpc.conn_props.block_measures import N_CONN, N_CONN_USED, N_SYN_USED, of_part
from region_grower_hpc.conn_props.correlation_sums import CorrelationSums
from region_grower_hpc.conn_props.data_file import read_statistics, write_statistics
from region_grower_hpc.conn_props.histograms import binned_lists
from region_grower_hpc.conn_props.inputs import Inputs
from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.conn_props.parts import Part
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity, Statistics
from region_grower_hpc.conn_props.totals import Totals
from region_grower_hpc.engine.job import StoredResult
from region_grower_hpc.formats.hdf5_file import replacing_file

#: Mask of pathways and properties whose values are to be binned, and numbers of values left out.
PENDING, NON_FINITE = "pending", "non_finite"


@dataclass(frozen=True)
class Measured:
    """Of one part.

    Attributes:
        statistics: histograms of pending pathways empty, no fits.
        pending: (S, T, P) whose values are still to be binned.
        non_finite: (S, T, P) values that were left out.
    """

    statistics: Statistics
    pending: NDArray[np.bool_]
    non_finite: NDArray[np.int64]


def write_measured(
    settings: ExtractSettings, inputs: Inputs, results: Iterable[StoredResult]
) -> None:
    """Add up blocks and write the statistics of all parts."""
    totals = [Totals(n_source * n_target, inputs.columns) for n_source, n_target in inputs.shapes]
    sums = [
        CorrelationSums(n_source * n_target, len(inputs.properties))
        for n_source, n_target in inputs.shapes
        if settings.finds_correlations(inputs.properties)
    ]
    for result in results:
        for k, of_one in enumerate(totals):
            arrays = of_part(result.arrays, k)
            of_one.add(arrays)
            if sums:
                sums[k].add(arrays)
    with replacing_file(settings.measured_file) as file:
        for k, (part, of_one) in enumerate(zip(inputs.parts, totals, strict=True)):
            measured = _measured(settings, part, of_one)
            if sums:
                statistics = measured.statistics
                shared = [
                    statistics.quantities[name].shared_within for name in statistics.properties
                ]
                is_shared = np.stack([one == 1 for one in shared if one is not None], axis=2)
                statistics.correlations = sums[k].correlations(statistics.shape, is_shared)
            write_one(file.create_group(f"{k}"), measured)


def write_one(group: h5py.Group, measured: Measured) -> None:
    """Write what is known of a part."""
    write_statistics(group, measured.statistics)
    group[PENDING] = measured.pending.astype(np.uint8)
    group[NON_FINITE] = measured.non_finite


def read_measured(path: Path, n_parts: int, hist_bins: int) -> list[Measured]:
    """What is known of all parts.

    Raises:
        InvalidInputError: the file is missing or damaged.
    """
    return [read_part(path, k, hist_bins) for k in range(n_parts)]


def read_part(path: Path, part: int, hist_bins: int) -> Measured:
    """What is known of one part.

    Raises:
        InvalidInputError: the file is missing or damaged.
    """
    with opened(path) as file:
        group = file[f"{part}"]
        statistics = read_statistics(group, hist_bins)
        shape = (*statistics.shape, len(statistics.properties))
        pending, non_finite = (group[name][()] for name in (PENDING, NON_FINITE))
        if pending.shape != shape or non_finite.shape != shape or non_finite.dtype.kind != "i":
            raise ValueError(f"{PENDING} or {NON_FINITE} is of other pathways")
        return Measured(statistics, pending.astype(bool), non_finite)


def read_present(path: Path, n_parts: int) -> list[NDArray[np.bool_]]:
    """Which pathways of each part have data, row by row.

    Raises:
        InvalidInputError: the file is missing or damaged.
    """
    with opened(path) as file:
        means = [file[f"{k}/mean/{N_SYN}"][()].ravel() for k in range(n_parts)]
        return [np.isfinite(mean) for mean in means]


def _measured(settings: ExtractSettings, part: Part, totals: Totals) -> Measured:
    quantities = totals.quantities(settings.min_sample_size_per_group or 0)
    shape = (len(part.source.types), len(part.target.types))
    pending = np.zeros((*shape, len(totals.dtypes)), dtype=bool)
    for k, quantity in enumerate(quantities.values()):
        index = None if quantity.name == N_SYN else k
        lacking = _bin(quantity, totals, index, settings.hist_bins)
        if index is not None:
            pending[:, :, k] = lacking.reshape(shape)
        _reshape(quantity, shape)
    counts = totals.counts["n_non_finite"].reshape(len(totals.dtypes), *shape)
    statistics = Statistics(
        (part.source.types, part.target.types),
        (part.source.classes, part.target.classes),
        (part.source.layers, part.target.layers),
        quantities,
        settings.hist_bins,
        n_conn=totals.pathway[N_CONN].reshape(shape),
    )
    present = statistics.present
    # Of pathways with too few connections none is used.
    statistics.n_conn_used, statistics.n_syn_used = (
        np.where(present, totals.pathway[name].reshape(shape), 0)
        for name in (N_CONN_USED, N_SYN_USED)
    )
    return Measured(statistics, pending, np.moveaxis(counts, 0, 2) * present[:, :, None])


def _bin(
    quantity: Quantity, totals: Totals, index: int | None, hist_bins: int
) -> NDArray[np.bool_]:
    """Give a quantity its edges, and counts where all values are known; where they are not."""
    assert quantity.min is not None
    assert quantity.max is not None
    assert quantity.dtype is not None
    quantity.edges = bin_edges(quantity.min, quantity.max, hist_bins, quantity.dtype)
    is_shared = np.zeros(len(quantity.min), dtype=bool)
    if quantity.shared_within is not None:
        is_shared = quantity.shared_within == 1
    values, counts = totals.all_lists(index, is_shared)
    quantity.counts = binned_lists(values, counts, quantity.edges, quantity.dtype)
    if index is None:
        return np.zeros(len(quantity.min), dtype=bool)
    lacking: NDArray[np.bool_] = totals.overflow[index] & np.isfinite(quantity.min)
    return lacking


def _reshape(quantity: Quantity, shape: tuple[int, int]) -> None:
    """From a row of pathways to source and target types; lists stay."""
    for name, value in vars(quantity).items():
        if isinstance(value, np.ndarray):
            setattr(quantity, name, value.reshape(*shape, *value.shape[1:]))
