from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.figures.comparison import compare, extended
from region_grower_hpc.conn_props.statistics import N_SYN
from tests.conn_props.figures.made_statistics import made_model, made_statistics

EDGES = np.linspace(2.0, 4.0, 11)


def test_bins_are_added_of_the_datas_width_as_far_as_values_lie() -> None:
    wide = extended(EDGES, [1.5, 3.0, 4.7])
    np.testing.assert_allclose(np.diff(wide), 0.2)
    np.testing.assert_array_equal(wide[3:14], EDGES)
    assert (wide[0], wide[-1]) == (pytest.approx(1.4), pytest.approx(4.8))
    np.testing.assert_array_equal(extended(EDGES, [2.0, 4.0]), EDGES)


def test_far_draws_do_not_make_endless_bins() -> None:
    wide = extended(EDGES, [-1e12, 1e300])
    assert wide.size == 11 + 2 * 100


def test_every_draw_is_counted_in_the_largest_pathway() -> None:
    statistics = made_statistics(3, 4)
    model = made_model(statistics)
    assert statistics.n_conn is not None
    row, column = np.unravel_index(np.argmax(statistics.n_conn), (3, 4))
    sources, targets = statistics.m_types
    for name in statistics.quantities:
        found = compare(statistics, model, name, 300, 0)
        assert found is not None
        assert found.pathway == (sources[row], targets[column])
        assert found.model_counts.sum() == 300
        assert found.data_counts.sum() == statistics.n_conn.max()
        assert found.is_per_connection == (name in ("conductance", "decay_time", "u_syn", N_SYN))
        assert found.n_beyond == 0


def test_draws_of_a_shared_property_differ() -> None:
    statistics = made_statistics(2, 2)
    found = compare(statistics, made_model(statistics), "conductance", 200, 0)
    assert found is not None
    assert np.count_nonzero(found.model_counts) > 10


def test_a_seed_gives_the_same_draws_and_leaves_numpys_stream_alone() -> None:
    statistics = made_statistics(2, 2)
    model = made_model(statistics)
    np.random.seed(5)
    expected = np.random.rand(3)
    np.random.seed(5)
    one, again, other = (compare(statistics, model, "u_syn", 200, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(np.random.rand(3), expected)
    assert one is not None
    assert again is not None
    assert other is not None
    np.testing.assert_array_equal(one.model_counts, again.model_counts)
    assert one.model_counts.tolist() != other.model_counts.tolist()


def test_draws_beyond_the_added_bins_count_in_the_outermost() -> None:
    statistics = made_statistics(2, 2)
    model = made_model(statistics, {name: "normal" for name in statistics.quantities})
    for row in model.get_param_dict()["prop_stats"]["u_syn"].values():
        for entry in row.values():
            entry |= {"mean": 0.5, "std": 1000.0}
    found = compare(statistics, made_with(model), "u_syn", 200, 0)
    assert found is not None
    assert found.n_beyond > 100
    assert found.model_counts.sum() == 200


def test_a_draw_equal_to_the_largest_value_falls_into_its_bin() -> None:
    statistics = made_statistics(2, 2)
    u_syn = statistics.quantities["u_syn"]
    assert u_syn.edges is not None
    u_syn.edges[...] = EDGES[0] + np.arange(u_syn.edges.shape[-1])
    largest = float(u_syn.edges[0, 0, -1])
    model = made_model(statistics)
    for row in model.get_param_dict()["prop_stats"]["u_syn"].values():
        for entry in row.values():
            entry.clear()
            p = {"val": [largest, largest + 1.5], "p": [0.5, 0.5]}
            entry |= {"type": "discrete", **p, "shared_within": True}
    found = compare(statistics, made_with(model), "u_syn", 200, 0)
    assert found is not None
    n_bins = found.data_edges.size - 1
    np.testing.assert_array_equal(found.model_edges[: n_bins + 1], found.data_edges)
    assert found.model_counts[n_bins] == 0
    assert 50 < found.model_counts[n_bins - 1] < 150
    assert found.model_counts.sum() == 200


def made_with(model: object) -> object:
    """The model again, from its changed parameters."""
    return type(model)(**model.get_param_dict())  # type: ignore[attr-defined]


def test_no_data_in_the_pathway_is_nothing() -> None:
    statistics = made_statistics(2, 2)
    model = made_model(statistics)
    counts = statistics.quantities["u_syn"].counts
    assert counts is not None
    counts[...] = 0
    assert compare(statistics, model, "u_syn", 10, 0) is None
