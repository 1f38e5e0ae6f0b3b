"""What a dispatcher does in one given case; test_simulated_dispatch.py has thousands of others."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from region_grower_hpc.engine import dispatch
from region_grower_hpc.engine.communicator import Int64Array, SerialCommunicator
from region_grower_hpc.engine.dispatch import MasterDispatcher, NodeDispatcher, choose_dispatcher
from region_grower_hpc.errors import InvalidInputError
from tests.engine.simulated_communicator import Network, SimulatedCommunicator
from tests.engine.simulated_world import World


class Counting(SimulatedCommunicator):
    """Counts the messages that it sends."""

    def __init__(self, network: Network, rank: int) -> None:
        super().__init__(network, rank)
        self.sent = 0

    def send(self, message: Int64Array, destination: int) -> None:
        self.sent += 1
        super().send(message, destination)


def run(
    n_ranks: int,
    n_batches: int,
    should_stop: Callable[[], bool] = lambda: False,
    asks_to_stop: bool = False,
) -> tuple[list[list[int]], list[int]]:
    """Batches that each rank did, a second each, and the messages that it sent."""
    world = World(random.Random(0))
    network = Network(world, [1.0] * n_ranks, delay_s=1e-6, synchronous=False)
    comms = [Counting(network, rank) for rank in range(n_ranks)]
    done: list[list[int]] = [[] for _ in range(n_ranks)]

    def rank(number: int) -> None:
        dispatcher = MasterDispatcher(comms[number], n_batches)
        if not dispatcher.computes:
            dispatcher.serve(should_stop)
            return
        dispatcher.report(0, 0, asks_to_stop)
        world.pause(0.001)
        dispatcher.report(0, 0, False)
        while (batch := dispatcher.next_batch()) is not None:
            world.pause(1.0)
            done[number].append(batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "time", SimpleNamespace(monotonic=lambda: world.now_s))
        world.run([lambda n=number: rank(n) for number in range(n_ranks)], 10_000)  # type: ignore[misc]
    return done, [comm.sent for comm in comms]


def test_workers_begin_unasked() -> None:
    done, sent = run(4, 3)
    assert done == [[], [0], [1], [2]]
    # One request each, which is answered by the leave.
    assert sent == [3, 1, 1, 1]


def test_a_worker_that_has_to_stop_does_not_begin() -> None:
    done, _ = run(3, 10, asks_to_stop=True)
    assert done == [[], [], []]


def test_the_answer_to_a_sign_of_life_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that learns of the stop before its first batch does not begin that batch."""
    monkeypatch.setattr(dispatch, "HEARTBEAT_S", 0.0)
    done, _ = run(2, 10, should_stop=lambda: True)
    assert done == [[], []]


class TwoNodes(SerialCommunicator):
    """One rank that knows of another node."""

    n_nodes = 2


def test_the_kind_follows_the_nodes() -> None:
    assert isinstance(choose_dispatcher(SerialCommunicator(), 1), NodeDispatcher)
    assert isinstance(choose_dispatcher(SerialCommunicator(), 1, "master"), MasterDispatcher)
    assert isinstance(choose_dispatcher(TwoNodes(), 1), MasterDispatcher)
    with pytest.raises(InvalidInputError, match="but they are on 2"):
        choose_dispatcher(TwoNodes(), 1, "node")
