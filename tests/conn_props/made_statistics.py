"""Statistics of a small grid, made without a circuit."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.conn_props.statistics import N_SYN, Lists, Quantity, Statistics

#: Pathway without connections, of 2 source and 3 target types.
MISSING = (1, 1)


def quantity_of_values(name: str, dtype: str, values: list[np.ndarray]) -> Quantity:
    """Statistics of the values of 2 x 3 pathways; empty arrays are missing pathways."""
    n_bins, shape = 51, (2, 3)
    quantity = Quantity(name, np.dtype(dtype))
    for key in ("mean", "std", "min", "max"):
        numbers = [getattr(one, key)() if len(one) else np.nan for one in values]
        setattr(quantity, key, np.array(numbers, dtype=np.float64).reshape(shape))
    quantity.norm_loc, quantity.norm_scale = quantity.mean.copy(), quantity.std.copy()
    quantity.norm_fit = np.where(np.isfinite(quantity.mean), 2, 0).astype(np.uint8)
    if name != N_SYN:
        quantity.shared_within = np.where(np.isfinite(quantity.mean), 1.0, np.nan)
    counts = np.zeros((6, n_bins), dtype=np.int64)
    edges = np.full((6, n_bins + 1), np.nan)
    lists = []
    for k, one in enumerate(values):
        unique, times = np.unique(one, return_counts=True)
        is_kept = len(unique) == 1 or (len(unique) < len(one) and len(unique) <= 100)
        lists.append((unique, times) if is_kept else ([], []))
        if len(one):
            counts[k], edges[k] = np.histogram(one, bins=n_bins)
    quantity.counts, quantity.edges = counts.reshape(*shape, -1), edges.reshape(*shape, -1)
    quantity.val = Lists.of(one for one, _ in lists)
    quantity.cnt = Lists.of(times for _, times in lists)
    quantity.p = Lists.of(np.asarray(times) / max(np.sum(times), 1) for _, times in lists)
    return quantity


def made_statistics(
    real: list[np.ndarray] | None = None, number: list[np.ndarray] | None = None
) -> Statistics:
    """Types A (layer 1), B (2) to a and b (1), c (2), all of one class; B -> b is missing.

    Properties are `real` and `number`; of A -> a the mean of `number` is 4.
    """
    stream = np.random.RandomState(5)
    empty = [k == MISSING[0] * 3 + MISSING[1] for k in range(6)]
    if real is None:
        real = [stream.normal(10.0 + k, 1.0, 200) for k in range(6)]
    if number is None:
        number = [np.repeat([3, 4, 5], 20) + k for k in range(6)]
    n_syn = [1 + stream.poisson(2.0, 50) for _ in range(6)]
    quantities = {
        name: quantity_of_values(
            name, dtype, [one[:0] if gone else one for one, gone in zip(values, empty, strict=True)]
        )
        for name, dtype, values in (
            ("real", "float64", real),
            ("number", "uint16", number),
            (N_SYN, "int64", n_syn),
        )
    }
    return Statistics(
        (["A", "B"], ["a", "b", "c"]),
        (["EXC", "EXC"], ["EXC", "EXC", "EXC"]),
        (["1", "2"], ["1", "1", "2"]),
        quantities=quantities,
        hist_bins=51,
    )
