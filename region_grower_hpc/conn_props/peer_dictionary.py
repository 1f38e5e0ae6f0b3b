"""The dictionary of statistics that connectome_manipulator's `extract` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.statistics import (
    LISTS,
    N_SYN,
    SCALARS,
    Lists,
    Quantity,
    Statistics,
)

Objects = NDArray[Any]


def quantity_of(name: str, data: Mapping[str, Any], index: int | None) -> Quantity:
    """Statistics of one property.

    Args:
        name: of the property.
        data: statistic -> (S, T, P) array, or (S, T) where there is no index.
        index: of the property in the last dimension.
    """

    def part(key: str, dtype: type) -> Any:
        if data.get(key) is None:
            return None
        array: Objects = np.asarray(data[key], dtype=dtype)
        return array if index is None else array[:, :, index]

    quantity = Quantity(name)
    for key in SCALARS:
        setattr(quantity, key, part(key, np.float64))
    if index is not None:
        quantity.shared_within = part("shared_within", np.float64)
    for key in LISTS:
        lists = part(key, object)
        setattr(quantity, key, None if lists is None else Lists.of(lists.ravel()))
    histograms = part("hist", object)
    if histograms is not None:
        _fill_histogram(quantity, histograms)
    if name == N_SYN:
        quantity.dtype = np.dtype(np.int64)
    elif (dtype := _dtype_of(histograms, part("val", object))) is not None:
        quantity.dtype = dtype
    return quantity


def _fill_histogram(quantity: Quantity, histograms: Objects) -> None:
    pairs = {
        place: pair
        for place, pair in np.ndenumerate(histograms)
        if isinstance(pair, tuple | list) and len(pair) == 2
    }
    n_bins = max((len(pair[0]) for pair in pairs.values()), default=0)
    counts = np.zeros((*histograms.shape, n_bins), dtype=np.int64)
    edges = np.full((*histograms.shape, n_bins + 1), np.nan)
    for place, (bins, limits) in pairs.items():
        counts[place], edges[place] = bins, limits
    quantity.counts, quantity.edges = counts, edges


def _dtype_of(histograms: Objects | None, lists: Objects | None) -> np.dtype[Any] | None:
    """The dtype of the values: that of a list of them, else of float edges."""
    for one in () if lists is None else lists.ravel():
        if isinstance(one, np.ndarray) and len(one):
            dtype: np.dtype[Any] = one.dtype
            return dtype
    for pair in () if histograms is None else histograms.ravel():
        if isinstance(pair, tuple) and np.asarray(pair[1]).dtype == np.float32:
            return np.dtype(np.float32)
    return None


def dictionary_of(statistics: Statistics) -> dict[str, Any]:
    """The dictionary; a pathway that is missing is NaN everywhere."""
    present = statistics.present
    properties = [statistics.quantities[name] for name in statistics.properties]
    n_syn = _entries(statistics.n_syn, present)
    each = [_entries(quantity, present, with_sharing=True) for quantity in properties]
    keys = [*n_syn, "shared_within"]
    shape = (*statistics.shape, 0)
    of_properties = {
        key: np.stack([entries[key] for entries in each], axis=2)
        if each
        else np.empty(shape, dtype=n_syn[key].dtype if key in n_syn else np.float64)
        for key in keys
    }
    return {
        "syns_per_conn_data": n_syn,
        "conn_prop_data": of_properties,
        "m_types": list(statistics.m_types),
        "m_type_class": list(statistics.m_type_class),
        "m_type_layer": list(statistics.m_type_layer),
        "syn_props": statistics.properties,
        "hist_bins": statistics.hist_bins,
    }


def _entries(
    quantity: Quantity, present: NDArray[np.bool_], *, with_sharing: bool = False
) -> dict[str, Objects]:
    entries: dict[str, Objects] = {}
    for key in SCALARS:
        entries[key] = np.array(_known(getattr(quantity, key)), dtype=np.float64)
    entries["hist"] = _histograms(quantity, present)
    for key in LISTS:
        dtype = quantity.dtype if key == "val" else np.dtype(np.int64 if key == "cnt" else float)
        entries[key] = _lists(_known(getattr(quantity, key)), present, dtype)
    if with_sharing:
        entries["shared_within"] = np.array(_known(quantity.shared_within), dtype=np.float64)
    return entries


def _known(value: Any) -> Any:
    if value is None:
        raise ValueError("these statistics are not complete")
    return value


def _histograms(quantity: Quantity, present: NDArray[np.bool_]) -> Objects:
    counts, edges = _known(quantity.counts), _known(quantity.edges)
    dtype = edge_dtype(quantity.dtype)
    result = np.full(present.shape, np.nan, dtype=object)
    for place in zip(*np.nonzero(present), strict=True):
        result[place] = (counts[place].copy(), edges[place].astype(dtype))
    return result


def edge_dtype(dtype: np.dtype[Any] | None) -> np.dtype[Any]:
    """Of the edges of histograms: that of the data for floats, else float64."""
    return dtype if dtype is not None and dtype.kind == "f" else np.dtype(np.float64)


def _lists(
    lists: Lists | Sequence[Any], present: NDArray[np.bool_], dtype: np.dtype[Any] | None
) -> Objects:
    result = np.full(present.shape, np.nan, dtype=object)
    flat = result.ravel()
    for k in np.flatnonzero(present.ravel()):
        values = lists[k]
        flat[k] = values.astype(dtype or values.dtype) if len(values) else []
    return flat.reshape(present.shape)
