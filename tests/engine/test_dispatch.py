"""The scheduler on rank 0 and its workers, as threads that exchange messages."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from region_grower_hpc.engine import dispatch
from region_grower_hpc.engine.communicator import Int64Array, SerialCommunicator
from region_grower_hpc.engine.dispatch import MasterDispatcher

Message = tuple[int, Int64Array]


class Threads(SerialCommunicator):
    """One rank of several in this process; counts the messages that it sends."""

    def __init__(self, rank: int, inboxes: list[queue.Queue[Message]]) -> None:
        super().__init__()
        self.rank, self.size, self.inboxes = rank, len(inboxes), inboxes
        self.sent = 0

    def send(self, message: Int64Array, destination: int) -> None:
        self.sent += 1
        self.inboxes[destination].put((self.rank, np.array(message)))

    def receive(self, source: int, timeout_s: float | None = None) -> Int64Array | None:
        return self.inboxes[self.rank].get(timeout=10)[1]

    def receive_any(self, timeout_s: float | None) -> Message | None:
        try:
            return self.inboxes[self.rank].get(timeout=timeout_s)
        except queue.Empty:
            return None


def run(
    n_ranks: int,
    n_batches: int,
    should_stop: Callable[[], bool] = lambda: False,
    asks_to_stop: Callable[[int], bool] = lambda batch: False,
) -> tuple[list[list[int]], list[int]]:
    """Batches that each rank did, and the messages that it sent."""
    inboxes: list[queue.Queue[Message]] = [queue.Queue() for _ in range(n_ranks)]
    comms = [Threads(rank, inboxes) for rank in range(n_ranks)]
    done: list[list[int]] = [[] for _ in range(n_ranks)]

    def rank(number: int) -> None:
        dispatcher = MasterDispatcher(comms[number], n_batches)
        if not dispatcher.computes:
            dispatcher.serve(should_stop)
            return
        dispatcher.report(0, 0, asks_to_stop(-1))
        time.sleep(0.001)
        dispatcher.report(0, 0, False)
        while (batch := dispatcher.next_batch()) is not None:
            if not dispatcher.report(len(done[number]), 0, asks_to_stop(batch)):
                continue
            done[number].append(batch)

    threads = [threading.Thread(target=rank, args=(number,)) for number in range(n_ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive(), "a rank waits for ever"
    return done, [comm.sent for comm in comms]


@pytest.mark.parametrize("n_ranks", [1, 2, 3, 6])
@pytest.mark.parametrize("n_batches", [0, 1, 2, 5, 40])
def test_every_batch_is_done_once(n_ranks: int, n_batches: int) -> None:
    done, _ = run(n_ranks, n_batches)
    assert sorted(batch for one in done for batch in one) == list(range(n_batches))


def test_workers_begin_unasked() -> None:
    done, sent = run(4, 3)
    assert done == [[], [0], [1], [2]]
    # One request each, which is answered by the leave.
    assert sent == [3, 1, 1, 1]


def test_a_worker_that_has_to_stop_does_not_begin() -> None:
    done, _ = run(3, 10, asks_to_stop=lambda batch: True)
    assert done == [[], [], []]


def test_a_stop_of_one_worker_reaches_the_others() -> None:
    done, _ = run(3, 10_000, asks_to_stop=lambda batch: batch == 1)
    assert sum(map(len, done)) < 10_000


def test_the_answer_to_a_sign_of_life_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that learns of the stop before its first batch does not begin that batch."""
    monkeypatch.setattr(dispatch, "HEARTBEAT_S", 0.0)
    done, _ = run(2, 10, should_stop=lambda: True)
    assert done == [[], []]
