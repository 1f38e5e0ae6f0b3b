"""The ledger: small, exact for any journal, and the same whoever knows of a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.engine import places
from region_grower_hpc.engine.communicator import SerialCommunicator
from region_grower_hpc.engine.exchange import own_places
from region_grower_hpc.engine.job import Failure, Plan
from region_grower_hpc.engine.journal import JournalWriter, journal_files, journal_path
from region_grower_hpc.engine.ledger import read_history
from region_grower_hpc.engine.places import FAILURE, MOST_TASKS, PLACE, Ledger, check_count
from region_grower_hpc.errors import InvalidInputError, TaskFailure


def plan(n_tasks: int, shard_size: int = 3) -> Plan:
    return Plan(
        tasks=np.arange(n_tasks, dtype=np.int64) * 2 + 1,
        costs_s=np.ones(n_tasks),
        row_dtype=np.dtype([("x", "f8")]),
        options={},
        shard_size=shard_size,
    )


def test_an_entry_takes_32_bytes_and_holds_large_numbers() -> None:
    assert PLACE.itemsize == 32
    ledger = Ledger()
    ledger.add(MOST_TASKS - 1, 2**32 - 1, (2**62 + 5, 2**40 + 7), True, 1e-9)
    (chunk,) = ledger.take()
    position, file, offset, length, seconds = chunk[0].tolist()
    assert (position, file, offset, seconds) == (MOST_TASKS - 1, 2**32 - 1, 2**62 + 5, 1e-9)
    assert length == FAILURE | (2**40 + 7)


def test_all_entries_come_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "CHUNK", 4)
    for count in range(10):
        ledger = Ledger()
        for position in range(count):
            ledger.add(position, 0, (100 * position + 40, 9), False, 0.5)
        assert len(ledger) == count
        taken = [entry for chunk in ledger.take() for entry in chunk["position"].tolist()]
        assert sorted(taken) == list(range(count))
        assert len(ledger) == 0
        assert list(ledger.take()) == []


def test_too_many_tasks_are_refused() -> None:
    check_count(MOST_TASKS)
    with pytest.raises(InvalidInputError, match="--part"):
        check_count(MOST_TASKS + 1)


@pytest.mark.parametrize("later_first", [False, True])
def test_of_a_task_done_twice_the_last_counts(later_first: bool) -> None:
    ledger = Ledger()
    entries: list[tuple[int, int, tuple[int, int], bool, float]] = [
        (4, 0, (900, 9), True, 0.1),
        (4, 1, (40, 9), False, 0.2),
        (4, 1, (500, 9), False, 0.3),
        (2, 1, (600, 9), False, 0.4),
    ]
    for entry in reversed(entries) if later_first else entries:
        ledger.add(*entry)
    here = own_places(SerialCommunicator(), plan(7), ledger)
    assert here["offset"].tolist() == [0, 0, 600, 0, 500, 0, 0, 0, 0]
    assert here["seconds"][4] == 0.3


class _SecondOfThree(SerialCommunicator):
    """Rank 1 of 3, to which all send the same."""

    rank, size = 1, 3

    def exchange_rows(self, rows: Any, destinations: Any) -> Any:
        mine = rows[destinations == self.rank]
        return np.concatenate([mine, mine, mine])


def test_a_rank_gets_the_places_of_its_shards() -> None:
    ledger = Ledger()
    for position in range(20):
        ledger.add(position, 0, (40 + position, 1), False, 0.0)
    here = own_places(_SecondOfThree(), plan(20), ledger)
    # Shards 1 and 4 of three tasks each.
    assert here["position"].tolist() == [3, 4, 5, 12, 13, 14]


def test_what_journals_tell_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("region_grower_hpc.engine.ledger.RECORDS_AT_ONCE", 3)
    monkeypatch.setattr("region_grower_hpc.engine.ledger.TASKS_AT_ONCE", 4)
    for session in (1, 2):
        journal = JournalWriter(journal_path(tmp_path, session, 0))
        for task in (1, 3, 5, 1, 4, 99):  # 4 and 99 are of no plan.
            journal.started(task)
        if session == 2:
            journal.done(3, 0.5, b"12345678")
            journal.failed(Failure.of(5, TaskFailure("input", "no")), 0.25)
            journal.suspect(11)
            journal.started(13)
            journal.done(98, 0.5, b"12345678")
        journal.close()
    history = read_history(SerialCommunicator(), plan(10), journal_files(tmp_path))
    assert history.finished is not None
    assert np.flatnonzero(history.finished).tolist() == [1, 2]
    assert history.n_failed == 1
    # Task 1 (position 0) was started four times, 11 (position 5) exceeded a bound, 13 began once.
    assert history.suspects.tolist() == [0, 5]
    (chunk,) = history.ledger.take()
    assert [(entry["position"], entry["file"]) for entry in chunk] == [(1, 1), (2, 1)]
    assert [bool(length & FAILURE) for length in chunk["length"].tolist()] == [False, True]
    assert chunk["seconds"].tolist() == [0.5, 0.25]


def test_a_thousand_starts_are_no_more_than_two(tmp_path: Path) -> None:
    journal = JournalWriter(journal_path(tmp_path, 1, 0))
    for _ in range(1000):
        journal.started(1)
    journal.done(1, 0.5, b"12345678")
    journal.close()
    history = read_history(SerialCommunicator(), plan(2), journal_files(tmp_path))
    assert history.finished is not None
    assert history.finished.tolist() == [True, False]
    assert not len(history.suspects)
