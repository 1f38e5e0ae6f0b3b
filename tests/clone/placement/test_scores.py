"""Scores of arrays against the definitions, one cell and candidate after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from region_grower_hpc.clone.placement import scores
from region_grower_hpc.clone.placement.scores import Scorer
from region_grower_hpc.clone.placement_rules import PlacementRule

LAYERS = ("1", "2")
#: Of a candidate and a rule; None without the rule.
Limits = tuple[float, ...] | None
#: Rules, limits of each candidate, height of each cell and the bounds of its layers.
Case = tuple[list[PlacementRule], list[list[Limits]], list[tuple[Any, ...]]]
#: Whole numbers meet in ends of regions and limits.
HEIGHTS = st.one_of(st.integers(-20, 20).map(float), st.floats(-1e3, 1e3))
FRACTIONS = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.5])


def below(
    id_: str, tolerance: float = 30.0, layer: str = "1", fraction: float = 1.0
) -> PlacementRule:
    return PlacementRule(
        id_, "below", "axon", 1, y_layer=layer, y_fraction=fraction, tolerance=tolerance
    )


def region(
    id_: str, type_: str, lower: tuple[str, float], upper: tuple[str, float]
) -> PlacementRule:
    return PlacementRule(
        *(id_, type_, "axon", 1),
        y_min_layer=lower[0],
        y_min_fraction=lower[1],
        y_max_layer=upper[0],
        y_max_fraction=upper[1],
    )


def defined_score(
    rules: Sequence[PlacementRule],
    y: float,
    bounds: Mapping[str, tuple[float, float]],
    annotation: Mapping[str, tuple[float, ...]],
) -> float:
    """Section 5 of the specification, word for word."""

    def height(layer: str, fraction: float) -> float:
        lower, upper = bounds[layer]
        return (1 - fraction) * lower + fraction * upper

    strict, optional = [], []
    for rule in rules:
        if rule.id not in annotation:
            continue
        y_min, y_max = annotation[rule.id]
        if rule.type == "below":
            limit = height(rule.y_layer, rule.y_fraction)
            strict.append(min(max(1 - (y + y_max - limit) / rule.tolerance, 0), 1))
            continue
        lower = height(rule.y_min_layer, rule.y_min_fraction)
        upper = height(rule.y_max_layer, rule.y_max_fraction)
        overlap = min(y + y_max, upper) - max(y + y_min, lower)
        if overlap <= 0 or upper <= lower:
            optional.append(0.0)
            continue
        lengths = (y + y_max) - (y + y_min), upper - lower
        of_both = min if rule.type == "region_target" else max
        optional.append(overlap / of_both(lengths))
    mean = 1.0
    if optional:
        too_low = any(score < 1e-5 for score in optional)
        mean = 0.0 if too_low else len(optional) / sum(1 / score for score in optional)
    return min(strict, default=1.0) * mean


@st.composite
def cases(draw: st.DrawFn) -> Case:
    heights = st.tuples(st.sampled_from(LAYERS), FRACTIONS)
    makers = [
        lambda id_: below(id_, draw(st.sampled_from([30.0, 7.5])), *draw(heights)),
        lambda id_: region(id_, "region_target", draw(heights), draw(heights)),
        lambda id_: region(id_, "region_occupy", draw(heights), draw(heights)),
    ]
    count = draw(st.integers(0, 4))
    rules = [draw(st.sampled_from(makers))(f"rule {number}") for number in range(count)]
    limits = st.one_of(st.none(), st.tuples(HEIGHTS, HEIGHTS).map(sorted).map(tuple))
    candidates = draw(st.lists(st.lists(limits, min_size=count, max_size=count), max_size=5))
    cells = draw(
        st.lists(st.tuples(HEIGHTS, *(st.tuples(HEIGHTS, HEIGHTS) for _ in LAYERS)), max_size=5)
    )
    return rules, candidates, cells


def arrays(
    rules: Sequence[PlacementRule], candidates: Sequence[Sequence[Limits]]
) -> NDArray[np.float64]:
    packed = np.full((2, len(rules), len(candidates)), np.nan)
    for column, limits in enumerate(candidates):
        for row, pair in enumerate(limits):
            if pair is not None:
                packed[:, row, column] = pair
    return packed


@given(case=cases(), at_once=st.sampled_from([1, 7, 1 << 16]))
def test_scores_are_those_of_the_definition(case: Case, at_once: int) -> None:
    rules, candidates, cells = case
    y_min, y_max = arrays(rules, candidates)
    scorer = Scorer(rules, {"1": 0, "2": 1}, y_min, y_max)
    y = np.array([cell[0] for cell in cells])
    bounds = np.array([cell[1:] for cell in cells]).reshape(-1, 2, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "AT_ONCE", at_once)
        found = [row.copy() for block in scorer.of(y, bounds) for row in block]
    assert len(found) == len(cells)
    for row, (height, *layers) in zip(found, cells, strict=True):
        expected = [
            defined_score(
                rules,
                height,
                dict(zip(LAYERS, layers, strict=True)),
                {
                    rule.id: pair
                    for rule, pair in zip(rules, limits, strict=True)
                    if pair is not None
                },
            )
            for limits in candidates
        ]
        np.testing.assert_allclose(row, expected, rtol=1e-12, atol=1e-300)
        assert [score > 0 for score in row] == [score > 0 for score in expected]


def score_of(rule: PlacementRule, y_min: float, y_max: float, y: float = 0.0) -> float:
    """Of one candidate in layer 1 from 0 to 100."""
    scorer = Scorer([rule], {"1": 0}, np.array([[y_min]]), np.array([[y_max]]))
    return float(next(scorer.of(np.array([y]), np.array([[[0.0, 100.0]]])))[0, 0])


@pytest.mark.parametrize(
    ("y_max", "expected"), [(90.0, 1.0), (100.0, 1.0), (115.0, 0.5), (130.0, 0.0), (200.0, 0.0)]
)
def test_below_falls_over_the_tolerance(y_max: float, expected: float) -> None:
    assert score_of(below("top"), -1.0, y_max) == expected


@pytest.mark.parametrize(
    ("type_", "extent", "expected"),
    [
        ("region_target", (25.0, 75.0), 1.0),
        ("region_occupy", (25.0, 75.0), 0.5),
        ("region_target", (50.0, 150.0), 0.5),
        ("region_target", (-100.0, 300.0), 1.0),
        ("region_occupy", (-100.0, 300.0), 0.25),
        ("region_target", (100.0, 200.0), 0.0),
        ("region_target", (50.0, 50.0), 0.0),
        ("region_occupy", (0.0, 1e-4), 0.0),
    ],
)
def test_regions(type_: str, extent: tuple[float, float], expected: float) -> None:
    assert score_of(region("r", type_, ("1", 0.0), ("1", 1.0)), *extent) == expected


@pytest.mark.parametrize("type_", ["region_target", "region_occupy"])
@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.9, 0.1)])
def test_region_of_no_height_is_0(type_: str, fractions: tuple[float, float]) -> None:
    rule = region("r", type_, ("1", fractions[0]), ("1", fractions[1]))
    assert score_of(rule, 0.0, 100.0) == 0.0


def test_no_rule_gives_1() -> None:
    scorer = Scorer([], {}, np.empty((0, 3)), np.empty((0, 3)))
    found = next(scorer.of(np.zeros(2), np.empty((2, 0, 2))))
    np.testing.assert_array_equal(found, np.ones((2, 3)))
