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


def test_files_replaced_together_appear_when_all_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("a.h5", "b.h5", "x/c.h5")]
    (tmp_path / "x").mkdir()
    paths[0].write_text("former")
    synced: list[tuple[Path, int]] = []

    def note(path: Path) -> None:
        new = sum(each.exists() and each.read_text() == "new" for each in paths)
        synced.append((path, new))

    monkeypatch.setattr(atomic, "sync", note)
    with atomic.ReplacedTogether() as together:
        temporaries = []
        for path in paths:
            with together.replacing(path) as temporary:
                temporary.write_text("new")
                temporaries.append(temporary)
        assert synced == []
    assert {(path, 0) for path in temporaries} == set(synced[:3])
    assert {(tmp_path, 3), (tmp_path / "x", 3)} == set(synced[3:])
    assert [path.read_text() for path in paths] == ["new"] * 3
    assert not any(temporary.exists() for temporary in temporaries)


def replace_together(paths: list[Path]) -> None:
    with atomic.ReplacedTogether() as together:
        for path in paths:
            with together.replacing(path) as temporary:
                temporary.write_text("new")


def replace_together_and_raise(paths: list[Path], error: BaseException) -> None:
    with atomic.ReplacedTogether() as together:
        for path in paths:
            with together.replacing(path) as temporary:
                temporary.write_text("new")
        with together.replacing(paths[0].with_name("last")) as temporary:
            temporary.write_text("part")
            raise error


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt()], ids=repr)
def test_an_error_among_files_replaced_together_leaves_the_former_ones(
    error: BaseException, tmp_path: Path
) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_text("former")
    with pytest.raises(type(error)):
        replace_together_and_raise(paths, error)
    assert [path.read_text() for path in paths] == ["former"] * 2
    assert sorted(tmp_path.iterdir()) == paths


def test_a_file_that_cannot_be_synced_stops_all_replaced_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        if "b" in path.name:
            raise OSError("Input/output error")

    monkeypatch.setattr(atomic, "sync", fail)
    with pytest.raises(OSError, match="Input"):
        replace_together([tmp_path / name for name in "abc"])
    assert list(tmp_path.iterdir()) == []


def test_nothing_replaced_together_is_no_error() -> None:
    with atomic.ReplacedTogether():
        pass


def test_write_text_is_utf8(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a.txt", "µm")
    assert (tmp_path / "a.txt").read_bytes() == "µm".encode()


def test_write_json_keeps_the_order_of_keys(tmp_path: Path) -> None:
    atomic.write_json(tmp_path / "a.json", {"b": 1, "a": [2]})
    text = (tmp_path / "a.json").read_text()
    assert list(json.loads(text)) == ["b", "a"]
    assert text.endswith("\n")
