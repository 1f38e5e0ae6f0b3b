"""YAML files of users: read plainly, or refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.yaml_file import read_yaml

LISTS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
MERGES = "m0: &m0 {x: 1}\n" + "".join(
    f"m{level}: &m{level}\n  <<: [{', '.join([f'*m{level - 1}'] * 9)}]\n" for level in range(1, 10)
)


@pytest.fixture(params=[False, True], ids=["pure", "libyaml"])
def fast(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LISTS, "aliases"),
        (MERGES, "aliases"),
        ("a: &a [*a]\n", "line 1.*leads to what it is a part of"),
        ("&a {k: *a}\n", "leads to what it is a part of"),
        ("a: 1\nb: 2\na: 3\n", "line 3.*'a' is twice"),
        ("[" * 30_000, "not valid YAML"),
        ("a: " + "9" * 5000, "value cannot be read"),
        ("a: 2001-99-99", "value cannot be read"),
        ("!!python/object/apply:os.system ['true']", "line 1.*not valid YAML"),
        ("a: [", "line ., column .*not valid YAML"),
        ("--- 1\n--- 2\n", "not valid YAML"),
        ("? [a]\n: 1\n", "not valid YAML"),
        ("a: \0", "not valid YAML"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, words: str, fast: bool) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=words) as told:
        read_yaml(path, fast=fast)
    assert str(path) in str(told.value)
    assert len(str(told.value)) < 500 + len(str(path))


def test_another_encoding_is_refused(tmp_path: Path, fast: bool) -> None:
    path = tmp_path / "some.yaml"
    path.write_bytes("a: é".encode("latin-1"))
    with pytest.raises(InvalidInputError, match="not UTF-8"):
        read_yaml(path, fast=fast)


def test_plain_values_and_a_few_aliases(tmp_path: Path, fast: bool) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("a: &a {x: 1, y: [1.5, null, true]}\nb: *a\nc:\n  <<: *a\n  x: 2\n")
    a = {"x": 1, "y": [1.5, None, True]}
    assert read_yaml(path, fast=fast) == {"a": a, "b": a, "c": {**a, "x": 2}}


def test_an_empty_file_is_nothing(tmp_path: Path, fast: bool) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("")
    assert read_yaml(path, fast=fast) is None
