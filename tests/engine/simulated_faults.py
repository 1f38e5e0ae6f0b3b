"""Dispatchers and a worker that are wrong in one way each, to prove that the checks find it."""

from __future__ import annotations

from collections.abc import Callable

from region_grower_hpc.engine.communicator import Communicator, Int64Array
from region_grower_hpc.engine.dispatch import (
    Dispatcher,
    MasterDispatcher,
    NodeDispatcher,
    choose_dispatcher,
)
from region_grower_hpc.engine.job import Result
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.work import Worker
from tests.engine.simulated_run import Choose


class LosesABatch(MasterDispatcher):
    """Skips a batch when the same worker is heard twice in a row."""

    _last = 0

    def _answer(self, worker: int, message: Int64Array) -> int:
        if worker == self._last:
            self._next += 1
        self._last = worker
        return super()._answer(worker, message)


class ReadsThenWrites(NodeDispatcher):
    """Takes the next number in two accesses, so that two ranks may get the same."""

    def next_batch(self) -> int | None:
        values = self._counters.values
        if values[self._STOP]:
            return None
        number = int(values[self._NEXT])
        values[self._NEXT] = number + 1
        return number if number < self._n_batches else None


class NeverAnswersAHeartbeat(MasterDispatcher):
    """Leaves a worker that only shows a sign of life waiting."""

    def _answer(self, worker: int, message: Int64Array) -> int:
        return 0 if message[0] == 1 else super()._answer(worker, message)


class TakesAHeartbeatForTheLast(MasterDispatcher):
    """Counts a worker as gone that was told to stop inside a batch."""

    def _answer(self, worker: int, message: Int64Array) -> int:
        gone = super()._answer(worker, message)
        return 1 if message[0] == 1 and self._stopping else gone


class BeginsAgain(MasterDispatcher):
    """Hands out again what the workers begin with unasked."""

    def __init__(self, comm: Communicator, n_batches: int) -> None:
        super().__init__(comm, n_batches)
        if comm.is_root and comm.size > 1:
            self._next = 0


class AsksOnlyBetweenBatches(MasterDispatcher):
    """Shows no sign of life inside a batch, and so hears late of a stop."""

    def report(self, done: int, failed: int, stop: bool) -> bool:
        self._last_message_s = None
        return super().report(done, failed, stop)


class KeepsTheStopToItself(NodeDispatcher):
    """Stops the rank that was asked, not the others."""

    def report(self, done: int, failed: int, stop: bool) -> bool:
        return super().report(done, failed, False) and not stop


class TellsTheTallyLate(MasterDispatcher):
    """Does not look at the numbers of a worker's last request."""

    def _answer(self, worker: int, message: Int64Array) -> int:
        former = self._tallies[worker].copy()
        gone = super()._answer(worker, message)
        if gone:
            self._tallies[worker] = former
        return gone


class ReportsTooEarly(Worker):
    """Reports a task when it is done, before it is in the journal's file."""

    def _do(self, position: int, run: Callable[[int], Result], limits: TaskLimits) -> None:
        super()._do(position, run, limits)
        self.kept = self.done, self.failed


def instead(wrong: type[MasterDispatcher | NodeDispatcher]) -> Choose:
    """A choice that takes a wrong dispatcher in place of the right one of its kind."""

    def choose(comm: Communicator, n_batches: int, kind: str) -> Dispatcher:
        right = choose_dispatcher(comm, n_batches, kind)
        return wrong(comm, n_batches) if isinstance(right, wrong.__base__ or wrong) else right

    return choose
