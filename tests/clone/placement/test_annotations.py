"""Limits of candidates from their annotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from region_grower_hpc.clone.placement.annotations import Annotations
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
