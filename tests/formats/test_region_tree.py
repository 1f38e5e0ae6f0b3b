"""hierarchy.json before voxcell has it."""

from __future__ import annotations

from typing import Any

import pytest

from region_grower_hpc.formats.region_tree import tree_problem


def region(number: Any = 1, acronym: Any = "a", **more: Any) -> dict[str, Any]:
    return {"id": number, "acronym": acronym, **more}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "the top region must be an object"),
        ({"msg": []}, "'msg'"),
        ({"msg": [1]}, "the top region must be an object"),
        (region("1"), "whole number"),
        (region([1]), "whole number"),
        (region(acronym=["a"]), "'acronym'"),
        ({"id": 1}, "'acronym'"),
        (region(children=1), "'children'"),
        (region(children=[3]), "a child of region 'a'"),
        (region(children=[region(1)]), "two regions have the id 1"),
    ],
)
def test_what_is_refused(content: Any, words: str) -> None:
    problem = tree_problem(content)
    assert problem is not None
    assert words in problem


def test_both_forms_are_sound() -> None:
    tree = region(children=[region(2, "b", children=[]), region(3, "c", other=[1])])
    assert tree_problem(tree) is None
    assert tree_problem({"msg": [tree]}) is None
