"""Limits of candidates from their annotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.clone.placement.annotations import Annotations, annotation_problem
from region_grower_hpc.clone.placement_rules import PlacementRule
from tests.clone.placement.test_scores import below, region, score_of

IN_LAYER = region("in", "region_target", ("1", 0.0), ("1", 1.0))


def test_limits() -> None:
    """NaN without the rule; of a rule of type `below` the upper one alone counts."""
    both = {"y_min": "-1.5", "y_max": 2}
    annotations = Annotations(
        Path("a.json"), {"a": {"in": both, "top": both}, "b": {"other": {}}, "c": {"top": both}}
    )
    y_min, y_max = annotations.limits(["c", "a", "b"], [below("top"), IN_LAYER])
    nan = np.nan
    np.testing.assert_array_equal(y_min, [[nan, nan, nan], [nan, -1.5, nan]])
    np.testing.assert_array_equal(y_max, [[2.0, 2.0, nan], [nan, 2.0, nan]])


def test_a_lower_limit_above_the_upper_one_overlaps_nothing() -> None:
    annotations = Annotations(Path("a.json"), {"a": {"in": {"y_min": "60", "y_max": "40"}}})
    (y_min,), (y_max,) = annotations.limits(["a"], [IN_LAYER])
    assert score_of(IN_LAYER, float(y_min[0]), float(y_max[0])) == 0.0


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ({"in": {"y_max": "3"}}, "'y_min' of rule 'in' is missing"),
        ({"in": {"y_min": "3"}, "top": {"y_max": "3"}}, "'y_max' of rule 'in' is missing"),
        ({"top": {"y_min": "3"}}, "'y_max' of rule 'top' is missing"),
        ({"top": {"y_max": "high"}}, "'high'"),
        ({"top": {"y_max": "nan"}}, "'nan'"),
    ],
)
def test_what_rules_could_not_score(annotation: dict[str, dict[str, str]], told: str) -> None:
    problem = annotation_problem(annotation, {"top": below("top"), "in": IN_LAYER})
    assert problem is not None
    assert told in problem


def test_what_rules_can_score() -> None:
    """Entries without a rule, and rules without a score or an entry, do not count."""
    unscored = PlacementRule("bias", "prefer_unscaled", None, 1)
    annotation = {"top": {"y_max": "3"}, "bias": {}, "other": {"y_min": "far"}}
    rules = {"top": below("top"), "in": IN_LAYER, "bias": unscored}
    assert annotation_problem(annotation, rules) is None
