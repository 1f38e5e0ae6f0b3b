"""How well the distributions of a model describe the data they were built from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distances import distances
from region_grower_hpc.conn_props.entries import PropertyEntries
from region_grower_hpc.conn_props.statistics import Statistics


@dataclass(frozen=True)
class FitQuality:
    """One entry of a model.

    Attributes:
        property, src_type, tgt_type: where.
        type: of the distribution.
        level: interpolation level of a pathway that was filled; None for one with data.
        n: number of values of the data.
        ks: largest difference of the cumulative counts and the distribution function, after bounds
            and dtype; None without data.
        norm_fit: 1 if the fitted normal distribution was accepted, 2 if it was replaced by mean
            and std, 0 without data; None where that is not known.
        fallback_from: the type that was asked for, where it did not suit.
    """

    property: str
    src_type: str
    tgt_type: str
    type: str
    level: int | None
    n: int
    ks: float | None
    norm_fit: int | None
    fallback_from: str


def fit_quality(
    statistics: Statistics, levels: NDArray[np.int8], entries: PropertyEntries
) -> Iterator[FitQuality]:
    """One row a pathway, row by row.

    Args:
        statistics: filled or not; histograms are those of the data.
        levels: (S, T) of interpolation, -1 = with data.
        entries: of one property.
    """
    quantity = statistics.quantities[entries.name]
    counts = quantity.counts
    n_values = np.zeros(levels.shape, dtype=np.int64) if counts is None else counts.sum(axis=2)
    apart = distances(quantity, entries.rows())
    pathways = [(str(s), str(t)) for s in statistics.m_types[0] for t in statistics.m_types[1]]
    fits = [None] * len(pathways) if quantity.norm_fit is None else quantity.norm_fit.ravel()
    for (source, target), entry, level, n, ks, fit in zip(
        pathways,
        entries.flat,
        levels.ravel().tolist(),
        n_values.ravel().tolist(),
        apart.ravel().tolist(),
        fits,
        strict=True,
    ):
        yield FitQuality(
            entries.name,
            source,
            target,
            entry["type"],
            None if level < 0 else level,
            n,
            None if np.isnan(ks) else ks,
            None if fit is None else int(fit),
            entry.get("fallback_from", ""),
        )
