from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.distribution_settings import checked_settings
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entries import PropertyEntries, entries_of
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.filling import fill
from region_grower_hpc.conn_props.statistics import N_SYN, Lists, Statistics
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.made_statistics import made_statistics


def made(
    name: str, kind: str, statistics: Statistics | None = None, **settings: Any
) -> tuple[PropertyEntries, list[FailureRow]]:
    statistics = made_statistics() if statistics is None else statistics
    given = {"data_types": {}, "data_bounds": {}, "shared_within": {}} | {
        key: {name: value} for key, value in settings.items()
    }
    checked, _ = checked_settings(list(statistics.quantities), {name: kind}, **given)
    filled = fill(statistics, [name] if kind == "discrete" else []).statistics
    return entries_of(filled.quantities[name], checked, filled.m_types)


@pytest.mark.parametrize("kind", list(DISTRIBUTIONS))
def test_keys_and_order_of_an_entry(kind: str) -> None:
    entries, rows = made("number", kind, data_types="int", data_bounds=[0, 9.5])
    assert not rows
    for entry in entries.flat:
        assert list(entry) == [
            "type",
            *DISTRIBUTIONS[kind].attributes,
            "shared_within",
            "dtype",
            "lower_bound",
            "upper_bound",
        ]
        assert DISTRIBUTIONS[kind].problem(entry) is None
        assert entry["shared_within"] is (kind != "zero")
        assert (entry["dtype"], entry["lower_bound"], entry["upper_bound"]) == ("int", 0, 9.5)


def test_n_syn_is_shared_only_where_it_is_told() -> None:
    assert "shared_within" not in made(N_SYN, "poisson")[0].flat[0]
    assert made(N_SYN, "zero")[0].flat[0]["shared_within"] is False
    assert made(N_SYN, "poisson", shared_within=True)[0].flat[0]["shared_within"] is True


def test_open_bounds_are_left_out() -> None:
    entry = made("real", "normal", data_bounds=[None, 3.0])[0].flat[0]
    assert "lower_bound" not in entry
    assert entry["upper_bound"] == 3.0


def test_whole_numbers_stay_whole_in_lists() -> None:
    entry = made("number", "discrete")[0].flat[0]
    assert entry["val"] == [3, 4, 5]
    assert all(type(one) is int for one in entry["val"])
    assert entry["p"] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("kind", "mean", "falls"),
    [
        ("gamma", 0.0, True),
        ("gamma", -1.0, True),
        ("gamma", 1e-300, False),
        ("poisson", 0.0, False),
        ("poisson", -1e-9, True),
        ("ztpoisson", 1.0, False),
        ("ztpoisson", 0.999, True),
        ("normal", -1.0, False),
        ("constant", -1.0, False),
    ],
)
def test_one_pathway_falls_back_alone(kind: str, mean: float, falls: bool) -> None:
    statistics = made_statistics()
    quantity = statistics.quantities["real"]
    quantity.mean[0, 2] = mean
    entries, rows = made("real", kind, statistics, data_bounds=[-5, None])
    others = [one for k, one in enumerate(entries.flat) if k != 2]
    assert all(one["type"] == kind and "fallback_from" not in one for one in others)
    entry = entries.flat[2]
    if not falls:
        assert entry["type"] == kind
        assert not rows
        return
    assert entry == {
        "type": "truncnorm",
        "norm_loc": quantity.norm_loc[0, 2],
        "norm_scale": quantity.norm_scale[0, 2],
        "min": quantity.min[0, 2],
        "max": quantity.max[0, 2],
        "shared_within": True,
        "lower_bound": -5,
        "fallback_from": kind,
    }
    (row,) = rows
    assert (row.stage, row.src_type, row.tgt_type, row.property, row.kind) == (
        "build",
        "A",
        "c",
        "real",
        "distribution_fallback",
    )
    assert repr(mean) in row.message


def test_discrete_without_a_list_falls_back() -> None:
    statistics = made_statistics()
    number = statistics.quantities["number"]
    lists = [[] if k == 0 else one for k, one in enumerate(number.val)]
    number.val = Lists.of(lists)
    number.cnt = Lists.of([] if k == 0 else one for k, one in enumerate(number.cnt))
    number.p = Lists.of([] if k == 0 else one for k, one in enumerate(number.p))
    entries, rows = made("number", "discrete", statistics)
    assert [entry["type"] for entry in entries.flat] == ["truncnorm", *["discrete"] * 5]
    assert [(row.src_type, row.tgt_type) for row in rows] == [("A", "a")]
    assert "more than 100 different ones, or none that occurs twice" in rows[0].message
    assert entries.rows() == [entries.flat[:3], entries.flat[3:]]
    assert [kind for kind, _ in entries.kinds()] == ["discrete", "truncnorm"]


def test_a_fallback_needs_its_statistics() -> None:
    statistics = made_statistics()
    statistics.quantities["real"].mean[0, 2] = -1.0
    statistics.quantities["real"].norm_loc = None
    with pytest.raises(InvalidInputError, match="real: norm_loc is missing in the data"):
        made("real", "gamma", statistics)


def test_what_is_not_finite_is_refused_with_the_pathway() -> None:
    statistics = made_statistics()
    statistics.quantities["real"].std[0, 1] = np.inf
    with pytest.raises(InvalidInputError, match="real: std is not finite for A -> b"):
        made("real", "normal", statistics)
    assert not made("real", "constant", statistics)[1]
