from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from region_grower_hpc.conn_props.building import build_model
from region_grower_hpc.conn_props.csv_table import csv_text
from region_grower_hpc.conn_props.cumulative import ks_model
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.fit_quality import FitQuality
from region_grower_hpc.conn_props.statistics import N_SYN
from tests.conn_props.made_statistics import made_statistics


@pytest.mark.parametrize("name", ["number", "real", N_SYN])
@pytest.mark.parametrize("kind", list(DISTRIBUTIONS))
@pytest.mark.parametrize("is_limited", [False, True])
def test_distances_are_those_of_single_entries(name: str, kind: str, is_limited: bool) -> None:
    statistics = made_statistics()
    # one pathway falls back
    statistics.quantities[name].mean[0, 2] *= -1
    limits = {"data_types": {name: "int"}, "data_bounds": {name: [2, 12.0]}} if is_limited else {}
    built = build_model(statistics, {name: kind}, **limits)
    quantity = statistics.quantities[name]
    rows = {(row.src_type, row.tgt_type): row for row in built.quality if row.property == name}
    assert len(rows) == 6
    for s, source in enumerate("AB"):
        for t, target in enumerate("abc"):
            row, entry = rows[source, target], built.model["prop_stats"][name][source][target]
            assert row.type == entry["type"]
            assert row.fallback_from == entry.get("fallback_from", "")
            if (source, target) == ("B", "b"):
                assert (row.n, row.ks, row.level, row.norm_fit) == (0, None, 0, 0)
                continue
            expected = ks_model(
                quantity.counts[s, t],
                quantity.edges[s, t],
                entry,
                is_synapse_count=name == N_SYN,
            )
            assert row.ks == pytest.approx(expected, abs=1e-14)
            assert (row.n, row.level, row.norm_fit) == (quantity.counts[s, t].sum(), None, 2)


def test_a_good_distribution_is_nearer_than_a_bad_one() -> None:
    rows = build_model(made_statistics(), {"real": "normal"}).quality
    good = max(row.ks for row in rows if row.property == "real" and row.ks is not None)
    rows = build_model(made_statistics(), {"real": "constant"}).quality
    bad = min(row.ks for row in rows if row.property == "real" and row.ks is not None)
    assert good < 0.1
    assert bad > 0.4


def test_without_histograms_distances_are_not_known() -> None:
    statistics = made_statistics()
    for quantity in statistics.quantities.values():
        quantity.counts = quantity.edges = quantity.norm_fit = None
    rows = build_model(statistics).quality
    assert {(row.n, row.ks, row.norm_fit) for row in rows} == {(0, None, None)}


def test_text_has_full_precision_and_empty_cells() -> None:
    rows = [
        FitQuality("p", "A", "b,c", "gamma", None, 5, 1 / 3, 1, ""),
        FitQuality("p", "A", "d", "truncnorm", 2, 0, None, None, "gamma"),
    ]
    header, first, second = csv.reader(io.StringIO(csv_text(FitQuality, rows)))
    assert ",".join(header) == "property,src_type,tgt_type,type,level,n,ks,norm_fit,fallback_from"
    assert first == ["p", "A", "b,c", "gamma", "", "5", repr(1 / 3), "1", ""]
    assert second == ["p", "A", "d", "truncnorm", "2", "0", "", "", "gamma"]
    assert np.float64(first[6]) == 1 / 3
