"""A scenario played on simulated ranks, and the record of what happened.

The engine's own code runs: the dispatcher and `Worker.work`, with a journal and a job that exist
in memory only. As in a session, what is left is done first, then the suspects, each alone; before
and after each of the two all ranks meet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import numpy as np

from region_grower_hpc.engine import dispatch
from region_grower_hpc.engine.communicator import Communicator, Int64Array
from region_grower_hpc.engine.dispatch import Dispatcher
from region_grower_hpc.engine.job import Failure, Result
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.engine.suspects import LeftUnfinished
from region_grower_hpc.engine.work import Worker
from region_grower_hpc.errors import TaskFailure
from tests.engine.simulated_communicator import Network, SimulatedCommunicator
from tests.engine.simulated_scenario import Scenario
from tests.engine.simulated_world import SimulationError, World

ROW = np.dtype(np.int64)
#: Tasks that only pass virtual time need no bounds.
NO_LIMITS = SimpleNamespace(around_task=nullcontext)

Choose = Callable[[Communicator, int, str], Dispatcher]


@dataclass
class Record:
    """What happened when a scenario was played.

    Attributes:
        handed: (phase, batch) -> how many times it was handed out.
        started: (phase, task) -> how many times it was begun.
        starts: rank and moment of each.
        settled: task -> how it ended, all that the journals hold.
        kept: per rank, tasks done or failed that a kill could no longer take.
        reported: per rank, the last (done, failed) of a phase.
        asked: rank -> moment at which it was asked to stop.
        heeded_s: the first moment at which such a rank served, or reported, and so told the others.
            (One that has nothing left to do tells nobody: the others end the batches in hand.)
        left_s: moment at which the last rank left its last phase.
        tally: what rank 0 told at the end of the last phase.
        sent, received: messages.
        steps: of the world.
    """

    handed: Counter[tuple[int, int]] = field(default_factory=Counter)
    started: Counter[tuple[int, int]] = field(default_factory=Counter)
    starts: list[tuple[int, float]] = field(default_factory=list)
    settled: dict[int, str] = field(default_factory=dict)
    kept: Counter[int] = field(default_factory=Counter)
    reported: dict[int, tuple[int, int]] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)
    heeded_s: float | None = None
    left_s: float = 0.0
    tally: tuple[int, int] = (0, 0)
    sent: int = 0
    received: int = 0
    steps: int = 0

    def heed(self, at_s: float) -> None:
        """A rank that was asked to stop can tell the others."""
        self.heeded_s = at_s if self.heeded_s is None else self.heeded_s


class Witness(Dispatcher):
    """Passes everything on to a dispatcher and writes down what it hands out and is told."""

    def __init__(self, inner: Dispatcher, rank: int, phase: int, record: Record, world: World):
        self._inner, self._rank, self._phase = inner, rank, phase
        self._record, self._world = record, world
        self.computes = inner.computes

    def next_batch(self) -> int | None:
        batch = self._inner.next_batch()
        self._world.note(self._rank, "gets batch", batch)
        if batch is not None:
            self._record.handed[self._phase, batch] += 1
        return batch

    def report(self, done: int, failed: int, stop: bool) -> bool:
        record = self._record
        if done + failed > record.kept[self._rank]:
            raise SimulationError(
                f"rank {self._rank} reports {done + failed} tasks, but a kill would leave "
                f"{record.kept[self._rank]}"
            )
        record.reported[self._rank] = done, failed
        if stop:
            record.heed(self._world.now_s)
        return self._inner.report(done, failed, stop)

    def tally(self) -> tuple[int, int]:
        return self._inner.tally()

    def serve(self, should_stop: Callable[[], bool]) -> None:
        self._inner.serve(should_stop)


class MemoryJournal:
    """As JournalWriter: what is done is kept when the next task starts, or by `flush`."""

    def __init__(self, rank: int, phase: Callable[[], int], record: Record, world: World) -> None:
        self._rank, self._phase, self._record, self._world = rank, phase, record, world
        self._unwritten = 0

    def started(self, task: int, *_: object) -> None:
        self._world.note(self._rank, "starts task", task)
        self._record.started[self._phase(), task] += 1
        self._record.starts.append((self._rank, self._world.now_s))
        self.flush()

    def done(self, task: int, seconds: float, *payload: object) -> tuple[int, int]:
        return self._settle(task, "done")

    def failed(self, failure: Failure, seconds: float) -> tuple[int, int]:
        return self._settle(failure.task, "failed")

    def suspect(self, task: int) -> None:
        self.flush()

    def flush(self) -> None:
        self._record.kept[self._rank] += self._unwritten
        self._unwritten = 0

    def _settle(self, task: int, fate: str) -> tuple[int, int]:
        if task in self._record.settled:
            raise SimulationError(f"task {task} is done twice")
        self._record.settled[task] = fate
        self._unwritten += 1
        return 0, 0


@contextmanager
def _virtual(world: World) -> Iterator[None]:
    """The dispatchers read the virtual clock, and tasks that fail say nothing."""
    clock = SimpleNamespace(monotonic=lambda: world.now_s)
    logger = logging.getLogger(Worker.__module__)
    former = logger.disabled
    logger.disabled = True
    try:
        with mock.patch.object(dispatch, "time", clock):
            yield
    finally:
        logger.disabled = former


def play(
    scenario: Scenario,
    world: World,
    most_steps: int,
    choose: Choose,
    worker_type: type[Worker],
) -> Record:
    """Run the ranks of a scenario to their end.

    Raises:
        SimulationError: a rank waits for ever, or there are more steps than that.
    """
    network = Network(world, scenario.slowness, scenario.delay_s, scenario.synchronous)
    record = Record()
    ranks = [
        _Rank(scenario, SimulatedCommunicator(network, rank), record, world, choose, worker_type)
        for rank in range(scenario.n_ranks)
    ]
    with _virtual(world):
        world.run([rank.act for rank in ranks], most_steps)
    record.sent, record.received, record.steps = network.sent, network.received, world.steps
    return record


class _Rank:
    """One rank: what a session does with its dispatchers."""

    def __init__(
        self,
        scenario: Scenario,
        comm: SimulatedCommunicator,
        record: Record,
        world: World,
        choose: Choose,
        worker_type: type[Worker],
    ) -> None:
        self._scenario, self._comm, self._record, self._world = scenario, comm, record, world
        self._choose = choose
        self._stop = StopRequest()
        self._phase = 0
        self._serves = False
        self._worker = worker_type(
            job=cast("Any", None),
            plan=cast("Any", SimpleNamespace(tasks=np.arange(scenario.n_tasks), row_dtype=ROW)),
            journal=cast("Any", MemoryJournal(comm.rank, lambda: self._phase, record, world)),
            ledger=cast("Any", SimpleNamespace(add=lambda *_: None)),
            file=comm.rank,
            stop=self._stop,
        )

    def act(self) -> None:
        """All that this rank does."""
        scenario, comm = self._scenario, self._comm
        for rank, at_s in scenario.stops:
            if rank == comm.rank:
                self._world.after(at_s, self._ask_to_stop)
        self._world.pause(scenario.start_s[comm.rank])
        self._do(np.arange(scenario.n_tasks, dtype=np.int64), scenario.bounds)
        found = comm.allgather(self._worker.suspected)
        suspects = sorted(at for of_rank in found for at in of_rank)
        stops = any(comm.allgather(bool(self._stop)))
        if suspects and not stops:
            self._phase = 1
            alone = np.arange(len(suspects) + 1, dtype=np.int64)
            self._do(np.array(suspects, dtype=np.int64), alone)

    def _do(self, order: Int64Array, bounds: Int64Array) -> None:
        """One phase."""
        comm, record, world = self._comm, self._record, self._world
        dispatcher = self._choose(comm, len(bounds) - 1, self._scenario.kind)
        if dispatcher.computes:
            witness = Witness(dispatcher, comm.rank, self._phase, record, world)
            self._worker.work(witness, order, bounds, self._run, cast("TaskLimits", NO_LIMITS))
        else:
            self._serves = True
            if self._stop:
                record.heed(world.now_s)
            dispatcher.serve(lambda: bool(self._stop))
            self._serves = False
        world.note(comm.rank, "leaves phase", self._phase)
        record.left_s = world.now_s
        comm.allgather(None)
        record.tally = dispatcher.tally() if comm.is_root else record.tally

    def _run(self, task: int) -> Result:
        """Let the time of a task pass, and end as its fate is."""
        scenario = self._scenario
        self._world.pause(scenario.costs_s[task] * scenario.slowness[self._comm.rank])
        fate = scenario.fates[task]
        if self._phase == 1 and self._stop:
            raise LeftUnfinished
        if fate == "suspect" and self._phase == 0:
            raise MemoryError
        if fate == "failed":
            raise TaskFailure("input", "as drawn")
        return Result((task,), {})

    def _ask_to_stop(self) -> None:
        self._world.note(self._comm.rank, "is asked to stop")
        self._record.asked[self._comm.rank] = self._world.now_s
        if self._serves:
            self._record.heed(self._world.now_s)
        self._stop.request("SIGTERM received")
