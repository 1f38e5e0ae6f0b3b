"""A journal keeps what it is told, and is believed only by the plan it belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.engine.job import Failure
from region_grower_hpc.engine.journal import (
    JournalReader,
    JournalWriter,
    journal_files,
    journal_path,
    next_session,
)
from region_grower_hpc.engine.record import Kind

ROW = np.dtype([("value", "f8")])


def write(path: Path, tasks: range) -> dict[int, tuple[int, int]]:
    writer = JournalWriter(path, "digest")
    places = {}
    for task in tasks:
        writer.started(task)
        row = np.array((task * 1.5,), dtype=ROW).tobytes()
        places[task] = writer.done(task, 0.25, row, {"numbers": np.arange(task)})
    writer.close()
    return places


def test_results_are_read_back(tmp_path: Path) -> None:
    places = write(tmp_path / "j", range(10))
    reader = JournalReader(tmp_path / "j")
    for task, place in places.items():
        result = reader.result(task, *place, row_dtype=ROW)
        assert result.row["value"] == task * 1.5
        np.testing.assert_array_equal(result.arrays["numbers"], np.arange(task))
    records = [record for record in reader.records("digest") if record.kind is Kind.DONE]
    assert [(record.offset, record.length) for record in records] == list(places.values())


def test_a_failure_is_read_back(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "j", "digest")
    failure = Failure(3, "input", "ValueError", 'a "quoted" µ message')
    place = writer.failed(failure, 0.1)
    writer.close()
    assert JournalReader(tmp_path / "j").failure(3, *place) == failure


def test_a_journal_of_another_plan_is_ignored(tmp_path: Path) -> None:
    write(tmp_path / "j", range(3))
    assert list(JournalReader(tmp_path / "j").records("another")) == []


def test_an_empty_journal_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "j").touch()
    assert list(JournalReader(tmp_path / "j").records("digest")) == []


def test_what_was_finished_is_on_disk_when_the_next_task_starts(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "j", "digest")
    writer.done(1, 0.1, b"\0" * 8, {})
    writer.started(2)
    kinds = [record.kind for record in JournalReader(tmp_path / "j").records("digest")]
    assert kinds == [Kind.DONE, Kind.STARTED]
    writer.close()


def test_a_journal_is_never_appended_to_by_another_session(tmp_path: Path) -> None:
    write(tmp_path / "j", range(2))
    with pytest.raises(FileExistsError):
        JournalWriter(tmp_path / "j", "digest")


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:7]))
    places = write(tmp_path / "j", range(4))
    monkeypatch.undo()
    result = JournalReader(tmp_path / "j").result(3, *places[3], row_dtype=ROW)
    np.testing.assert_array_equal(result.arrays["numbers"], np.arange(3))


def test_sessions_are_numbered(tmp_path: Path) -> None:
    assert next_session(tmp_path) == 1
    for session, rank in ((1, 0), (1, 300), (2, 5)):
        JournalWriter(journal_path(tmp_path, session, rank), "digest").close()
    assert next_session(tmp_path) == 3
    names = [str(path.relative_to(tmp_path)) for path in journal_files(tmp_path)]
    assert names == [
        "0001/000/000000.journal",
        "0001/001/000300.journal",
        "0002/000/000005.journal",
    ]
