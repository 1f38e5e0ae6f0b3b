"""Who computes what next: two ways to hand out the same batches.

On one node every rank computes and takes the number of the next batch from a shared-memory
counter. Over several nodes rank 0 schedules only: a worker's request and rank 0's reply are fixed
int64 messages, and what they carry is again the number of a batch, since every rank holds the
ordered list. (A one-sided counter would stall between nodes while its owner computes.)
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import IntEnum

import numpy as np

from region_grower_hpc.engine.communicator import MESSAGE_LENGTH, Communicator
from region_grower_hpc.errors import InvalidInputError

#: Seconds between two signs of life of a worker that is inside a batch.
HEARTBEAT_S = 1.0
#: Rank 0's time for one request, measured (benchmarks/results/dispatch-messages.json).
SERVICE_S = 12e-6


class Dispatcher(ABC):
    """Hands out batches 0 .. n_batches - 1, each once.

    Created by all ranks together, for one phase of work.
    """

    #: whether this rank runs tasks; if not, it calls `serve` instead of `next_batch`.
    computes: bool

    @abstractmethod
    def next_batch(self) -> int | None:
        """The number of a batch to do; None when there is none left or the run stops."""

    @abstractmethod
    def report(self, done: int, failed: int, stop: bool) -> bool:
        """Tell how many tasks this rank has done in all; False if the run stops.

        Called between two tasks. `stop` asks all ranks to stop.
        """

    @abstractmethod
    def tally(self) -> tuple[int, int]:
        """Tasks done and failed, over all ranks as far as rank 0 knows."""

    @abstractmethod
    def serve(self, should_stop: Callable[[], bool]) -> None:
        """Schedule until every worker has been told to leave (the rank that does not compute)."""


class NodeDispatcher(Dispatcher):
    """A counter in memory that all ranks share; every rank computes."""

    computes = True
    # Positions in the shared memory; the ranks' own tallies follow, a cache line each.
    _NEXT, _STOP, _TALLIES = 0, 8, 16
    _STRIDE = 8

    def __init__(self, comm: Communicator, n_batches: int) -> None:
        if comm.n_nodes > 1:
            raise InvalidInputError(
                f"--dispatch node needs all ranks on one node, but they are on {comm.n_nodes}: "
                "leave --dispatch out or use --dispatch master"
            )
        self._counters = comm.node_counters(self._TALLIES + self._STRIDE * comm.size)
        self._n_batches = n_batches
        self._own = self._TALLIES + self._STRIDE * comm.rank

    def next_batch(self) -> int | None:
        """The number of a batch to do; None when there is none left or the run stops."""
        if self._counters.values[self._STOP]:
            return None
        number = self._counters.fetch_add(self._NEXT, 1)
        return number if number < self._n_batches else None

    def report(self, done: int, failed: int, stop: bool) -> bool:
        """Tell how many tasks this rank has done in all; False if the run stops."""
        values = self._counters.values
        values[self._own], values[self._own + 1] = done, failed
        if stop:
            values[self._STOP] = 1
        return not values[self._STOP]

    def tally(self) -> tuple[int, int]:
        """Tasks done and failed, over all ranks."""
        tallies = self._counters.values[self._TALLIES :].reshape(-1, self._STRIDE)
        return int(tallies[:, 0].sum()), int(tallies[:, 1].sum())

    def serve(self, should_stop: Callable[[], bool]) -> None:
        """Nothing to schedule: the counter serves itself."""


class _Word(IntEnum):
    """First number of a message."""

    REQUEST = 0  # worker: give me a batch
    HEARTBEAT = 1  # worker: I am inside a batch; shall I go on?
    WORK = 2  # rank 0: do this batch, or go on
    LEAVE = 3  # rank 0: nothing more to do


def _message(word: _Word, *numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    message = np.zeros(MESSAGE_LENGTH, dtype=np.int64)
    message[0] = word
    message[1 : 1 + len(numbers)] = numbers
    return message


class MasterDispatcher(Dispatcher):
    """Rank 0 schedules by messages; the other ranks compute. One rank alone computes itself.

    A worker's message is (word, done, failed, stop), rank 0's is (word, batch). Worker r begins
    with batch r - 1 unasked, so that not all ranks wait for rank 0 at once when they start.
    """

    def __init__(self, comm: Communicator, n_batches: int) -> None:
        self._comm = comm
        self._n_batches = n_batches
        #: on rank 0 the next batch to hand out; on a worker the one it begins with, then none.
        self._next = max(comm.size - 1, 0) if comm.is_root else comm.rank - 1
        self._tallies = np.zeros((comm.size, 2), dtype=np.int64)
        self._stopping = False
        self.computes = comm.size == 1 or not comm.is_root
        # A signal stops every rank itself on most launchers: more ranks may ask less often.
        self._heartbeat_s = max(HEARTBEAT_S, comm.size / 10_000)
        #: None until there is work: a rank may take long to get ready for it.
        self._last_message_s: float | None = None

    def next_batch(self) -> int | None:
        """The number of a batch to do; None when there is none left or the run stops."""
        if self._comm.size == 1:
            if self._stopping or self._next >= self._n_batches:
                return None
            self._next += 1
            return self._next - 1
        own, self._next = self._next, self._n_batches
        if own < self._n_batches and not self._stopping:
            return own
        reply = self._ask(_Word.REQUEST)
        return int(reply[1]) if reply[0] == _Word.WORK else None

    def report(self, done: int, failed: int, stop: bool) -> bool:
        """Tell how many tasks this rank has done in all; False if the run stops."""
        self._tallies[self._comm.rank] = done, failed
        self._stopping = self._stopping or stop
        if self._comm.size == 1 or self._stopping:
            return not self._stopping
        if self._last_message_s is None:
            self._last_message_s = time.monotonic()
        if time.monotonic() - self._last_message_s < self._heartbeat_s:
            return True
        self._stopping = self._ask(_Word.HEARTBEAT)[0] != _Word.WORK
        return not self._stopping

    def tally(self) -> tuple[int, int]:
        """Tasks done and failed, as of the last message of each worker."""
        return int(self._tallies[:, 0].sum()), int(self._tallies[:, 1].sum())

    def serve(self, should_stop: Callable[[], bool]) -> None:
        """Answer requests until every worker has been told to leave."""
        working = self._comm.size - 1
        while working:
            arrived = self._comm.receive_any(timeout_s=0.1)
            self._stopping = self._stopping or should_stop()
            if arrived is None:
                continue
            worker, message = arrived
            working -= self._answer(worker, message)

    def _answer(self, worker: int, message: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
        """Reply to one message; 1 if the worker leaves for good."""
        self._tallies[worker] = message[1:3]
        self._stopping = self._stopping or bool(message[3])
        if message[0] == _Word.HEARTBEAT:
            word = _Word.LEAVE if self._stopping else _Word.WORK
            self._comm.send(_message(word), worker)
            return 0  # A worker told to stop inside a batch asks once more for its leave.
        if self._stopping or self._next >= self._n_batches:
            self._comm.send(_message(_Word.LEAVE), worker)
            return 1
        self._comm.send(_message(_Word.WORK, self._next), worker)
        self._next += 1
        return 0

    def _ask(self, word: _Word) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        done, failed = self._tallies[self._comm.rank]
        self._comm.send(_message(word, done, failed, int(self._stopping)), 0)
        reply = self._comm.receive(0)
        self._last_message_s = time.monotonic()
        if reply is None:
            raise ConnectionError("rank 0 did not answer")
        return reply


def choose_dispatcher(comm: Communicator, n_batches: int, forced: str | None = None) -> Dispatcher:
    """The dispatcher that fits the ranks: shared memory if it spans them all, else rank 0.

    Args:
        comm: all ranks.
        n_batches: of this phase.
        forced: "node" or "master" to decide otherwise.

    Raises:
        InvalidInputError: "node" is forced, but the ranks are on several nodes.
    """
    kind = forced or ("node" if comm.n_nodes == 1 else "master")
    return NodeDispatcher(comm, n_batches) if kind == "node" else MasterDispatcher(comm, n_batches)
