from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from region_grower_hpc.formats import digest
from region_grower_hpc.formats.digest import digest_file, digest_json


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """A sparse file above the limit."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(digest.WHOLE_FILE_LIMIT_BYTES + 1)
    os.utime(path, (1, 1))
    return path


def change(path: Path, position: int) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        file.write(b"x")
    os.utime(path, (1, 1))


def test_a_small_file_counts_by_content_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").write_bytes(b"content")
    os.utime(tmp_path / "b", (1, 1))
    expected = hashlib.sha256(b"content").hexdigest()
    assert digest_file(tmp_path / "a") == digest_file(tmp_path / "b") == expected


def test_an_empty_file_has_a_digest(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert digest_file(tmp_path / "a") == hashlib.sha256().hexdigest()


def test_a_file_at_the_limit_is_read_whole(large_file: Path) -> None:
    os.truncate(large_file, digest.WHOLE_FILE_LIMIT_BYTES)
    before = digest_file(large_file)
    change(large_file, digest.WHOLE_FILE_LIMIT_BYTES // 2)
    assert digest_file(large_file) != before


@pytest.mark.parametrize(
    "position", [0, digest.MEGABYTE - 1, digest.WHOLE_FILE_LIMIT_BYTES - digest.MEGABYTE + 1]
)
def test_the_ends_of_a_large_file_count(large_file: Path, position: int) -> None:
    before = digest_file(large_file)
    change(large_file, position)
    assert digest_file(large_file) != before


def test_the_middle_of_a_large_file_counts_by_its_time_alone(large_file: Path) -> None:
    before = digest_file(large_file)
    change(large_file, digest.WHOLE_FILE_LIMIT_BYTES // 2)
    assert digest_file(large_file) == before
    os.utime(large_file, (1, 2))
    assert digest_file(large_file) != before


def test_the_size_of_a_large_file_counts(large_file: Path) -> None:
    before = digest_file(large_file)
    os.truncate(large_file, digest.WHOLE_FILE_LIMIT_BYTES + 2)
    os.utime(large_file, (1, 1))
    assert digest_file(large_file) != before


def test_json_ignores_the_order_of_keys_and_nothing_else() -> None:
    assert digest_json({"a": 1, "b": [1, 2]}) == digest_json({"b": (1, 2), "a": 1})
    values = [{"a": 1}, {"a": "1"}, {"a": 1.0}, {"a": None}, {"a": [1]}, {"b": 1}, "µ", []]
    assert len({digest_json(value) for value in values}) == len(values)


def test_json_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="PosixPath"):
        digest_json({"path": Path("/a")})
