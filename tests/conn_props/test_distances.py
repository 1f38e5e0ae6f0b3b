from __future__ import annotations

import numpy as np

from region_grower_hpc.conn_props.cumulative import ks_model
from region_grower_hpc.conn_props.distances import distances
from region_grower_hpc.conn_props.figures.model_values import entries_of
from region_grower_hpc.conn_props.statistics import N_SYN
from tests.conn_props.figures.made_statistics import made_model, made_statistics

LIMITS = [{}, {"lower_bound": 0.45}, {"upper_bound": 5.5, "dtype": "int"}, {"dtype": "int"}]


def test_they_are_those_of_single_pathways() -> None:
    statistics = made_statistics(4, 5)
    model = made_model(statistics)
    for name, quantity in statistics.quantities.items():
        entries = [
            [{**entry, **LIMITS[(row + column) % 4]} for column, entry in enumerate(line)]
            for row, line in enumerate(entries_of(model, name, statistics))
            if all(line)
        ]
        values = distances(quantity, entries)
        assert quantity.counts is not None
        assert quantity.edges is not None
        for row, column in np.ndindex(4, 5):
            at = (quantity.counts[row, column], quantity.edges[row, column])
            alone = ks_model(*at, entries[row][column], is_synapse_count=name == N_SYN)
            np.testing.assert_allclose(values[row, column], alone, rtol=1e-12)
        np.testing.assert_array_equal(np.isfinite(values), statistics.present)


def test_nothing_where_there_is_no_entry_or_no_histogram() -> None:
    statistics = made_statistics(2, 2, part_missing=0.0)
    entry = {"type": "zero"}
    values = distances(statistics.quantities["u_syn"], [[entry, None], [None, entry]])
    assert np.isfinite(values).tolist() == [[True, False], [False, True]]
    statistics.quantities["u_syn"].counts = None
    assert np.isnan(distances(statistics.quantities["u_syn"], [[entry] * 2] * 2)).all()
