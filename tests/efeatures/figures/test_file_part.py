from __future__ import annotations

import pytest

from region_grower_hpc.efeatures.figures.file_part import MAX_PART_BYTES, file_part
from region_grower_hpc.formats.safe_name import name_problem


@pytest.mark.parametrize("name", ["C060109A1-SR-C1", "IDrest_150.0", "a b", "é", "x" * 48])
def test_a_name_that_may_be_that_of_a_file_stays(name: str) -> None:
    assert file_part(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../../etc", "/", "a/b", "a\n", "\x00", ".a", "\ud800"),
        *("x" * 49, "é" * 40, "legend.pdf", "a.PNG"),
    ],
)
def test_any_other_name_becomes_one_that_may(name: str) -> None:
    part = file_part(name)
    assert part != name
    assert name_problem(part) is None
    assert len(part.encode()) <= MAX_PART_BYTES
    assert not part.endswith((".pdf", ".png"))


def test_different_names_stay_different() -> None:
    names = ["a/b", "a_b", "a\nb", "x" * 60, "x" * 61, "", "_"]
    assert len({file_part(name) for name in names}) == len(names)
