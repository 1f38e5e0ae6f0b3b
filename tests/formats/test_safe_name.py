"""Names of users' files stay below the folder that they are meant for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import (
    check_name,
    check_relative_name,
    lies_within,
    name_problem,
    relative_name_problem,
)

NEVER = [
    *("", ".", "..", ".hidden", "../x", "/etc/passwd", "a/../../b", "a//b", "a/", "a/./b"),
    *("a\0b", "a\nb", "a\x1bb", "a\u2028b", "\ud800", "x" * 300, "é" * 150, None, 3, 1.5, b"a"),
]
ALWAYS = ["a", "-a", "a..b", "a b", "é", "rp100427-123_idC", "L2_TPC:A", "dend-R_axon-D", "x" * 239]


@pytest.mark.parametrize("name", NEVER, ids=repr)
def test_names_that_are_refused(name: object) -> None:
    for check in (check_name, check_relative_name):
        with pytest.raises(InvalidInputError, match=r"list\.dat, line 3: the name") as raised:
            check(name, "list.dat, line 3")
        assert len(str(raised.value)) < 250
        assert str(raised.value).isprintable()


@pytest.mark.parametrize("name", ALWAYS)
def test_names_that_are_allowed(name: str) -> None:
    assert check_name(name, "") == check_relative_name(name, "") == name


def test_only_relative_names_have_folders() -> None:
    assert check_relative_name("hashed/ab/abcd", "") == "hashed/ab/abcd"
    with pytest.raises(InvalidInputError, match="contains '/'"):
        check_name("hashed/abcd", "")


@given(st.text(alphabet=st.sampled_from("./a\0\\~-\n") | st.characters(), max_size=12))
def test_no_allowed_name_leaves_its_folder(name: str) -> None:
    folder = Path("/some/folder")
    if name_problem(name) is None:
        assert (folder / f"{name}.h5").parent == folder
    if relative_name_problem(name) is None:
        assert lies_within(folder / f"{name}.h5", folder)
        assert ".." not in (folder / f"{name}.h5").parts


def test_links_are_followed_before_a_place_is_judged(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path)
    assert lies_within(tmp_path / "inside" / "a" / ".." / "b", tmp_path / "inside")
    assert not lies_within(tmp_path / "inside" / "link" / "b", tmp_path / "inside")
