"""A journal keeps what it is told, and is believed only by the plan it belongs to."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.engine.job import Failure
from region_grower_hpc.engine.journal import (
    JournalReader,
    JournalWriter,
    begin_session,
    journal_files,
    journal_path,
)
from region_grower_hpc.engine.record import Kind, encode_arrays

ROW = np.dtype([("value", "f8")])


def write(path: Path, tasks: range) -> dict[int, tuple[int, int]]:
    writer = JournalWriter(path)
    places = {}
    for task in tasks:
        writer.started(task)
        row = np.array((task * 1.5,), dtype=ROW).tobytes()
        payload = row + encode_arrays({"numbers": np.arange(task)})
        places[task] = writer.done(task, 0.25, payload)
    writer.close()
    return places


def test_results_are_read_back(tmp_path: Path) -> None:
    places = write(tmp_path / "j", range(10))
    reader = JournalReader(tmp_path / "j")
    for task, place in places.items():
        result = reader.result(task, *place, row_dtype=ROW)
        assert result.row["value"] == task * 1.5
        np.testing.assert_array_equal(result.arrays["numbers"], np.arange(task))
    records = [record for record in reader.records() if record.kind is Kind.DONE]
    assert [(record.offset, record.length) for record in records] == list(places.values())


def test_a_failure_is_read_back(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "j")
    failure = Failure(3, "input", "ValueError", 'a "quoted" µ message')
    place = writer.failed(failure, 0.1)
    writer.close()
    assert JournalReader(tmp_path / "j").failure(3, *place) == failure


def test_an_empty_journal_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "j").touch()
    assert list(JournalReader(tmp_path / "j").records()) == []


def test_what_was_finished_is_on_disk_when_the_next_task_starts(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "j")
    writer.done(1, 0.1, b"\0" * 8)
    writer.started(2)
    kinds = [record.kind for record in JournalReader(tmp_path / "j").records()]
    assert kinds == [Kind.DONE, Kind.STARTED]
    writer.close()


def test_a_journal_is_never_appended_to_by_another_session(tmp_path: Path) -> None:
    write(tmp_path / "j", range(2))
    with pytest.raises(FileExistsError):
        JournalWriter(tmp_path / "j")


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:7]))
    places = write(tmp_path / "j", range(4))
    monkeypatch.undo()
    result = JournalReader(tmp_path / "j").result(3, *places[3], row_dtype=ROW)
    np.testing.assert_array_equal(result.arrays["numbers"], np.arange(3))


def test_a_damaged_beginning_costs_the_records_it_hits(tmp_path: Path) -> None:
    write(tmp_path / "j", range(50))
    damaged = bytearray((tmp_path / "j").read_bytes())
    damaged[3] ^= 1
    (tmp_path / "j").write_bytes(damaged)
    assert len(list(JournalReader(tmp_path / "j").records())) == 99


def test_a_full_disk_is_told_with_the_name_and_nothing_is_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, written = os.write, []

    def full(descriptor: int, data: bytes) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(whole(descriptor, bytes(data)[:10]))
        return 10

    writer = JournalWriter(tmp_path / "j")
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match=r"No space left on device.*j'") as caught:
        writer.started(1)
    assert caught.value.errno == errno.ENOSPC
    writer.close()
    assert (tmp_path / "j").stat().st_size == 10


def test_sessions_are_numbered(tmp_path: Path) -> None:
    assert begin_session(tmp_path / "run") == 1
    assert begin_session(tmp_path / "run") == 2
    for session, rank in ((1, 0), (1, 300), (2, 5)):
        JournalWriter(journal_path(tmp_path / "run", session, rank)).close()
    assert begin_session(tmp_path / "run") == 3
    names = [str(path.relative_to(tmp_path)) for path in journal_files(tmp_path / "run")]
    assert names == [
        "run/0001/000/000000.journal",
        "run/0001/001/000300.journal",
        "run/0002/000/000005.journal",
    ]
