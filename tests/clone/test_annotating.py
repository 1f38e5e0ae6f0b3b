"""Annotations of grafts, scaled neurons and clones: numbers by definition, and what stays."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.annotating import (
    CloneAnnotator,
    graft_annotation,
    limits,
    scaled_annotation,
)
from region_grower_hpc.clone.annotation import AXON_LIMIT as AXON
from region_grower_hpc.clone.annotation import DENDRITE_LIMIT as DENDRITE
from region_grower_hpc.clone.annotation import Annotation
from region_grower_hpc.clone.grafting import graft
from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.placement_rules import PlacementRule
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.clone.scaling import scaled_y
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.made_neurons import neuron, neurons, stick, y_of

TYPES = {"axon": (2,), "dendrite": (3, 4)}
RULES = {
    "of axon": PlacementRule("of axon", "region_target", "axon", 1),
    "of dendrite": PlacementRule("of dendrite", "region_target", "dendrite", 2),
    "of nothing": PlacementRule("of nothing", "prefer_unscaled", None, 3),
}
PARENT = neuron(
    stick(2, (0, 0, 0), (0, 10, 0)),
    [(3, -1, [(0, -1, 0), (0, -4, 0), (0, -9, 0)]), (7, 0, [(0, -9, 0), (0, -99, 0)])],
    stick(4, (0, 3, 0), (0, 30, 0)),
)


def moved(parent: MorphologyArrays, y_um: dict[int, float]) -> np.ndarray:
    """The parent's points with some y, by point after the soma, replaced."""
    points = parent.points.copy()
    for number, value in y_um.items():
        points[parent.soma_size + number, 1] = value
    return points


def entry(low_um: float, high_um: float, **others: str) -> dict[str, str]:
    return {"y_min": repr(float(low_um)), "y_max": repr(float(high_um)), **others}


def test_limits_are_of_axon_and_of_basal_and_apical_points() -> None:
    assert list(limits(PARENT).items()) == [(AXON, entry(0, 10)), (DENDRITE, entry(-9, 30))]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (neuron(), {}),
        (neuron(soma=[]), {}),
        (neuron(stick(7, (0, 1, 0), (0, 2, 0))), {}),
        (neuron(stick(2, (0, 1, 0), (0, 1, 0))), {AXON: entry(1, 1)}),
        (neuron(stick(4, (0, 1, 0), (0, 2, 0))), {DENDRITE: entry(1, 2)}),
    ],
)
def test_a_limit_without_points_is_left_out(made: MorphologyArrays, expected: Annotation) -> None:
    assert limits(made) == expected


@given(neurons())
def test_limits_by_definition(made: MorphologyArrays) -> None:
    expected = {
        limit: entry(min(y_of(made, kinds)), max(y_of(made, kinds)))
        for limit, kinds in ((AXON, (2,)), (DENDRITE, (3, 4)))
        if y_of(made, kinds)
    }
    assert limits(made) == expected


def test_limits_give_the_float_back() -> None:
    y_um = np.float32(-287.21045)
    made = neuron(stick(2, (0, y_um, 0), (0, 0.1, 0)))
    texts = limits(made)[AXON]
    assert texts["y_min"] == "-287.21045"
    assert np.float32(texts["y_min"]) == y_um
    assert texts["y_max"] == "0.1"


def test_a_graft_takes_over_dendrite_rules_of_one_and_axon_rules_of_the_other() -> None:
    recipient = {
        "of dendrite": {"y_min": "1.50", "y_max": "2", "y_change": "9"},
        "of axon": entry(3, 4),
        "of nothing": entry(5, 6),
        "of no set": entry(7, 8),
        "ScaleBias": {"percentage": "5"},
    }
    donor = {"of axon": {"y_max": "1"}, "of dendrite": entry(0, 0), AXON: entry(-1, 1)}
    assert list(graft_annotation(PARENT, recipient, donor, RULES).items()) == [
        (AXON, entry(0, 10)),
        (DENDRITE, entry(-9, 30)),
        ("of dendrite", {"y_min": "1.50", "y_max": "2", "y_change": "9"}),
        ("of axon", {"y_max": "1"}),
    ]
    assert graft_annotation(PARENT, recipient, donor, {}) == limits(PARENT)


def test_a_limit_that_is_a_rule_of_the_type_is_taken_over() -> None:
    rules = {DENDRITE: PlacementRule(DENDRITE, "below", "dendrite", 1)}
    made = graft_annotation(PARENT, {DENDRITE: entry(-1, 1)}, {}, rules)
    assert list(made.items()) == [(AXON, entry(0, 10)), (DENDRITE, entry(-1, 1))]


def test_entries_of_the_parents_are_not_shared() -> None:
    parent = {"of dendrite": entry(1, 2)}
    graft_annotation(PARENT, parent, {}, RULES)["of dendrite"]["y_min"] = "changed"
    scaled_annotation(parent, 1.0)["of dendrite"]["y_max"] = "changed"
    annotator = CloneAnnotator(PARENT, {"of no set": entry(1, 2)}, {})
    annotator.of(PARENT.points)["of no set"]["y_min"] = "changed"
    assert annotator.of(PARENT.points)["of no set"] == entry(1, 2)
    assert parent == {"of dendrite": entry(1, 2)}


def test_a_scaled_annotation_is_scaled_about_zero() -> None:
    annotation = {"a": {"y_min": "-10", "x": "7", "y_max": "20.5", "y_change": "3"}, "b": {}}
    assert list(scaled_annotation(annotation, 0.5).items()) == [
        ("a", {"y_min": "-5.0", "x": "7", "y_max": "10.25", "y_change": "3"}),
        ("b", {}),
        ("ScaleBias", {"percentage": "-50.0"}),
    ]
    assert annotation["a"]["y_min"] == "-10"


def test_what_is_no_finite_number_is_not_scaled() -> None:
    annotation = {"a": {"y_min": "low", "y_max": "2"}, "b": {"y_min": "-inf", "y_max": "nan"}}
    scaled = scaled_annotation(annotation, 2.0)
    assert scaled["a"] == {"y_min": "low", "y_max": "4.0"}
    assert scaled["b"] == annotation["b"]


def test_a_scale_bias_of_the_parent_is_replaced_where_it_stands() -> None:
    annotation = {"ScaleBias": {"percentage": "2", "y_min": "1"}, "a": {}}
    scaled = scaled_annotation(annotation, 1.5)
    assert list(scaled.items()) == [("ScaleBias", {"percentage": "50.0"}), ("a", {})]


def test_a_clone_is_measured_on_the_same_points() -> None:
    """Points -1 and -4 of the dendrite are in [-5, -1] in the parent, wherever they go."""
    annotation = {
        "of no set": entry(1, 2, y_change="3"),
        "of dendrite": entry(-5, -1, percentage="7", y_change="99"),
        "ScaleBias": {"percentage": "5"},
        "of nothing": entry(0, 1),
        DENDRITE: entry(0, 80),
    }
    annotator = CloneAnnotator(PARENT, annotation, RULES)
    clone = moved(PARENT, {2: 50, 3: -40, 4: -3, 8: 20, 0: 5})
    assert list(annotator.of(clone).items()) == [
        ("of no set", entry(1, 2, y_change="3")),
        ("of dendrite", entry(-40, 50, percentage="7", y_change="22.5")),
        ("ScaleBias", {"percentage": "5"}),
        ("of nothing", entry(0, 1)),
        (DENDRITE, entry(-40, 50, y_change="1.125")),
        (AXON, entry(5, 10)),
    ]
    assert annotator.warnings == []
    assert annotator.of(PARENT.points)["of dendrite"] == entry(
        -4, -1, percentage="7", y_change="0.75"
    )


def test_axon_rules_see_axon_points_alone() -> None:
    annotator = CloneAnnotator(PARENT, {"of axon": entry(-100, 5)}, RULES)
    made = annotator.of(moved(PARENT, {0: 2, 1: 300, 2: -50}))
    assert made["of axon"] == entry(2, 2, y_change="0.0")
    assert made[AXON] == entry(2, 300)
    assert made[DENDRITE] == entry(-50, 30)


def test_an_empty_mask_leaves_the_entry_and_warns_once() -> None:
    stale = {"y_min": "4.0", "y_max": "5.00", "y_change": "3"}
    annotator = CloneAnnotator(PARENT, {"of dendrite": stale}, RULES)
    assert len(annotator.warnings) == 1
    for part in ("'of dendrite'", "no dendrite point", "4.0", "5.00"):
        assert part in annotator.warnings[0]
    assert annotator.of(moved(PARENT, {2: 4.5}))["of dendrite"] == stale
    assert len(annotator.warnings) == 1


def test_bounds_the_wrong_way_round_hold_no_point() -> None:
    annotator = CloneAnnotator(PARENT, {"of dendrite": entry(5, -5)}, RULES)
    assert len(annotator.warnings) == 1
    assert annotator.of(PARENT.points)["of dendrite"] == entry(5, -5)


def test_an_entry_without_both_bounds_is_inherited() -> None:
    annotation = {"of dendrite": {"y_min": "0", "y_change": "2"}}
    annotator = CloneAnnotator(PARENT, annotation, RULES)
    assert annotator.of(PARENT.points)["of dendrite"] == annotation["of dendrite"]
    assert annotator.warnings == []


def test_an_extent_of_zero_has_no_change_and_keeps_no_old_one() -> None:
    annotation = {
        "of dendrite": entry(-4, -4, y_change="7"),
        DENDRITE: entry(1, 1, y_change="8"),
        AXON: {"y_change": "9"},
    }
    made = CloneAnnotator(PARENT, annotation, RULES).of(moved(PARENT, {3: -5}))
    assert made == {
        "of dendrite": entry(-5, -5),
        DENDRITE: entry(-9, 30),
        AXON: entry(0, 10),
    }


def test_limits_of_neurites_that_are_not_there_stay() -> None:
    bare = neuron(stick(7, (0, 0, 0), (0, 1, 0)))
    annotation = {AXON: entry(1, 2, y_change="3")}
    assert CloneAnnotator(bare, annotation, {}).of(bare.points) == annotation
    assert CloneAnnotator(bare, {}, {}).of(bare.points) == {}


@pytest.mark.parametrize("bounds", [("-inf", "inf"), ("-1e300", "1e300"), ("-1e39", "1e-320")])
def test_no_number_is_ever_infinite(bounds: tuple[str, str]) -> None:
    annotation = {rule: dict(zip(("y_min", "y_max"), bounds, strict=True)) for rule in RULES}
    annotation[AXON] = {"y_min": "0", "y_max": "1e-320"}
    made = CloneAnnotator(PARENT, annotation, RULES).of(PARENT.points)
    for rule in ("of axon", "of dendrite", AXON):
        assert all(math.isfinite(float(text)) for text in made[rule].values())
    assert made["of axon"]["y_min"] == "0.0"
    assert "y_change" not in made[AXON]


@pytest.mark.parametrize("text", ["nan", "high", ""])
def test_bounds_that_are_no_numbers_hold_no_point(text: str) -> None:
    annotation = {"of axon": {"y_min": "0", "y_max": text}}
    annotator = CloneAnnotator(PARENT, annotation, RULES)
    assert len(annotator.warnings) == 1
    assert annotator.of(PARENT.points)["of axon"] == annotation["of axon"]


def test_bounds_in_the_digits_of_a_float32_hold_the_point_they_were_measured_on() -> None:
    """0.1 is below the float32 next to it, 0.3 above: the peer writes such texts."""
    parent = neuron(stick(2, (0, 0.1, 0), (0, 0.7, 0)))
    made = CloneAnnotator(parent, {"of axon": {"y_min": "0.1", "y_max": "0.7"}}, RULES)
    assert made.of(moved(parent, {0: 1, 1: 4}))["of axon"]["y_max"] == "4.0"
    assert made.of(moved(parent, {0: 1, 1: 4}))["of axon"]["y_min"] == "1.0"


def test_another_number_of_points_is_refused() -> None:
    with pytest.raises(ValueError, match="parent"):
        CloneAnnotator(PARENT, {}, {}).of(PARENT.points[:-1])


BOUND = st.integers(-45, 45).map(lambda value: value / 2)


@given(
    neurons(),
    st.lists(st.tuples(st.sampled_from(["axon", "dendrite"]), BOUND, BOUND), max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_clones_by_definition(
    parent: MorphologyArrays, intervals: list[tuple[str, float, float]], seed: int
) -> None:
    rules = {
        str(number): PlacementRule(str(number), "region_target", kind, 1)
        for number, (kind, _, _) in enumerate(intervals)
    }
    annotation = {
        str(number): entry(low, high, y_change="5")
        for number, (_, low, high) in enumerate(intervals)
    }
    clone = parent.points.copy()
    clone[:, 1] = np.random.default_rng(seed).integers(-99, 99, len(clone))
    clones = MorphologyArrays(clone, parent.structure)
    annotator = CloneAnnotator(parent, annotation, rules)
    expected = {}
    for rule, (kind, low, high) in zip(annotation, intervals, strict=True):
        inside = [
            now
            for then, now in zip(y_of(parent, TYPES[kind]), y_of(clones, TYPES[kind]), strict=True)
            if low <= then <= high
        ]
        if not inside:
            expected[rule] = annotation[rule]
            continue
        expected[rule] = entry(min(inside), max(inside))
        if high > low:
            change = (max(inside) - min(inside)) / (high - low)
            expected[rule]["y_change"] = repr(change)
    assert len(annotator.warnings) == sum(each.get("y_change") == "5" for each in expected.values())
    expected |= limits(clones)
    assert annotator.of(clone) == expected


def parents_of(shared_data: Path) -> dict[str, MorphologyArrays]:
    folder = shared_data / "clone" / "example" / "repair_release"
    files = [path for path in folder.iterdir() if path.suffix != ".xml"]
    return {path.stem: read_repaired(path).arrays for path in files}


def as_numbers(annotation: Annotation) -> dict[str, dict[str, float]]:
    return {
        rule: {key: float(text) for key, text in values.items()}
        for rule, values in annotation.items()
    }


def assert_close(made: Annotation, expected: dict[str, dict[str, float]], name: str) -> None:
    numbers = as_numbers(made)
    assert numbers.keys() == expected.keys(), name
    for rule, values in expected.items():
        assert numbers[rule].keys() == values.keys(), (name, rule)
        for key, value in values.items():
            tolerance = {"rel": 2e-4} if key == "y_change" else {"abs": 2e-3}
            assert numbers[rule][key] == pytest.approx(value, **tolerance), (name, rule, key)


@pytest.mark.shared
@pytest.mark.parametrize("case", ["example", "crossed"])
def test_annotations_of_the_peer(shared_data: Path, case: str) -> None:
    """Its rules have no entry in these annotations: there are limits and scales alone."""
    path = shared_data / "clone" / "expected" / f"{case}_annotations.json"
    expected = json.loads(path.read_text(encoding="utf-8"))
    clones = np.load(path.with_name(f"{case}_clones_sequential.npz"))
    repaired = parents_of(shared_data)

    bases = {}
    for name, values in expected["grafting"].items():
        if name in repaired:
            base = neuron_ordered(repaired[name])
            annotation = limits(repaired[name])
        else:
            recipient, donor = name.removeprefix("dend-").split("_axon-")
            base = graft(repaired[recipient], repaired[donor], recipient, donor)
            parents = limits(repaired[recipient]), limits(repaired[donor])
            annotation = graft_annotation(base, *parents, {})
        assert_close(annotation, values, name)
        bases[name] = base, annotation

    for name, values in expected["scaling"].items():
        base_name, _, scale = name.partition("_-_Scale_x1.000_y")
        base, annotation = bases[base_name]
        if scale:
            annotation = scaled_annotation(annotation, float(scale.removesuffix("_z1.000")))
        assert_close(annotation, values, name)

    assert len(expected["clone"]) == len(clones.files)
    for key in clones.files:
        name, _, index = key.partition("|")
        parent, annotation = bases[name]
        soma = parent.points[: parent.soma_size]
        points = parent.points.copy()
        points[len(soma) :, :3] = clones[key]
        made = CloneAnnotator(parent, annotation, {}).of(points)
        clone_name = f"{name}_-_Clone_{index}"
        assert_close(made, expected["clone"][clone_name], clone_name)


@pytest.mark.shared
def test_a_scaled_parent_keeps_its_limits_in_proportion(shared_data: Path) -> None:
    """A tree scaled about its root: extents of one tree scale as the annotation does."""
    path = shared_data / "clone" / "example" / "repair_release" / "rp100427-123_idC.asc"
    parent = read_repaired(path).arrays
    before, after = (as_numbers(limits(each))[AXON] for each in (parent, scaled_y(parent, 0.95)))
    extent = after["y_max"] - after["y_min"]
    assert extent == pytest.approx(0.95 * (before["y_max"] - before["y_min"]), rel=1e-6)
