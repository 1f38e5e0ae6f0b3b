"""Connections of edges, and what columns of edges amount to in pathways: against plain numpy."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from region_grower_hpc.native.connections import (
    Bools,
    Connections,
    Doubles,
    Ints,
    Longs,
    bin_column,
    cross_moments,
    group_connections,
    measure_column,
)

Column = npt.NDArray[Any]

DTYPES = [f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)] + ["f4", "f8"]
N_PATHWAYS = 5
ARRANGEMENTS = ["grouped", "by target", "any"]


def random_ends(seed: int, n_edges: int, arrangement: str) -> tuple[Longs, Longs]:
    rng = np.random.default_rng(seed)
    source, target = rng.integers(0, 12, n_edges), rng.integers(3, 9, n_edges)
    if arrangement == "by target":
        target.sort()
    elif arrangement == "grouped":
        order = np.lexsort((source, target))
        source, target = source[order], target[order]
    return source, target


def random_column(seed: int, dtype: str, size: int, connections: Connections) -> Column:
    """Few or many distinct values, shared or not, some of them not finite."""
    rng = np.random.default_rng([seed, 1])
    kind = np.dtype(dtype)
    column: Column
    if kind.kind == "f":
        column = rng.normal(3, 2, size).astype(kind)
        if rng.random() < 0.5:
            column = np.round(column)
        if rng.random() < 0.3:
            column[rng.random(size) < 0.3] = rng.choice([np.nan, np.inf, -np.inf])
    else:
        limits = np.iinfo(kind)
        # float64 has all of these, and bins between them
        low, high = max(limits.min, -(2**40)), min(limits.max, 2**40)
        column = rng.integers(low, high, size, dtype=kind, endpoint=True)
        if rng.random() < 0.5:
            column = column % kind.type(4)
    if rng.random() < 0.4:
        for edges in edges_of(connections):
            column[edges] = column[edges[0]]
    return column


def edges_of(connections: Connections) -> list[Longs]:
    size = int(connections.offsets[-1])
    order = np.arange(size) if connections.order is None else connections.order
    return np.split(order, connections.offsets[1:-1]) if len(connections.source) else []


def random_pathways(seed: int, connections: Connections) -> tuple[Ints, Bools | None]:
    rng = np.random.default_rng([seed, 2])
    count = len(connections.source)
    pathway = rng.integers(-1, N_PATHWAYS, count).astype(np.int32)
    return pathway, None if rng.random() < 0.3 else rng.random(count) < 0.7


def finite(values: Column) -> Column:
    return np.asarray(values[np.isfinite(values)])


def exact_sum(values: Column, power: int) -> Fraction:
    return sum((Fraction(float(value)) ** power for value in values), Fraction(0))


def agrees(exact: Fraction, high: float, low: float, magnitude: Fraction, n: int = 100) -> bool:
    error = abs(exact - Fraction(float(high)) - Fraction(float(low)))
    return error <= magnitude * n**2 / 10**32


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@given(seed=st.integers(0, 2**32), n_edges=st.integers(0, 60))
@settings(deadline=None, max_examples=40)
def test_connections_are_the_distinct_pairs(arrangement: str, seed: int, n_edges: int) -> None:
    source, target = random_ends(seed, n_edges, arrangement)
    connections = group_connections(source, target)
    pairs = np.unique(np.stack([target, source], axis=1), axis=0)
    np.testing.assert_array_equal(connections.target, pairs[:, 0])
    np.testing.assert_array_equal(connections.source, pairs[:, 1])
    for pair, edges in zip(pairs, edges_of(connections), strict=True):
        own = np.flatnonzero((target == pair[0]) & (source == pair[1]))
        np.testing.assert_array_equal(edges, own)
    if arrangement == "grouped":
        assert connections.order is None


@pytest.mark.parametrize(
    "spread", [1, 2**11, 2**22, 2**40, 2**62], ids=["one", "2^11", "2^22", "2^40", "2^62"]
)
@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_ids_of_any_size_are_sorted(spread: int, dtype: str) -> None:
    rng = np.random.default_rng(7)
    source = rng.integers(0, spread, 3000).astype(dtype)
    target = rng.integers(0, spread, 3000).astype(dtype)
    target[:1000], source[:500] = target[0], source[0]
    connections = group_connections(source, target)
    order = np.lexsort((source, target))
    np.testing.assert_array_equal(np.concatenate(edges_of(connections)), order)
    first = order[connections.offsets[:-1]]
    np.testing.assert_array_equal(connections.source, source[first].astype(np.int64))
    np.testing.assert_array_equal(connections.target, target[first].astype(np.int64))


def test_ids_below_zero_and_beyond_2_to_63_stay_apart() -> None:
    connections = group_connections(
        np.array([2**64 - 1, 0, 2**63], dtype=np.uint64), np.zeros(3, dtype=np.uint64)
    )
    np.testing.assert_array_equal(connections.source, [-(2**63), -1, 0])


def test_edges_of_other_integer_types_and_byte_orders() -> None:
    connections = group_connections(
        np.array([1, 1, 3], dtype=">u4"), np.array([2, 2, 2], dtype=">i8")
    )
    assert connections.order is None
    np.testing.assert_array_equal(connections.offsets, [0, 2, 3])
    np.testing.assert_array_equal(connections.source, [1, 3])


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    seed=st.integers(0, 2**32),
    n_edges=st.integers(0, 80),
    arrangement=st.sampled_from(ARRANGEMENTS),
    max_unique=st.sampled_from([0, 3, 8, 9, 100]),
)
@settings(deadline=None, max_examples=30)
def test_measures_are_what_the_definition_says(
    dtype: str, seed: int, n_edges: int, arrangement: str, max_unique: int
) -> None:
    connections = group_connections(*random_ends(seed, n_edges, arrangement))
    column = random_column(seed, dtype, n_edges, connections)
    pathway, used = random_pathways(seed, connections)
    measures = measure_column(
        column, connections.offsets, connections.order, pathway, used, N_PATHWAYS, max_unique
    )
    edges = edges_of(connections)
    is_used = np.ones(len(edges), dtype=bool) if used is None else used
    for k in range(N_PATHWAYS):
        any_use = [finite(column[edges[c]]) for c in np.flatnonzero(pathway == k)]
        own = [edges[c] for c in np.flatnonzero((pathway == k) & is_used)]
        lists = [finite(column[e]) for e in own]
        values = np.concatenate([*lists, np.zeros(0, column.dtype)])
        first = np.array([v[0] for v in lists if len(v)], dtype=column.dtype)
        assert measures.n_all[k] == len(values)
        assert measures.n_first[k] == len(first)
        assert measures.n_non_finite[k] == sum(len(e) for e in own) - len(values)
        assert measures.n_connections_used[k] == len(own)
        assert measures.is_shared[k] == all(len(np.unique(v)) <= 1 for v in lists)
        least = [np.nan, np.nan] if not len(values) else [values.min(), values.max()]
        np.testing.assert_array_equal([measures.min[k], measures.max[k]], least)
        both = np.concatenate([*any_use, np.zeros(0, column.dtype)])
        least = [np.nan, np.nan] if not len(both) else [both.min(), both.max()]
        np.testing.assert_array_equal([measures.lowest[k], measures.highest[k]], least)
        for kind, numbers in (("all", values), ("first", first)):
            for name, power in (("sum", 1), ("square", 2)):
                high = getattr(measures, f"{name}_{kind}")[k]
                low = getattr(measures, f"{name}_{kind}_low")[k]
                size = exact_sum(np.abs(numbers.astype(np.float64)), power)
                assert agrees(exact_sum(numbers, power), high, low, size)
        expected = Counter(values.astype(np.float64).tolist())
        listed = slice(measures.unique_offsets[k], measures.unique_offsets[k + 1])
        assert measures.overflow[k] == (len(expected) > max_unique)
        if measures.overflow[k]:
            expected = Counter()
        assert measures.unique_values[listed].tolist() == sorted(expected)
        in_order = sorted(expected)
        assert measures.unique_count_all[listed].tolist() == [expected[v] for v in in_order]
        of_first = Counter(first.astype(np.float64).tolist())
        assert measures.unique_count_first[listed].tolist() == [of_first[v] for v in in_order]


def one_connection_an_edge(size: int) -> Longs:
    return np.arange(size + 1)


def measures_of_one(values: Column, **options: Any) -> Any:
    pathway = np.zeros(len(values), dtype=np.int32)
    return measure_column(
        values, one_connection_an_edge(len(values)), None, pathway, None, 1, **options
    )


def test_sums_keep_what_float64_loses() -> None:
    measures = measures_of_one(np.array([1e16, 1.0, 2**-60]))
    assert (measures.sum_all[0], measures.sum_all_low[0]) == (1e16, 1.0)
    measures = measures_of_one(np.array([1e16, 1.0, -1e16, 3.0]))
    assert (measures.sum_all[0], measures.sum_all_low[0]) == (4.0, 0.0)
    values = np.random.default_rng(3).normal(1e6, 1e-3, 20_000)
    orders = [values, values[::-1], np.sort(values)]
    for name in ("sum_all", "square_all"):
        exact = exact_sum(values, 1 if name == "sum_all" else 2)
        for ordered in orders:
            own = measures_of_one(ordered)
            high, low = getattr(own, name)[0], getattr(own, f"{name}_low")[0]
            assert agrees(exact, high, low, exact, len(values))


@pytest.mark.parametrize(
    ("value", "total", "squares"),
    [(1e308, np.inf, np.inf), (-1e308, -np.inf, np.inf), (1e200, 3e200, np.inf)],
)
def test_sums_too_large_for_float64_are_infinite(
    value: float, total: float, squares: float
) -> None:
    measures = measures_of_one(np.array([value, value, value]))
    assert measures.n_all[0] == 3
    assert measures.n_non_finite[0] == 0
    assert measures.sum_all[0] == pytest.approx(total)
    assert measures.square_all[0] == squares
    assert measures.square_all_low[0] == 0


def test_the_two_zeros_are_one_value() -> None:
    measures = measures_of_one(np.array([-0.0, 0.0, -0.0], dtype=np.float32))
    assert measures.is_shared[0] == 1
    assert measures.unique_values.tolist() == [0.0]
    assert measures.unique_count_all.tolist() == [3]
    for name in ("min", "max", "lowest", "highest", "unique_values"):
        assert not np.signbit(getattr(measures, name)[0])


def test_neighbours_among_large_integers_are_not_shared() -> None:
    values = np.array([2**62, 2**62 + 1], dtype=np.int64)
    measures = measure_column(values, np.array([0, 2]), None, np.zeros(1, np.int32), None, 1)
    assert measures.is_shared[0] == 0


def test_columns_of_another_byte_order_or_with_strides() -> None:
    plain = measures_of_one(np.array([1.5, 2.5, 2.5], dtype=np.float32))
    swapped = measures_of_one(np.array([1.5, 2.5, 2.5], dtype=">f4"))
    strided = measures_of_one(np.array([1.5, 9, 2.5, 9, 2.5, 9], dtype=np.float32)[::2])
    for field in fields(plain):
        expected = getattr(plain, field.name)
        np.testing.assert_array_equal(getattr(swapped, field.name), expected)
        np.testing.assert_array_equal(getattr(strided, field.name), expected)


@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_a_thousand_distinct_values_and_colliding_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.choice(np.ldexp(1.0, np.arange(-400, 400, 4)), 2000)
    measures = measures_of_one(values, max_unique=1000)
    expected, counts = np.unique(values, return_counts=True)
    np.testing.assert_array_equal(measures.unique_values, expected)
    np.testing.assert_array_equal(measures.unique_count_all, counts)


def numpy_2_edges(values: Column, n_bins: int) -> Doubles:
    """By linspace of numpy 2, written out for numpy 1."""
    kind: Any = np.float32 if values.dtype == np.float32 else np.float64
    first, last = kind(values.min()), kind(values.max())
    if first == last:
        first, last = kind(first - kind(0.5)), kind(last + kind(0.5))
    step = kind(kind(last - first) / kind(n_bins))
    edges = (np.arange(n_bins + 1, dtype=kind) * step).astype(kind) + first
    edges[-1] = last
    return np.asarray(edges, dtype=kind)


def numpy_2_counts(values: Column, edges: Column) -> Longs:
    """Numpy's placement in equal bins, all steps in the dtype of the edges."""
    kind = edges.dtype.type
    n_bins = len(edges) - 1
    own = values.astype(kind)
    place = ((own - edges[0]) / kind(edges[-1] - edges[0])).astype(kind) * kind(n_bins)
    bins = place.astype(kind).astype(np.intp)
    bins[bins == n_bins] -= 1
    bins[own < edges[bins]] -= 1
    bins[(own >= edges[bins + 1]) & (bins != n_bins - 1)] += 1
    return np.bincount(bins, minlength=n_bins)


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    seed=st.integers(0, 2**32),
    n_edges=st.integers(1, 300),
    n_bins=st.sampled_from([1, 2, 7, 51]),
    arrangement=st.sampled_from(ARRANGEMENTS),
)
@settings(deadline=None, max_examples=30)
def test_histograms_are_those_of_numpy_2(
    dtype: str, seed: int, n_edges: int, n_bins: int, arrangement: str
) -> None:
    connections = group_connections(*random_ends(seed, n_edges, arrangement))
    column = random_column(seed, dtype, n_edges, connections)
    pathway, used = random_pathways(seed, connections)
    first_only = np.random.default_rng([seed, 3]).random(N_PATHWAYS) < 0.5
    edges = edges_of(connections)
    is_used = np.ones(len(edges), dtype=bool) if used is None else used
    rows = np.full((N_PATHWAYS, n_bins + 1), np.nan)
    expected = np.zeros((N_PATHWAYS, n_bins), dtype=np.int64)
    for k in range(N_PATHWAYS):
        lists = [finite(column[edges[c]]) for c in np.flatnonzero((pathway == k) & is_used)]
        if first_only[k]:
            lists = [values[:1] for values in lists]
        values = np.concatenate([*lists, np.zeros(0, column.dtype)])
        if not len(values):
            continue
        own_edges = numpy_2_edges(values, n_bins)
        rows[k] = own_edges
        expected[k] = numpy_2_counts(values, own_edges)
        if int(np.__version__.split(".")[0]) >= 2:
            counts, numpy_edges = np.histogram(values, bins=n_bins)
            np.testing.assert_array_equal(numpy_edges, own_edges)
            np.testing.assert_array_equal(counts, expected[k])
    counts = bin_column(
        column, connections.offsets, connections.order, pathway, used, first_only, rows
    )
    np.testing.assert_array_equal(counts, expected)


def test_values_beyond_the_edges_are_not_counted() -> None:
    values = np.array([-0.1, 0.0, 0.5, 1.0, 1.1, np.nan, np.inf], dtype=np.float32)
    counts = bin_column(
        values,
        one_connection_an_edge(7),
        None,
        np.zeros(7, np.int32),
        None,
        np.zeros(1, bool),
        np.array([[0.0, 0.5, 1.0]]),
    )
    assert counts.tolist() == [[1, 2]]


def test_edges_without_any_width_count_in_the_last_bin() -> None:
    values = np.full(3, 1e9, dtype=np.float32)
    edges = np.full((1, 6), 1e9)
    pathway = np.zeros(3, np.int32)
    offsets = one_connection_an_edge(3)
    counts = bin_column(values, offsets, None, pathway, None, np.zeros(1, bool), edges)
    assert counts.tolist() == [[0, 0, 0, 0, 3]]


@given(seed=st.integers(0, 2**32), edges=st.lists(st.floats(), min_size=6, max_size=6))
@settings(deadline=None, max_examples=50)
def test_no_edges_lead_out_of_the_counts(seed: int, edges: list[float]) -> None:
    values = np.array([*edges, 0.0, 1.0, -1.0, 1e300, np.nan])
    counts = bin_column(
        values,
        one_connection_an_edge(len(values)),
        None,
        np.zeros(len(values), np.int32),
        None,
        np.zeros(1, bool),
        np.array([edges]),
    )
    assert 0 <= counts.sum() <= len(values)


@given(
    seed=st.integers(0, 2**32),
    n_edges=st.integers(0, 60),
    arrangement=st.sampled_from(ARRANGEMENTS),
)
@settings(deadline=None, max_examples=30)
def test_cross_moments_are_exact_sums(seed: int, n_edges: int, arrangement: str) -> None:
    connections = group_connections(*random_ends(seed, n_edges, arrangement))
    columns = [
        random_column(seed + i, dtype, n_edges, connections)
        for i, dtype in enumerate(("f4", "u2", "f8"))
    ]
    pathway, used = random_pathways(seed, connections)
    both = cross_moments(columns, connections.offsets, connections.order, pathway, used, N_PATHWAYS)
    edges = edges_of(connections)
    is_used = np.ones(len(edges), dtype=bool) if used is None else used
    table: Doubles = np.stack([column.astype(np.float64) for column in columns], axis=1)
    for k in range(N_PATHWAYS):
        kept = [
            own[np.isfinite(table[own]).all(axis=1)]
            for own in (edges[c] for c in np.flatnonzero((pathway == k) & is_used))
        ]
        for moments, lists in zip(both, (kept, [own[:1] for own in kept]), strict=True):
            rows = table[np.concatenate([*lists, np.zeros(0, np.int64)])]
            assert moments.count[k] == len(rows)
            for i in range(3):
                total = sum(map(Fraction, rows[:, i].tolist()), Fraction(0))
                size = sum(map(Fraction, np.abs(rows[:, i]).tolist()), Fraction(0))
                assert agrees(total, moments.sums[k, i], moments.sums_low[k, i], size)
                for j in range(3):
                    products = [Fraction(a) * Fraction(b) for a, b in rows[:, [i, j]].tolist()]
                    high, low = moments.products[k, i, j], moments.products_low[k, i, j]
                    size = sum(map(abs, products), Fraction(0))
                    assert agrees(sum(products, Fraction(0)), high, low, size)


def arguments(**changed: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "values": np.zeros(3, dtype=np.float32),
        "offsets": np.array([0, 2, 3]),
        "order": None,
        "pathway": np.zeros(2, dtype=np.int32),
        "used": None,
        "n_pathways": 1,
    }
    return own | changed


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"offsets": np.array([0, 2])}, "offsets must have 3 values"),
        ({"offsets": np.array([0, 2, 4])}, "offsets must ascend"),
        ({"offsets": np.array([1, 2, 3])}, "offsets must ascend"),
        ({"offsets": np.array([0, 4, 3])}, "offsets must ascend"),
        ({"order": np.array([0, 1])}, "the order must have 3 values"),
        ({"order": np.array([0, 1, 3])}, "the order must have numbers of edges"),
        ({"order": np.array([0, 1, -1])}, "the order must have numbers of edges"),
        ({"pathway": np.array([0, 1], dtype=np.int32)}, "pathways must be less than 1"),
        ({"pathway": np.zeros((1, 2), dtype=np.int32)}, "one dimension"),
        ({"used": np.ones(3, dtype=bool)}, "what is used must have 2 values"),
        ({"n_pathways": -1}, "must not be negative"),
        ({"values": np.zeros((3, 1))}, "one dimension"),
        ({"values": np.zeros(3, dtype=np.float16)}, "a column must be"),
        ({"values": np.array(["a", "b", "c"])}, "a column must be"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changed: dict[str, Any], message: str) -> None:
    measure_column(**arguments())
    with pytest.raises(ValueError, match=message):
        measure_column(**arguments(**changed))
    own = arguments(**changed)
    n_pathways = own.pop("n_pathways")
    if n_pathways > 0:
        with pytest.raises(ValueError, match=message):
            bin_column(**own, first_only=np.zeros(1, bool), edges=np.zeros((1, 4)))


def test_bins_that_do_not_fit_are_refused() -> None:
    own = arguments()
    del own["n_pathways"]
    with pytest.raises(ValueError, match="edges of bins"):
        bin_column(**own, first_only=np.zeros(1, bool), edges=np.zeros((1, 1)))
    with pytest.raises(ValueError, match="first_only must have 1 values"):
        bin_column(**own, first_only=np.zeros(2, bool), edges=np.zeros((1, 4)))


def test_columns_and_ends_that_do_not_fit_are_refused() -> None:
    own = arguments()
    del own["values"]
    with pytest.raises(ValueError, match="there must be columns"):
        cross_moments(columns=[], **own)
    with pytest.raises(ValueError, match="each column must have 3 values"):
        cross_moments(columns=[np.zeros(3), np.zeros(2)], **own)
    with pytest.raises(ValueError, match="targets must have 2 values"):
        group_connections(np.zeros(2, np.int64), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="one dimension"):
        group_connections(np.zeros((2, 1), np.int64), np.zeros(2, np.int64))
