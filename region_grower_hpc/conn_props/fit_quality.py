"""How well the distributions of a model describe the data they were built from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.cumulative import largest_difference, thresholds
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entries import PropertyEntries
from region_grower_hpc.conn_props.statistics import LISTS, N_SYN, Quantity, Reals, Statistics


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


#: Header of the table.
COLUMNS = tuple(one.name for one in fields(FitQuality))


def csv_text(rows: Sequence[FitQuality]) -> str:
    """The table as text: full precision, what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(astuple, rows))
    return text.getvalue()


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
    distances = ks_of_entries(quantity, entries)
    pathways = [(str(s), str(t)) for s in statistics.m_types[0] for t in statistics.m_types[1]]
    fits = [None] * len(pathways) if quantity.norm_fit is None else quantity.norm_fit.ravel()
    for (source, target), entry, level, n, ks, fit in zip(
        pathways,
        entries.flat,
        levels.ravel().tolist(),
        n_values.ravel().tolist(),
        distances.ravel().tolist(),
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


def ks_of_entries(quantity: Quantity, entries: PropertyEntries) -> Reals:
    """(S, T) distances of a property's entries from its histograms; NaN without values."""
    shape = entries.fell_back.shape
    result = np.full(shape, np.nan)
    if quantity.counts is None or quantity.edges is None or not quantity.counts.shape[2]:
        return result
    has_data = (quantity.counts.sum(axis=2) > 0) & np.isfinite(quantity.edges).all(axis=2)
    for kind, places in entries.kinds():
        chosen = np.flatnonzero(places & has_data)
        if not len(chosen):
            continue
        edges = quantity.edges.reshape(-1, quantity.edges.shape[2])[chosen]
        counts = quantity.counts.reshape(-1, quantity.counts.shape[2])[chosen]
        some = entries.flat[int(chosen[0])]
        limits = {key: some.get(key) for key in ("lower_bound", "upper_bound")}
        at = thresholds(
            edges, **limits, dtype=some.get("dtype"), is_synapse_count=quantity.name == N_SYN
        )
        model = np.where(at > 0, 1.0, 0.0)
        inside = np.isfinite(at)
        values = _cdf(quantity, entries, kind, chosen, np.where(inside, at, 0.0), limits)
        result.flat[chosen] = largest_difference(counts, np.where(inside, values, model))
    return result


def _cdf(
    quantity: Quantity,
    entries: PropertyEntries,
    kind: str,
    chosen: NDArray[np.intp],
    at: Reals,
    limits: dict[str, Any],
) -> Reals:
    """(n, B + 1) distribution function of the chosen pathways."""
    distribution = DISTRIBUTIONS[kind]
    if any(key in LISTS for key in distribution.attributes):
        return np.array(
            [
                distribution.cdf(row, entries.flat[k])
                for k, row in zip(chosen.tolist(), at, strict=True)
            ]
        )
    attributes = {
        key: np.asarray(getattr(quantity, key), dtype=np.float64).ravel()[chosen, None]
        for key in distribution.attributes
    }
    return distribution.cdf(at, {**attributes, **limits})
