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
    ],
)
def test_what_is_no_json_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        read_json(tmp_path / "a.json")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"absent\.json: cannot be read: No such file"):
        read_json(tmp_path / "absent.json")
