"""What is measured of the pathways of one block of edges, as arrays that a journal can keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.run_context import local_numbers
from region_grower_hpc.conn_props.statistics import MAX_UNIQUE
from region_grower_hpc.native.connections import Connections, cross_moments, measure_column

Arrays = dict[str, NDArray[Any]]
Used = NDArray[np.bool_] | None

#: Of each property and pathway: numbers as `measure_column` names them.
EXTREMA = ("min", "max", "lowest", "highest")
SUMS = ("sum_all", "square_all", "sum_first", "square_first")
#: Sums are pairs of numbers: the second one is what the first one lacks.
LOW = "_low"
COUNTS = ("n_all", "n_first", "n_non_finite")
FLAGS = ("is_shared", "overflow")
REALS = (*EXTREMA, *SUMS, *(name + LOW for name in SUMS))
#: Names of the arrays of a block.
ARRAYS = (
    *("present", "n_conn", "n_conn_used", "n_syn_used", "reals", "counts", "flags"),
    *("n_syn/key", "n_syn/value", "n_syn/count"),
    *("unique/key", "unique/value", "unique/all", "unique/first"),
)
#: Those of correlations: over all edges, and over the first ones of connections.
CROSS_ARRAYS = tuple(
    f"cross/{rows}/{name}"
    for rows in ("all", "first")
    for name in ("count", "sums", "sums_low", "products", "products_low")
)
#: Of each pathway.
N_CONN, N_CONN_USED, N_SYN_USED = "n_conn", "n_conn_used", "n_syn_used"


def measured(
    connections: Connections,
    numbers: NDArray[np.int64],
    used: Used,
    columns: Sequence[NDArray[Any]],
    n_pathways: int,
) -> Arrays:
    """Measure the pathways of one part of the nodes.

    Args:
        connections: of the block.
        numbers: of the pathway of each connection; -1: left out.
        used: connections that count; None: all.
        columns: of the block's edges, a property each.
        n_pathways: of the part.

    Returns:
        `present` (n,) numbers of the pathways found; `n_conn`, ... (n,); `reals` (P, len(REALS),
        n), `counts` (P, len(COUNTS), n), `flags` (P, len(FLAGS), n); and tables of unique values,
        `n_syn/...` and `unique/...`: `key` (property * n_pathways + pathway; of n_syn the pathway),
        `value`, and counts.
    """
    present, local = local_numbers(numbers, n_pathways)
    n = len(present)
    n_syn = np.diff(connections.offsets)
    selected = local >= 0
    counted = selected if used is None else selected & used
    arrays: Arrays = {
        "present": present,
        N_CONN: np.bincount(local[selected], minlength=n),
        N_CONN_USED: np.bincount(local[counted], minlength=n),
        N_SYN_USED: np.bincount(local[counted], weights=n_syn[counted], minlength=n).astype("i8"),
    }
    arrays |= _synapse_counts(numbers[counted], n_syn[counted])
    reals = np.empty((len(columns), len(REALS), n))
    counts = np.empty((len(columns), len(COUNTS), n), dtype=np.int64)
    flags = np.empty((len(columns), len(FLAGS), n), dtype=np.uint8)
    unique: dict[str, list[NDArray[Any]]] = {
        name: [np.empty(0, dtype=dtype)]
        for name, dtype in (("key", "i8"), ("value", "f8"), ("all", "i8"), ("first", "i8"))
    }
    for k, column in enumerate(columns):
        found = measure_column(
            *(column, connections.offsets, connections.order, local, used, n),
            max_unique=MAX_UNIQUE,
        )
        reals[k] = [getattr(found, name) for name in REALS]
        counts[k] = [getattr(found, name) for name in COUNTS]
        flags[k] = [getattr(found, name) for name in FLAGS]
        unique["key"].append(k * n_pathways + np.repeat(present, np.diff(found.unique_offsets)))
        unique["value"].append(found.unique_values)
        unique["all"].append(found.unique_count_all)
        unique["first"].append(found.unique_count_first)
    arrays |= {"reals": reals, "counts": counts, "flags": flags}
    tables = {f"unique/{name}": np.concatenate(parts) for name, parts in unique.items()}
    return {name: packed(array) for name, array in (arrays | tables).items()}


def packed(array: NDArray[Any]) -> NDArray[Any]:
    """Counts in the smallest type that holds them: journals are shorter."""
    if array.dtype.kind not in "iu":
        return array
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))


def _synapse_counts(numbers: NDArray[np.int64], n_syn: NDArray[np.int64]) -> Arrays:
    """How many connections of each pathway have how many synapses."""
    if not len(numbers):
        empty = np.empty(0, dtype=np.int64)
        return {"n_syn/key": empty, "n_syn/value": empty, "n_syn/count": empty}
    width = int(n_syn.max()) + 1
    size = (int(numbers.max()) + 1) * width
    if size <= 16 * len(numbers) + 2**20:
        table = np.bincount(numbers * width + n_syn)
        both = np.flatnonzero(table)
        count = table[both]
    else:
        both, count = np.unique(numbers * width + n_syn, return_counts=True)
    return {"n_syn/key": both // width, "n_syn/value": both % width, "n_syn/count": count}


def correlated(
    connections: Connections,
    numbers: NDArray[np.int64],
    used: Used,
    columns: Sequence[NDArray[Any]],
    n_pathways: int,
) -> Arrays:
    """Sums of products of properties of the pathways of one part, for their correlations."""
    present, local = local_numbers(numbers, n_pathways)
    moments = cross_moments(
        columns, connections.offsets, connections.order, local, used, len(present)
    )
    return {
        f"cross/{rows}/{name}": values
        for rows, sums in zip(("all", "first"), moments, strict=True)
        for name, values in vars(sums).items()
    }


def of_part(arrays: Mapping[str, NDArray[Any]], part: int) -> Arrays:
    """The arrays of a part, from those of all parts."""
    prefix = f"{part}/"
    return {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }
