"""Broken JSON files are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"µ": [1, NaN]}', encoding="utf-8")
    assert list(read_json(tmp_path / "a.json")) == ["µ"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1,\n "b": }', r"a\.json, line 2, column 7: not valid JSON"),
        (b"", r"a\.json, line 1, column 1: not valid JSON"),
        (b"\xff\xfe", r"a\.json: not UTF-8 text"),
        (b"[" * 100_000, r"a\.json: lists or objects are nested too deeply"),
        (b"[" + b"1" * 10_000 + b"]", r"a\.json: holds an integer of more digits"),
    ],
)
def test_what_is_no_json_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        read_json(tmp_path / "a.json")


def test_repeated_keys_are_refused_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": {"b": 1, "c": 2, "b": 3}}')
    assert read_json(path) == {"a": {"b": 3, "c": 2}}
    with pytest.raises(InvalidInputError, match=r"a\.json: key 'b' is twice in one object"):
        read_json(path, unique_keys=True)
    path.write_text('[{"a": 1}, {"a": {"a": 2}}]')
    assert read_json(path, unique_keys=True) == [{"a": 1}, {"a": {"a": 2}}]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"absent\.json: cannot be read: No such file"):
        read_json(tmp_path / "absent.json")
