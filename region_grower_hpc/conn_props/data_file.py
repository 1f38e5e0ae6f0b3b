"""data.h5: the statistics of all pathways on disk (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.statistics import (
    LISTS,
    N_SYN,
    SCALARS,
    Correlations,
    Counts,
    Lists,
    Quantity,
    Reals,
    Statistics,
)
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_file import replacing_file
from region_grower_hpc.formats.hdf5_links import check_self_contained
from region_grower_hpc.formats.hdf5_sizes import size_problem

FORMAT, FORMAT_VERSION = "conn_props", 1
_PROPERTIES = "properties"
_SIDES = ("source", "target")
_COUNTS = ("n_conn", "n_conn_used", "n_syn_used")
#: Probabilities may add up to 1 but for this.
_ROUNDING = 1e-6
_CORRELATIONS = ("per_connection", "per_synapse")


def write_data(path: Path, statistics: Statistics) -> None:
    """Write all statistics; what is not known of a quantity is left out."""
    with replacing_file(path) as file:
        # The one text that is read again: of fixed length, see `_write_texts`.
        file.attrs["format"] = np.bytes_(FORMAT)
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["hist_bins"] = statistics.hist_bins
        for name, value in statistics.attributes.items():
            file.attrs[name] = value
        write_statistics(file, statistics)


def read_data(path: Path) -> Statistics:
    """Read a file of statistics; attributes, which tell where it comes from, are left.

    Raises:
        InvalidInputError: it is missing, damaged or none of ours; names file and dataset.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidInputError(f"data file '{path}' does not exist: run conn-props extract")
    try:
        with h5py.File(path, "r") as file:
            check_self_contained(file, path)
            if not _is_ours(file):
                raise _invalid(path, f"attribute 'format' is not '{FORMAT}'")
            if int(file.attrs.get("format_version", 0)) != FORMAT_VERSION:
                raise _invalid(path, f"'format_version' is not {FORMAT_VERSION}")
            statistics = read_statistics(file, int(file.attrs["hist_bins"]))
    except InvalidInputError:
        raise
    except HDF5_ERRORS as error:
        raise _invalid(path, f"{type(error).__name__}: {error}") from error
    return statistics


def write_statistics(group: h5py.Group, statistics: Statistics) -> None:
    """Write the datasets of section 3 of the format into an open group."""
    for name in ("m_types", "m_type_class", "m_type_layer"):
        for side, values in zip(_SIDES, getattr(statistics, name), strict=True):
            _write_texts(group, f"{name}/{side}", [str(value) for value in values])
    properties = [statistics.quantities[name] for name in statistics.properties]
    _write_texts(group, "syn_props", statistics.properties)
    _write_texts(group, "syn_prop_dtypes", [str(one.dtype or "") for one in properties])
    _write_quantities(group, N_SYN, [statistics.n_syn], statistics, of_one=True)
    _write_quantities(group, _PROPERTIES, properties, statistics, of_one=False)
    for name in _COUNTS:
        if getattr(statistics, name) is not None:
            group[f"count/{name}"] = getattr(statistics, name)
    if statistics.correlations is not None:
        for name in _CORRELATIONS:
            group[f"correlation/{name}"] = getattr(statistics.correlations, name)


def _write_quantities(
    group: h5py.Group,
    place: str,
    quantities: Sequence[Quantity],
    statistics: Statistics,
    *,
    of_one: bool,
) -> None:
    shape, n_bins = statistics.shape, statistics.hist_bins

    def stacked(name: str, width: tuple[int, ...], dtype: str) -> NDArray[Any] | None:
        arrays = [getattr(one, name) for one in quantities]
        if any(array is None for array in arrays):
            return None
        if of_one:
            return np.asarray(arrays[0], dtype=dtype)
        if not arrays:
            return np.empty((*shape, 0, *width), dtype=dtype)
        return np.asarray(np.stack(arrays, axis=2), dtype=dtype)

    datasets: list[tuple[str, str, tuple[int, ...], str]] = [
        (name, f"{name}/{place}", (), "f8") for name in SCALARS
    ]
    datasets += [
        ("counts", f"hist/{place}/counts", (n_bins,), "i8"),
        ("edges", f"hist/{place}/edges", (n_bins + 1,), "f8"),
        ("norm_fit", f"norm_fit/{place}", (), "u1"),
    ]
    if not of_one:
        datasets.append(("shared_within", f"shared_within/{place}", (), "f8"))
    for name, path, width, dtype in datasets:
        array = stacked(name, width, dtype)
        if array is not None:
            group[path] = array
    for name in LISTS:
        lists = [getattr(one, name) for one in quantities]
        if any(one is None for one in lists):
            continue
        # Row by row; of a pathway, property by property.
        n_pathways = shape[0] * shape[1]
        order = np.arange(len(lists) * n_pathways).reshape(len(lists), n_pathways).T.ravel()
        merged = Lists.joined(lists).chosen(order)
        group[f"{name}/{place}/values"] = merged.values
        group[f"{name}/{place}/offsets"] = merged.offsets


def read_statistics(group: h5py.Group, hist_bins: int) -> Statistics:
    """Inverse of `write_statistics`.

    Raises:
        KeyError, ValueError, TypeError, OSError: something is missing or does not fit.
    """
    pairs = {
        name: (_texts(group, f"{name}/source"), _texts(group, f"{name}/target"))
        for name in ("m_types", "m_type_class", "m_type_layer")
    }
    n_source, n_target = (len(names) for names in pairs["m_types"])
    for name, (source, target) in pairs.items():
        if (len(source), len(target)) != (n_source, n_target):
            raise ValueError(f"{name} has another length than m_types")
    names, dtypes = _texts(group, "syn_props"), _texts(group, "syn_prop_dtypes")
    if len(names) != len(dtypes) or N_SYN in names or len(set(names)) < len(names):
        raise ValueError("syn_props and syn_prop_dtypes do not fit")
    if unknown := [dtype for dtype in dtypes if dtype and np.dtype(dtype).kind not in "iuf"]:
        raise ValueError(f"syn_prop_dtypes: {unknown[0]} is no type of numbers")
    shape = (n_source, n_target)
    quantities = {
        name: Quantity(name, np.dtype(dtype) if dtype else None)
        for name, dtype in zip(names, dtypes, strict=True)
    }
    reader = _Reader(group, shape, hist_bins)
    reader.fill(_PROPERTIES, list(quantities.values()), of_one=False)
    n_syn = Quantity(N_SYN, np.dtype(np.int64))
    reader.fill(N_SYN, [n_syn], of_one=True)
    if n_syn.mean is None:
        raise KeyError(f"mean/{N_SYN} is missing")
    statistics = Statistics(
        *(pairs["m_types"], pairs["m_type_class"], pairs["m_type_layer"]),
        quantities={**quantities, N_SYN: n_syn},
        hist_bins=hist_bins,
    )
    for name in _COUNTS:
        setattr(statistics, name, reader.array(f"count/{name}", shape, "i8"))
    wide = (*shape, len(names), len(names))
    found = [reader.array(f"correlation/{name}", wide, "f8") for name in _CORRELATIONS]
    known = [one for one in found if one is not None]
    if len(known) == len(found):
        statistics.correlations = Correlations(*known)
    return statistics


@dataclass(frozen=True)
class PathwayHistograms:
    """Histograms of all quantities of one pathway, `N_SYN` last: (Q, B), (Q, B + 1), (Q,), (Q,)."""

    counts: Counts
    edges: Reals
    mean: Reals
    std: Reals


def read_histograms(group: h5py.Group, place: tuple[int, int]) -> PathwayHistograms:
    """Read one pathway of the datasets that `write_statistics` has written, and no other."""
    found = [
        np.concatenate(
            [group[name.format(_PROPERTIES)][place], group[name.format(N_SYN)][place][None]]
        )
        for name in ("hist/{}/counts", "hist/{}/edges", "mean/{}", "std/{}")
    ]
    return PathwayHistograms(*found)


def read_dtypes(group: h5py.Group) -> list[np.dtype[Any]]:
    """The dtype of each property, and of `N_SYN`."""
    return [np.dtype(text) for text in [*_texts(group, "syn_prop_dtypes"), "int64"]]


class _Reader:
    """Reads the datasets of a group with a look at their shapes."""

    def __init__(self, group: h5py.Group, shape: tuple[int, int], hist_bins: int) -> None:
        self.group, self.shape, self.hist_bins = group, shape, hist_bins

    def array(self, path: str, shape: tuple[int, ...], dtype: str) -> NDArray[Any] | None:
        """All values; None where there is no such dataset."""
        if path not in self.group:
            return None
        dataset = self.group[path]
        if not isinstance(dataset, h5py.Dataset) or dataset.shape != shape:
            raise ValueError(f"{path} must have the shape {shape}")
        return self._values(dataset, dtype)

    def _values(self, dataset: h5py.Dataset, dtype: str) -> NDArray[Any]:
        if dataset.dtype.kind not in "iuf":
            raise ValueError(f"{dataset.name} holds no numbers, but {dataset.dtype}")
        if (problem := size_problem(dataset)) is not None:
            raise ValueError(f"{dataset.name} {problem}")
        return np.asarray(dataset[()], dtype=dtype)

    def fill(self, place: str, quantities: Sequence[Quantity], *, of_one: bool) -> None:
        """Read all that is there of some quantities."""
        n_bins, n = self.hist_bins, len(quantities)
        wanted: list[tuple[str, str, tuple[int, ...], str]] = [
            (name, f"{name}/{place}", (), "f8") for name in SCALARS
        ]
        wanted += [
            ("counts", f"hist/{place}/counts", (n_bins,), "i8"),
            ("edges", f"hist/{place}/edges", (n_bins + 1,), "f8"),
            ("norm_fit", f"norm_fit/{place}", (), "u1"),
        ]
        if not of_one:
            wanted.append(("shared_within", f"shared_within/{place}", (), "f8"))
        for name, path, width, dtype in wanted:
            shape = (*self.shape, *(() if of_one else (n,)), *width)
            array = self.array(path, shape, dtype)
            if array is None:
                continue
            for index, quantity in enumerate(quantities):
                part = array if of_one else np.ascontiguousarray(array[:, :, index])
                setattr(quantity, name, part)
        for name in LISTS:
            self._fill_lists(name, place, quantities)

    def _fill_lists(self, name: str, place: str, quantities: Sequence[Quantity]) -> None:
        path, n = f"{name}/{place}", len(quantities)
        if path not in self.group:
            return
        n_lists = self.shape[0] * self.shape[1] * n
        offsets = self.array(f"{path}/offsets", (n_lists + 1,), "i8")
        values = self._values(self.group[f"{path}/values"], "f8")
        if offsets is None or values.ndim != 1 or offsets[0] != 0 or offsets[-1] != len(values):
            raise ValueError(f"{path}: offsets and values do not fit")
        if np.any(np.diff(offsets) < 0):
            raise ValueError(f"{path}/offsets must ascend")
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{path}/values are not finite")
        if name == "p":
            sums = np.diff(np.concatenate(([0.0], np.cumsum(values)))[offsets])
            if np.any(values < 0) or np.any(np.abs(sums - 1)[np.diff(offsets) > 0] > _ROUNDING):
                raise ValueError(f"{path}/values are no probabilities")
        lists = Lists(values, offsets)
        for index, quantity in enumerate(quantities):
            one = lists if n == 1 else lists.chosen(np.arange(index, n_lists, n))
            setattr(quantity, name, one)


def _write_texts(group: h5py.Group, path: str, texts: Sequence[str]) -> None:
    """Of fixed length: HDF5's texts of any length lie in a heap, where damage is costly."""
    encoded = [text.encode() for text in texts]
    width = max((len(text) for text in encoded), default=0)
    dtype = h5py.string_dtype("utf-8", max(width, 1))
    group.create_dataset(path, data=np.array(encoded, dtype=dtype))


def _texts(group: h5py.Group, path: str) -> list[str]:
    dataset = group.get(path)
    if not isinstance(dataset, h5py.Dataset):
        raise KeyError(f"{path} is missing")
    if dataset.ndim != 1 or dataset.dtype.kind != "S" or size_problem(dataset) is not None:
        raise ValueError(f"{dataset.name} must be a row of texts of fixed length")
    return [bytes(text).decode() for text in dataset[()]]


def _is_ours(file: h5py.File) -> bool:
    if "format" not in file.attrs or file.attrs.get_id("format").dtype.kind != "S":
        return False
    return bool(file.attrs["format"] == FORMAT.encode())


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"data file '{path}': {problem}: it is damaged, or was not written by conn-props extract"
    )
