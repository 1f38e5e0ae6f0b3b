from __future__ import annotations

import json
from pathlib import Path

import pytest

from region_grower_hpc.formats import atomic


def test_the_file_appears_whole_and_no_temporary_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    with atomic.replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == path.parent
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_keeps_the_suffix_and_is_hidden(tmp_path: Path) -> None:
    with atomic.replacing(tmp_path / "cell.h5") as temporary:
        temporary.touch()
        assert temporary.suffix == ".h5"
        assert temporary.name.startswith(".")
    with atomic.replacing(tmp_path / "cell.h5") as another:
        another.touch()
        assert another == temporary, "what a killed writer left is replaced by the next"


def write_and_raise(path: Path, error: BaseException) -> None:
    with atomic.replacing(path) as temporary:
        temporary.write_text("part")
        raise error


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt()], ids=repr)
def test_an_error_or_interrupt_leaves_the_former_file(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    path.write_text("former")
    with pytest.raises(type(error)):
        write_and_raise(path, error)
    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic.replacing(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_synced_before_and_the_folder_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.txt"
    seen: list[tuple[str, bool]] = []
    monkeypatch.setattr(atomic, "sync", lambda p: seen.append((p.suffix, path.exists())))
    atomic.write_text(path, "text")
    assert seen == [(".txt", False), ("", True)]


def test_write_text_is_utf8(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a.txt", "µm")
    assert (tmp_path / "a.txt").read_bytes() == "µm".encode()


def test_write_json_keeps_the_order_of_keys(tmp_path: Path) -> None:
    atomic.write_json(tmp_path / "a.json", {"b": 1, "a": [2]})
    text = (tmp_path / "a.json").read_text()
    assert list(json.loads(text)) == ["b", "a"]
    assert text.endswith("\n")
