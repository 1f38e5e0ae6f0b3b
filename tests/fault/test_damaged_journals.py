"""Torn and flipped journals: damage costs the tasks whose records it hits, and no other.

What is guaranteed: a task counts as finished if and only if one of its records DONE or FAILED is
whole, and what is read of it is what was written. Damage to a record STARTED or SUSPECT changes
only which unfinished tasks are suspects; damage to a record SHARD has the shard written again.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.engine.communicator import SerialCommunicator
from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.engine.journal import JournalReader, JournalWriter
from region_grower_hpc.engine.ledger import STARTS_OF_A_SUSPECT, read_history
from region_grower_hpc.engine.places import FAILURE
from region_grower_hpc.engine.record import HEADER_BYTES, Kind, array_parts
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results
from tests.engine.toy import ROW, ToyJob
from tests.fault.campaign import FAULTS, Server
from tests.fault.systems import Shards, Toy

TRIES_ALL = os.environ.get("FAULTS") == "all"
N_FLIPS = 10_000 if TRIES_ALL else 2_000
N_TASKS = 14
#: What becomes of some tasks of the journal; the others are done.
FAILED, UNFINISHED, SUSPECTED = 3, 5, 7


@dataclass(frozen=True)
class Extent:
    """The bytes of a record, and what it says of which task."""

    start: int
    stop: int
    kind: Kind
    task: int


@dataclass
class Journal:
    """A journal of the toy's tasks, with what must be read from it."""

    path: Path
    plan: Plan
    content: bytes
    extents: Sequence[Extent]
    truth: dict[int, StoredResult | Failure]

    def check(self, content: bytes, hit: set[int]) -> None:
        """Write other content, of which these bytes are damaged, and read what is left.

        Args:
            content: to be read.
            hit: places of the damage; a torn tail is told by its first byte and `content`.
        """
        self.path.write_bytes(content)
        whole = [
            extent
            for extent in self.extents
            if extent.stop <= len(content)
            and not any(extent.start <= at < extent.stop for at in hit)
        ]
        history = read_history(SerialCommunicator(), self.plan, [self.path])
        assert history.finished is not None
        finished = set(self.plan.tasks[history.finished].tolist())
        assert finished == {one.task for one in whole if one.kind in (Kind.DONE, Kind.FAILED)}
        starts = dict.fromkeys(self.plan.tasks.tolist(), 0)
        for one in whole:
            if one.kind is not Kind.SHARD and one.task not in finished:
                starts[one.task] += {Kind.STARTED: 1, Kind.SUSPECT: STARTS_OF_A_SUSPECT}[one.kind]
        suspects = {task for task, count in starts.items() if count >= STARTS_OF_A_SUSPECT}
        assert set(self.plan.tasks[history.suspects].tolist()) == suspects
        assert history.shards == {one.task for one in whole if one.kind is Kind.SHARD}
        reader = JournalReader(self.path)
        try:
            for places in history.ledger.take():
                for place in places:
                    self._check_place(reader, place)
        finally:
            reader.close()

    def _check_place(self, reader: JournalReader, place: Any) -> None:
        assert place["file"] == 0
        task = int(self.plan.tasks[place["position"]])
        length = int(place["length"])
        where = int(place["offset"]), length & ~FAILURE
        expected = self.truth[task]
        if length & FAILURE:
            assert reader.failure(task, *where) == expected
            return
        assert isinstance(expected, StoredResult)
        found = reader.result(task, *where, row_dtype=ROW)
        assert found.row.tobytes() == expected.row.tobytes()
        assert found.arrays["numbers"].tobytes() == expected.arrays["numbers"].tobytes()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    job = ToyJob(tmp_path / "out", n_tasks=N_TASKS)
    plan = job.plan()
    state = job.setup(plan)
    path = tmp_path / "000000.journal"
    writer = JournalWriter(path)
    extents: list[Extent] = []
    truth: dict[int, StoredResult | Failure] = {}

    def note(kind: Kind, task: int) -> None:
        writer.flush()
        start = extents[-1].stop if extents else 0
        extents.append(Extent(start, path.stat().st_size, kind, task))

    for position, task in enumerate(plan.tasks.tolist()):
        writer.started(task)
        note(Kind.STARTED, task)
        if position == FAILED:
            truth[task] = Failure(task, "input", "ValueError", 'no "value" µ')
            writer.failed(truth[task], 0.5)
            note(Kind.FAILED, task)
        elif position == SUSPECTED:
            writer.suspect(task)
            note(Kind.SUSPECT, task)
        elif position != UNFINISHED:
            result = job.run(state, task)
            row = np.array(result.row, dtype=ROW)
            truth[task] = StoredResult(task, row[()], result.arrays)
            writer.done(task, 0.5, row.tobytes(), *array_parts(result.arrays))
            note(Kind.DONE, task)
    # A second start of the unfinished task, whose loss makes it no suspect.
    writer.started(int(plan.tasks[UNFINISHED]))
    note(Kind.STARTED, int(plan.tasks[UNFINISHED]))
    writer.shard_written(1, plan.destination)
    note(Kind.SHARD, 1)
    writer.done(*_last_done(truth, plan))
    note(Kind.DONE, int(plan.tasks[-1]))
    writer.close()
    return Journal(path, plan, path.read_bytes(), extents, truth)


def _last_done(truth: dict[int, StoredResult | Failure], plan: Plan) -> tuple[object, ...]:
    """The last task once more, as after a damage that healed."""
    task = int(plan.tasks[-1])
    stored = truth[task]
    assert isinstance(stored, StoredResult)
    return task, 0.5, stored.row.tobytes(), *array_parts(stored.arrays)


def test_an_undamaged_journal_is_read_whole(journal: Journal) -> None:
    journal.check(journal.content, set())
    assert len(journal.truth) == N_TASKS - 2


def test_torn_at_every_byte_of_its_last_three_records(journal: Journal) -> None:
    first = journal.extents[-3].start
    for length in range(first, len(journal.content)):
        journal.check(journal.content[:length], set())
    assert len(journal.content) - first > 3 * HEADER_BYTES


@pytest.mark.timeout(300)
def test_flipped_bits(journal: Journal) -> None:
    choices = random.Random(os.environ.get("FAULT_SEED", "0"))
    for number in range(N_FLIPS):
        damaged = bytearray(journal.content)
        hit = set()
        for _ in range(1 if number % 2 else choices.randint(2, 40)):
            at = choices.randrange(len(damaged))
            damaged[at] ^= 1 << choices.randrange(8)
            hit.add(at)
        # Two flips of one bit leave no damage.
        journal.check(bytes(damaged), {at for at in hit if damaged[at] != journal.content[at]})


def test_overwritten_blocks(journal: Journal) -> None:
    """As a file system leaves them: zeros, foreign bytes, a hole in the middle."""
    choices = random.Random(1)
    for _ in range(200):
        first = choices.randrange(len(journal.content))
        size = min(choices.choice([1, 16, 512, 4096]), len(journal.content) - first)
        block = choices.choice([bytes(size), choices.randbytes(size)])
        damaged = journal.content[:first] + block + journal.content[first + size :]
        hit = {at for at in range(first, first + size) if damaged[at] != journal.content[at]}
        journal.check(damaged, hit)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["toy", "shards"])
def test_the_command_recomputes_what_was_hit(
    name: str, server: Server, systems: dict[str, Toy | Shards], tmp_path: Path
) -> None:
    """The real command, stopped before its last step, its journal damaged: the same files."""
    system = systems[name]
    command = system.command(tmp_path / "out", 0)
    whole = server.run(system.command(tmp_path / "whole", 0))
    assert whole.code == ExitCode.DONE, whole.told
    counted = server.run(system.command(tmp_path / "out", 0), roots=[tmp_path / "out"])
    last = [call.number for call in counted.calls if call.name == "rename"][-1]
    shutil.rmtree(tmp_path / "out")
    # The completion marker cannot be renamed: all is done, nothing is removed.
    server.run(command, roots=[tmp_path / "out"], at=last, fault=FAULTS[0])
    shutil.copytree(tmp_path / "out", tmp_path / "stopped")
    choices = random.Random(2)
    n_done = set()
    for number in range(12 if TRIES_ALL else 4):
        shutil.rmtree(tmp_path / "out")
        shutil.copytree(tmp_path / "stopped", tmp_path / "out")
        (journal,) = tmp_path.joinpath("out").rglob("journals/**/*.journal")
        content = bytearray(journal.read_bytes())
        if number % 2:
            del content[choices.randrange(len(content)) :]
        else:
            content[choices.randrange(len(content))] ^= 1 << choices.randrange(8)
        journal.write_bytes(content)
        again = server.run(command)
        assert again.code == ExitCode.DONE, again.told
        assert "Traceback" not in again.told
        assert differences(results(tmp_path / "whole"), results(tmp_path / "out")) == []
        n_done.update(re.findall(r"(\d+) of \d+ tasks are done already", again.told))
    assert n_done
