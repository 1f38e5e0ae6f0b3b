"""What the pinned peer returned for the developers' circuits: statistics and models."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.conn_props.statistics import (
    LISTS,
    N_SYN,
    SCALARS,
    Lists,
    Quantity,
    Statistics,
)

#: Types of the columns of the circuits `small` and `small_unsorted`.
SMALL_DTYPES = {
    "conductance": "float32",
    "decay_time": "float32",
    "depression_time": "float32",
    "g_step": "float64",
    "n_rrp_vesicles": "uint16",
    "rand_id": "uint32",
    "syn_type_id": "uint16",
    "u_hill_coefficient": "float32",
    "u_syn": "float32",
}


def expected_folder(shared_data: Path) -> Path:
    return shared_data / "conn_props" / "expected"


def expected_statistics(shared_data: Path, case: str) -> Statistics:
    """Statistics of a case of cases.json, as the peer's extract returned them.

    The dtypes of columns are known for the circuit `small` only, and None for the others. What is
    ours alone (norm_fit, counts of connections) is None.
    """
    with np.load(expected_folder(shared_data) / f"{case}.npz") as arrays:
        data = {key: arrays[key] for key in arrays}
    names = [str(name) for name in data["syn_props"]]
    dtypes = SMALL_DTYPES if case.startswith("small") else {}
    quantities = {
        name: _quantity(data, name, index, dtypes.get(name)) for index, name in enumerate(names)
    }
    quantities[N_SYN] = _quantity(data, N_SYN, None, "int64")
    pairs = [
        tuple([str(one) for one in data[f"{key}/{side}"]] for side in ("source", "target"))
        for key in ("m_types", "m_type_class", "m_type_layer")
    ]
    n_bins = data[f"hist/{N_SYN}/counts"].shape[-1]
    return Statistics(*pairs, quantities=quantities, hist_bins=n_bins)


def expected_model(shared_data: Path, case: str, build: str) -> dict[str, Any]:
    """The peer's model of a case: the content of its model.json."""
    with gzip.open(expected_folder(shared_data) / f"{case}__{build}.json.gz") as file:
        return json.load(file)


def expected_build_arguments(shared_data: Path, case: str, build: str) -> dict[str, Any]:
    """Keyword arguments of the peer's build of a case."""
    cases = json.loads((shared_data / "conn_props" / "cases.json").read_text())["cases"]
    return next(one["builds"][build] for one in cases if one["name"] == case)


def _quantity(
    data: dict[str, np.ndarray], name: str, index: int | None, dtype: str | None
) -> Quantity:
    group = N_SYN if index is None else "properties"
    part = (slice(None), slice(None)) if index is None else (slice(None), slice(None), index)
    quantity = Quantity(name, None if dtype is None else np.dtype(dtype))
    for key in SCALARS:
        setattr(quantity, key, data[f"{key}/{group}"][part])
    if index is not None:
        quantity.shared_within = data[f"shared_within/{group}"][part]
    quantity.counts = data[f"hist/{group}/counts"][part]
    quantity.edges = data[f"hist/{group}/edges"][part]
    n_of_group = 1 if index is None else len(data["syn_props"])
    for key in LISTS:
        lists = Lists(data[f"{key}/{group}/values"], data[f"{key}/{group}/offsets"])
        own = range(0 if index is None else index, len(lists), n_of_group)
        setattr(quantity, key, Lists.of(lists[k] for k in own))
    return quantity
