"""Statistics and models made for tests, without a circuit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.conn_props.statistics import N_SYN, Lists, Quantity, Statistics

N_BINS = 51
Draw = Callable[[np.random.RandomState, int], NDArray[Any]]
#: Property -> values of a pathway, and whether connections share one.
DRAWS: dict[str, tuple[Draw, bool]] = {
    "conductance": (lambda rng, n: rng.gamma(9.0, 0.1 * (1 + rng.rand()), n), True),
    "decay_time": (lambda rng, n: rng.normal(8.0, 0.5, n).astype(np.float32), True),
    "g_step": (lambda rng, n: rng.choice([0.75, 1.0, 1.5, 4.0], n), False),
    "n_rrp_vesicles": (lambda rng, n: rng.poisson(3.0, n).astype(np.uint16), False),
    "rand_id": (lambda rng, n: rng.randint(1, 2**31, n), False),
    "syn_type_id": (lambda rng, n: np.full(n, 5), False),
    "u_syn": (lambda rng, n: np.clip(rng.normal(0.5, 0.1, n), 0.0, 1.0), True),
    N_SYN: (lambda rng, n: 1 + rng.poisson(3.0, n), True),
}
TYPES: dict[str, str] = {
    "conductance": "gamma",
    "decay_time": "normal",
    "g_step": "discrete",
    "n_rrp_vesicles": "poisson",
    "rand_id": "zero",
    "syn_type_id": "constant",
    "u_syn": "truncnorm",
    N_SYN: "ztpoisson",
}
ATTRIBUTES = {
    "gamma": ("mean", "std"),
    "normal": ("mean", "std"),
    "truncnorm": ("norm_loc", "norm_scale", "min", "max"),
    "poisson": ("mean",),
    "ztpoisson": ("mean",),
    "constant": ("mean",),
    "zero": (),
}


def made_statistics(
    n_sources: int, n_targets: int, part_missing: float = 0.3, names: Sequence[str] = tuple(DRAWS)
) -> Statistics:
    """Statistics of a grid of types, the same for the same numbers."""
    rng = np.random.RandomState(n_sources * 1000 + n_targets)
    types_of_all = [
        f"L{1 + k // 5}_{'PC' if k % 2 else 'BC'}:{chr(97 + k % 5)}" for k in range(200)
    ]
    types = (types_of_all[:n_sources], types_of_all[:n_targets])
    is_missing = rng.rand(n_sources, n_targets) < part_missing
    is_missing[0, 0] = False
    sizes = np.where(is_missing, 0, rng.randint(5, 400, is_missing.shape))
    quantities = {name: _quantity(name, sizes, rng) for name in names}
    blank = ([""] * n_sources, [""] * n_targets)
    return Statistics(
        *(types, blank, blank, quantities, N_BINS, sizes.astype(np.int64), sizes.astype(np.int64))
    )


def _quantity(name: str, sizes: NDArray[Any], rng: np.random.RandomState) -> Quantity:
    draw, is_shared = DRAWS[name]
    numbers = {key: np.full(sizes.shape, np.nan) for key in ("mean", "std", "min", "max", "shared")}
    counts = np.zeros((*sizes.shape, N_BINS), dtype=np.int64)
    edges = np.full((*sizes.shape, N_BINS + 1), np.nan)
    lists: list[Any] = [[] for _ in range(3 * sizes.size)]
    for flat, (place, size) in enumerate(np.ndenumerate(sizes)):
        if not size:
            continue
        values = np.asarray(draw(rng, int(size)), dtype=np.float64)
        for key, function in (("mean", np.mean), ("std", np.std), ("min", np.min), ("max", np.max)):
            numbers[key][place] = function(values)
        numbers["shared"][place] = float(is_shared)
        counts[place], edges[place] = np.histogram(values, bins=N_BINS)
        unique, repeats = np.unique(values, return_counts=True)
        if len(unique) < min(size, 100):
            for kind, one in enumerate((unique, repeats, repeats / repeats.sum())):
                lists[kind * sizes.size + flat] = one
    val, cnt, p = (Lists.of(lists[k * sizes.size : (k + 1) * sizes.size]) for k in range(3))
    mean, std, shared = numbers["mean"], numbers["std"], numbers["shared"]
    fit = np.where(np.isfinite(mean), 1, 0).astype(np.uint8)
    return Quantity(
        *(name, None, mean, std, numbers["min"], numbers["max"], mean, std),
        *(None if name == N_SYN else shared, counts, edges, val, cnt, p, fit),
    )


def made_model(statistics: Statistics, types: dict[str, str] = TYPES) -> ConnPropsModel:
    """A model of them: missing pathways take the numbers of the first."""
    sources, targets = statistics.m_types
    stats: dict[str, Any] = {}
    for name, quantity in statistics.quantities.items():
        stats[name] = {source: {} for source in sources}
        for flat, (row, column) in enumerate(np.ndindex(*statistics.shape)):
            is_present = statistics.present[row, column]
            at, k = ((row, column), flat) if is_present else ((0, 0), 0)
            entry = _entry(quantity, types[name], at, k)
            stats[name][sources[row]][targets[column]] = entry
    return ConnPropsModel(src_types=sources, tgt_types=targets, prop_stats=stats)


def _entry(quantity: Quantity, kind: str, at: tuple[int, int], k: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": kind}
    if kind == "discrete":
        assert quantity.val is not None
        assert quantity.p is not None
        entry |= {"val": quantity.val[k].tolist(), "p": quantity.p[k].tolist()}
    else:
        entry |= {key: float(getattr(quantity, key)[at]) for key in ATTRIBUTES[kind]}
    if quantity.shared_within is not None:
        entry["shared_within"] = bool(quantity.shared_within[at])
    return entry


def peer_statistics(folder: Path, case: str) -> Statistics:
    """What the peer extracted, from the shared data."""
    held = np.load(folder / "expected" / f"{case}.npz")

    def pair(key: str) -> tuple[list[str], list[str]]:
        return held[f"{key}/source"].tolist(), held[f"{key}/target"].tolist()

    shape = tuple(len(one) for one in pair("m_types"))
    names = held["syn_props"].tolist()
    quantities: dict[str, Quantity] = {}
    for index, name in [*enumerate(names), (None, N_SYN)]:
        group = N_SYN if index is None else "properties"
        n_of = len(names) if index is not None else 1
        numbers = {
            key: held[f"{key}/{group}"].reshape(*shape, n_of)[:, :, index or 0]
            for key in ("mean", "std", "min", "max", "norm_loc", "norm_scale")
        }
        for key in ("counts", "edges"):
            array = held[f"hist/{group}/{key}"]
            numbers[key] = array.reshape(*shape, n_of, -1)[:, :, index or 0]
        if index is not None:
            numbers["shared_within"] = held["shared_within/properties"][:, :, index]
        quantities[name] = Quantity(name, **numbers)
    return Statistics(
        *(pair("m_types"), pair("m_type_class"), pair("m_type_layer"), quantities),
        hist_bins=quantities[N_SYN].counts.shape[2],
    )


def peer_model(folder: Path, case: str) -> ConnPropsModel:
    """What the peer built, from the shared data."""
    with gzip.open(folder / "expected" / f"{case}.json.gz") as file:
        held = json.load(file)
    keys = ("src_types", "tgt_types", "prop_stats", "prop_cov")
    return ConnPropsModel(**{key: held[key] for key in keys})
