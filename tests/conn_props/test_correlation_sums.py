"""Correlations from sums over blocks, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.block_measures import correlated
from region_grower_hpc.conn_props.correlation_sums import CorrelationSums
from region_grower_hpc.conn_props.statistics import Correlations
from region_grower_hpc.native.connections import Connections


def correlations_of(columns: list[np.ndarray], synapses: int, n_blocks: int) -> Correlations:
    """Of one pathway of connections with as many synapses each, in blocks."""
    sums = CorrelationSums(2, len(columns))
    connections = np.array_split(np.arange(len(columns[0]) // synapses), n_blocks)
    for ids in connections:
        n = len(ids)
        offsets = np.arange(n + 1, dtype=np.int64) * synapses
        block = Connections(ids, np.zeros(n, dtype=np.int64), offsets, None)
        edges = slice(ids[0] * synapses, (ids[-1] + 1) * synapses)
        numbers = np.ones(n, dtype=np.int64)
        arrays = correlated(block, numbers, None, [one[edges] for one in columns], 2)
        sums.add({"present": np.array([1]), **arrays})
    found = sums.correlations((1, 2), np.ones((1, 2, len(columns)), dtype=bool))
    for matrices in (found.per_connection, found.per_synapse):
        assert np.isnan(matrices[0, 0]).all()
    return Correlations(found.per_connection[0, 1], found.per_synapse[0, 1])


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e7])
@pytest.mark.parametrize("n_blocks", [1, 4])
def test_correlations_are_numpys(offset: float, n_blocks: int) -> None:
    rng = np.random.default_rng(3)
    deviations = rng.normal(size=(4, 60))
    deviations[1] += deviations[0]
    deviations[2] -= 1e-3 * deviations[0]
    columns = list(deviations + offset)
    found = correlations_of(columns, 3, n_blocks)
    # What is left of the deviations beside a large number.
    held = np.array(columns) - offset
    for matrix, rows in ((found.per_synapse, held), (found.per_connection, held[:, ::3])):
        np.testing.assert_allclose(matrix, np.corrcoef(rows), rtol=0, atol=1e-12)


def test_rows_with_a_value_that_is_not_finite_are_left_out() -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(2, 40))
    table[0, [0, 5]], table[1, [1, 9]] = np.nan, np.inf
    found = correlations_of(list(table), 4, 2)
    whole = np.isfinite(table).all(axis=0)
    np.testing.assert_allclose(found.per_synapse, np.corrcoef(table[:, whole]), rtol=0, atol=1e-14)
    firsts = [first + int(np.argmax(whole[first : first + 4])) for first in range(0, 40, 4)]
    np.testing.assert_allclose(
        found.per_connection, np.corrcoef(table[:, firsts]), rtol=0, atol=1e-14
    )


@pytest.mark.parametrize("n", [30, 3000])
def test_what_has_one_value_is_correlated_with_nothing(n: int) -> None:
    """Also where the sums are so long that they are rounded."""
    rng = np.random.default_rng(5)
    values = [0.0, 0.1, 1e-200, 1e150, *rng.normal(size=16)]
    real = rng.normal(size=n)
    columns = [*(np.full(n, value) for value in values), real, 2.0 - real]
    found = correlations_of(columns, 1, 3).per_synapse
    np.testing.assert_allclose(found[-2:, -2:], [[1, -1], [-1, 1]], rtol=0, atol=1e-14)
    assert np.isfinite(found).sum() == 4


def test_one_connection_has_no_correlations() -> None:
    columns = [np.array([1.0, 2.0]), np.array([0.5, -3.0])]
    found = correlations_of(columns, 2, 1)
    assert np.isnan(found.per_connection).all()
    np.testing.assert_allclose(found.per_synapse, [[1, -1], [-1, 1]], rtol=0, atol=1e-14)


def test_first_synapses_tell_nothing_of_what_connections_do_not_share() -> None:
    sums = CorrelationSums(1, 3)
    offsets = np.arange(21, dtype=np.int64)
    block = Connections(offsets[:-1], np.zeros(20, dtype=np.int64), offsets, None)
    columns = list(np.random.default_rng(6).normal(size=(3, 20)))
    arrays = correlated(block, np.zeros(20, dtype=np.int64), None, columns, 1)
    sums.add({"present": np.array([0]), **arrays})
    found = sums.correlations((1, 1), np.array([[[True, False, True]]]))
    known = np.isfinite(found.per_connection[0, 0])
    assert known.tolist() == [[True, False, True], [False] * 3, [True, False, True]]
    assert np.isfinite(found.per_synapse).all()
