"""Clones of each row."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.counts import MOST_CLONES, CategoryCount, candidates_of, clone_counts
from region_grower_hpc.clone.recipe import Category, read_recipe
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow

CATEGORIES = [Category(mtype, layer) for mtype in ("A", "A:B", "C") for layer in "12"]
CELLS = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 500))
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(CATEGORIES)), max_size=12)
MULTIPLIER = st.floats(0.001, 50)


def rows_of(pairs: list[tuple[str, Category]]) -> list[NeuronDbRow]:
    return [NeuronDbRow(name, category.mtype, category.layer) for name, category in pairs]


@given(ROWS, CELLS, MULTIPLIER)
def test_counts_by_the_letter(
    pairs: list[tuple[str, Category]], cells: dict[Category, int], multiplier: float
) -> None:
    pairs = list(dict.fromkeys(pairs))
    candidates = Counter(category for _, category in pairs)
    expected = [
        math.ceil(multiplier * cells[category] / candidates[category]) if category in cells else 0
        for _, category in pairs
    ]
    counts = clone_counts(rows_of(pairs), cells, multiplier, exact=False)
    assert counts.of_rows.tolist() == expected
    assert counts.of_rows.dtype == np.int64
    assert counts.total == sum(expected)
    for count in counts.categories:
        assert count.made >= multiplier * cells[count.category]
    assert {*counts.only_in_recipe} == {*cells} - {*candidates}
    assert {*counts.only_in_database} == {*candidates} - {*cells}


@given(ROWS, CELLS, MULTIPLIER)
def test_exact_counts(
    pairs: list[tuple[str, Category]], cells: dict[Category, int], multiplier: float
) -> None:
    pairs = list(dict.fromkeys(pairs))
    counts = clone_counts(rows_of(pairs), cells, multiplier, exact=True)
    for category in {category for _, category in pairs} & {*cells}:
        own = [n for (_, its), n in zip(pairs, counts.of_rows, strict=True) if its == category]
        assert sum(own) == math.ceil(multiplier * cells[category])
        assert own == sorted(own, reverse=True)
        assert own[0] - own[-1] <= 1
    assert counts.overshoot == 0
    assert not any("more than the recipe asks" in note for note in counts.notes)


def test_overshoot_is_told() -> None:
    one, two, three, four = (Category(mtype, "1") for mtype in ("A", "B", "C", "D"))
    rows = rows_of([*((name, one) for name in "abc"), ("a", two), ("b", three)])
    counts = clone_counts(rows, {one: 7, two: 5, four: 1}, 1.0, exact=False)
    assert counts.categories == (CategoryCount(one, 7, 7, 9, 3), CategoryCount(two, 5, 5, 5, 1))
    assert counts.overshoot == 2
    told, only_in_database = counts.notes
    assert "2 of 14 clones" in told
    assert "A in layer 1 9 for 7 (3 candidates)" in told
    assert "B" not in told
    assert "C in layer 1" in only_in_database
    (only_in_recipe,) = counts.warnings
    assert "D in layer 1" in only_in_recipe


def test_notes_are_short() -> None:
    categories = [Category(f"T{number}", "1") for number in range(50)]
    rows = rows_of([(name, category) for category in categories for name in "ab"])
    (told,) = clone_counts(rows, dict.fromkeys(categories, 1), 1.0, exact=False).notes
    assert "and 30 more" in told


def test_the_multiplier_comes_before_the_division() -> None:
    assert math.ceil(1.1 * (90 / 9)) == 11
    category = Category("A", "1")
    rows = rows_of([(name, category) for name in "abcdefghi"])
    counts = clone_counts(rows, {category: 90}, 1.1, exact=False)
    assert counts.of_rows.tolist() == [12] * 9


def test_a_repeated_row_gives_nothing() -> None:
    category = Category("A", "1")
    rows = rows_of([("a", category), ("b", category), ("a", category)])
    assert candidates_of(rows) == {category: ["a", "b"]}
    for exact in (True, False):
        counts = clone_counts(rows, {category: 4}, 1.0, exact=exact)
        assert counts.of_rows.tolist() == [2, 2, 0]


def test_candidates_in_order() -> None:
    one, two = CATEGORIES[:2]
    rows = rows_of([("b", two), ("b", one), ("a", two)])
    found = candidates_of(rows)
    assert found == {two: ["b", "a"], one: ["b"]}
    assert list(found) == [two, one]


@pytest.mark.parametrize(
    ("cells", "multiplier"), [(2**53, 1.0), (1, 1e300), (2**53, 1e300), (MOST_CLONES + 1, 1.0)]
)
@pytest.mark.parametrize("exact", [True, False])
def test_more_clones_than_can_be_made(cells: int, multiplier: float, exact: bool) -> None:
    category = Category("A", "1")
    rows = rows_of([("a", category), ("b", category)])
    with pytest.raises(InvalidInputError, match=r"recipe 'r\.xml': .* --clone-multiplier"):
        clone_counts(rows, {category: cells}, multiplier, exact, "recipe 'r.xml'")
    assert clone_counts(rows, {category: MOST_CLONES}, 1.0, exact).total == MOST_CLONES


def test_rounding_up_cannot_make_more_either() -> None:
    one, two = CATEGORIES[:2]
    rows = rows_of([("a", one), *((f"{number}", two) for number in range(10))])
    with pytest.raises(InvalidInputError, match="the recipe: "):
        clone_counts(rows, {one: MOST_CLONES - 5, two: 1}, 1.0, exact=False)


@pytest.mark.shared
@pytest.mark.parametrize("case", ["example", "crossed"])
def test_counts_as_the_peer_counts(shared_data: Path, case: str) -> None:
    folder = shared_data / "clone"
    expected = json.loads((folder / "expected" / f"{case}_neurondb.json").read_text())
    step = "transform_rules" if expected.get("transform_rules") else "scaling"
    rows = [NeuronDbRow(name, type_, layer) for name, layer, type_ in expected[step]]
    cells = read_recipe(folder / case / "builder_recipe.xml")
    counts = clone_counts(rows, cells, 1.0, exact=False)
    found = sorted(
        [row.name, row.layer, row.full_type, int(n)]
        for row, n in zip(rows, counts.of_rows, strict=True)
        if n
    )
    assert found == sorted(expected["clone_counts"])
