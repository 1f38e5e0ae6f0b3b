"""Models against those of the pinned peer, and what users are told."""

from __future__ import annotations

import copy
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.conn_props.building import build_model
from region_grower_hpc.conn_props.statistics import N_SYN, Correlations, Lists
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.expected_data import (
    expected_build_arguments,
    expected_model,
    expected_statistics,
)
from tests.conn_props.made_statistics import made_statistics

CASES = [("unit_all", "mix"), ("small_full", "mix"), ("small_full", "disc")]
TO_ROUNDING = 1e-12


def differences(ours: dict[str, Any], peers: dict[str, Any]) -> list[tuple[str, ...]]:
    """Where entries differ: property, source, target, key."""
    found = []
    for name, of_source in peers["prop_stats"].items():
        for source, of_target in of_source.items():
            for target, theirs in of_target.items():
                entry = ours["prop_stats"][name][source][target]
                if list(entry) != list(theirs):
                    found.append((name, source, target, "keys"))
                for key in theirs:
                    if not _is_equal(entry.get(key), theirs[key]):
                        found.append((name, source, target, key))
    return found


def _is_equal(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, str):
        return ours == theirs
    if np.shape(ours) != np.shape(theirs):
        return False
    if isinstance(theirs, list) and [type(x) for x in ours] != [type(x) for x in theirs]:
        return False
    return bool(np.allclose(ours, theirs, rtol=TO_ROUNDING, atol=0.0))


@pytest.mark.shared
@pytest.mark.parametrize(("case", "build"), CASES)
def test_the_peers_numbers_with_compat(shared_data: Path, case: str, build: str) -> None:
    statistics = expected_statistics(shared_data, case)
    arguments = expected_build_arguments(shared_data, case, build)
    peers = expected_model(shared_data, case, build)
    built = build_model(statistics, **arguments, compat="peer")
    assert differences(built.model, peers) == []
    assert list(built.model["prop_stats"]) == list(peers["prop_stats"])
    for key in ("src_types", "tgt_types", "prop_cov"):
        assert built.model[key] == peers[key]
    assert built.rows == []


@pytest.mark.shared
@pytest.mark.parametrize(("case", "build"), CASES)
def test_only_lists_of_filled_pathways_differ_without_compat(
    shared_data: Path, case: str, build: str
) -> None:
    statistics = expected_statistics(shared_data, case)
    arguments = expected_build_arguments(shared_data, case, build)
    peers = expected_model(shared_data, case, build)
    model = build_model(statistics, **arguments).model
    filled = {(source, target) for source, target, _ in model["__interpolation__"]["pathways"]}
    found = differences(model, peers)
    assert {(source, target) for _, source, target, _ in found} <= filled
    assert {key for *_, key in found} <= {"val", "p"}
    assert N_SYN not in {name for name, *_ in found}
    assert {name for name, *_ in found} <= {"g_step", "n_rrp_vesicles", "syn_type_id"}
    if build == "disc":
        assert found


@pytest.mark.shared
def test_pools_of_lists_count_the_data_once(shared_data: Path) -> None:
    statistics = expected_statistics(shared_data, "small_full")
    model = build_model(
        statistics, **expected_build_arguments(shared_data, "small_full", "disc")
    ).model
    levels = {(s, t): level for s, t, level in model["__interpolation__"]["pathways"]}
    assert {0, 4} <= set(levels.values())
    source, target = next(pathway for pathway, level in levels.items() if level == 4)
    quantity = statistics.quantities["n_rrp_vesicles"]
    values, places = np.unique(quantity.val.values, return_inverse=True)
    counts = np.bincount(places, quantity.cnt.values)
    entry = model["prop_stats"]["n_rrp_vesicles"][source][target]
    assert entry["val"] == values.tolist()
    np.testing.assert_allclose(entry["p"], counts / counts.sum(), rtol=1e-14)


@pytest.mark.shared
def test_the_peers_dictionary_gives_the_same_model(shared_data: Path) -> None:
    statistics = expected_statistics(shared_data, "small_full")
    arguments = expected_build_arguments(shared_data, "small_full", "disc")
    again = type(statistics).from_dict(**statistics.to_dict())
    assert build_model(again, **arguments).model == build_model(statistics, **arguments).model


def test_models_are_plain_json_and_inputs_are_left_alone() -> None:
    statistics = made_statistics()
    before = copy.deepcopy(statistics)
    built = build_model(statistics, {"number": "discrete", N_SYN: "discrete"})
    text = json.dumps(built.model, allow_nan=False)
    assert json.loads(text) == built.model
    assert build_model(before, {"number": "discrete", N_SYN: "discrete"}).model == built.model
    for name, quantity in before.quantities.items():
        np.testing.assert_array_equal(quantity.mean, statistics.quantities[name].mean)
        np.testing.assert_array_equal(quantity.val.values, statistics.quantities[name].val.values)


def test_levels_are_told_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        model = build_model(made_statistics()).model
    assert model["__interpolation__"] == {"levels": {"0": 1}, "pathways": [["B", "b", 0]]}
    assert "filled 1 of 6 pathways; of each level: 0: 1" in caplog.text
    assert "no type of distribution is given for 'number': normal" in caplog.text


def test_no_connection_is_refused() -> None:
    statistics = made_statistics()
    statistics.n_syn.mean[:] = np.nan
    with pytest.raises(InvalidInputError, match=r"no connection in data\.h5"):
        build_model(statistics, where="data.h5")


def test_unknown_names_are_listed_with_the_nearest() -> None:
    built = build_model(made_statistics(), {"nubmer": "gamma"}, {"else": "int"})
    assert [(row.property, row.kind) for row in built.rows] == [
        ("nubmer", "unknown_key"),
        ("else", "unknown_key"),
    ]
    assert "do you mean 'number'?" in built.rows[0].message


def test_a_property_without_finite_values_in_a_pathway_is_filled_alone() -> None:
    statistics = made_statistics()
    quantity = statistics.quantities["real"]
    for key in ("mean", "std", "min", "max", "norm_loc", "norm_scale", "shared_within"):
        getattr(quantity, key)[0, 0] = np.nan
    built = build_model(statistics)
    entry = built.model["prop_stats"]["real"]["A"]["a"]
    # of the same layer and class: b
    assert entry["mean"] == quantity.mean[0, 1]
    assert built.model["prop_stats"]["number"]["A"]["a"]["mean"] == 4.0
    assert [(r.kind, r.src_type, r.tgt_type, r.property) for r in built.rows] == [
        ("non_finite", "A", "a", "real")
    ]


def test_a_property_without_any_finite_value_is_refused_unless_zero() -> None:
    statistics = made_statistics()
    statistics.quantities["real"].mean[:] = np.nan
    with pytest.raises(InvalidInputError, match="real: mean is not finite for A -> a"):
        build_model(statistics)
    assert build_model(statistics, {"real": "zero"}).model["prop_stats"]["real"]


def test_statistics_that_are_not_needed_may_be_absent() -> None:
    statistics = made_statistics()
    statistics.n_syn.mean[1, 1] = 2.0
    for name, kept in (("real", {"mean"}), ("number", {"val", "p"}), (N_SYN, {"mean"})):
        quantity = statistics.quantities[name]
        for key in vars(quantity):
            if key not in {"name", "dtype", "shared_within", *kept}:
                setattr(quantity, key, None)
    statistics.quantities["number"].val = Lists.of([[1.0, 2.0]] * 6)
    statistics.quantities["number"].p = Lists.of([[0.5, 0.5]] * 6)
    statistics.quantities["real"].mean[1, 1] = 3.0
    statistics.quantities["real"].shared_within[1, 1] = 1.0
    statistics.quantities["number"].shared_within = None
    kinds = {"real": "constant", "number": "discrete", N_SYN: "ztpoisson"}
    built = build_model(statistics, kinds, shared_within={"number": True})
    assert built.model["prop_stats"]["number"]["A"]["a"] == {
        "type": "discrete",
        "val": [1, 2],
        "p": [0.5, 0.5],
        "shared_within": True,
    }
    with pytest.raises(InvalidInputError, match="real: std is missing in the data, and normal"):
        build_model(statistics, {**kinds, "real": "normal"}, shared_within={"number": True})


def test_compat_is_checked() -> None:
    with pytest.raises(InvalidInputError, match="compat is 'other'"):
        build_model(made_statistics(), compat="other")


def test_automatic_types_are_those_of_the_model() -> None:
    built = build_model(made_statistics(), {"number": "auto"})
    chosen = [one for one in built.choices if one.chosen]
    assert [one.property for one in chosen] == ["number"]
    assert built.model["prop_stats"]["number"]["A"]["a"]["type"] == chosen[0].type
    assert built.model["prop_stats"]["real"]["A"]["a"]["type"] == "normal"


def test_automatic_real_types_of_integers_are_rounded(caplog: pytest.LogCaptureFixture) -> None:
    stream = np.random.RandomState(4)
    number = [np.round(stream.normal(3000.0 + k, 200.0, 1500)).astype(int) for k in range(6)]
    with caplog.at_level(logging.INFO):
        built = build_model(made_statistics(number=number), "auto")
    of = {name: entries["A"]["a"] for name, entries in built.model["prop_stats"].items()}
    assert (of["number"]["type"], of["number"]["dtype"]) == ("normal", "int")
    assert "dtype" not in of["real"]
    assert "dtype" not in of[N_SYN]
    assert "number: drawn values are rounded (dtype int)" in caplog.text
    given = build_model(made_statistics(number=number), "auto", {"number": "float32"}).model
    assert given["prop_stats"]["number"]["A"]["a"]["dtype"] == "float32"
    asked = build_model(made_statistics(number=number), {"number": "normal"}).model
    assert "dtype" not in asked["prop_stats"]["number"]["A"]["a"]


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [([1, 2, 30], "discrete"), ([4], "constant"), ([0], "zero"), (None, "poisson")],
)
def test_other_automatic_types_give_whole_numbers_anyway(
    numbers: list[int] | None, kind: str
) -> None:
    stream = np.random.RandomState(4)
    values = [
        stream.poisson(3.0, 900) if numbers is None else stream.choice(numbers, 900)
        for _ in range(6)
    ]
    model = build_model(made_statistics(number=values), {"number": "auto"}).model
    entry = model["prop_stats"]["number"]["A"]["a"]
    assert entry["type"] == kind
    assert "dtype" not in entry


def test_covariance_is_estimated_on_demand() -> None:
    statistics = made_statistics()
    goal = np.full((2, 3, 2, 2), np.nan)
    goal[:] = [[1.0, 0.4], [0.4, 1.0]]
    statistics.correlations = Correlations(goal, np.zeros_like(goal))
    assert build_model(statistics).model["prop_cov"] == {}
    covariance = build_model(statistics, estimate_cov=True).model["prop_cov"]
    assert covariance["props"] == ["real", "number"]
    assert covariance["cov"]["A"]["a"][0][1] == pytest.approx(0.4, abs=1e-6)
    json.dumps(covariance)
