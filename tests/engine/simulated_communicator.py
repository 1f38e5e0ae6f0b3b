"""Ranks of a simulated world that exchange messages, share counters and meet.

Messages of one rank to another arrive in the order in which they were sent, as MPI guarantees; all
else is left to chance: how long each takes, which of several senders is heard first, and (for the
whole run) whether a send returns at once or only when the message has been received, since MPI
permits both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar, cast

import numpy as np

from region_grower_hpc.engine.communicator import (
    Array,
    Communicator,
    Int64Array,
    SharedCounters,
)
from tests.engine.simulated_world import SimulationError, Sleeper, World

T = TypeVar("T")

#: A delay is at most this many times the scale of delays.
LONGEST_DELAY = 8.0


class Network:
    """What lies between the ranks.

    Args:
        world: clock and chance.
        slowness: of every rank, a factor.
        delay_s: scale of the delays.
        synchronous: a send returns when its message has been received.
    """

    def __init__(
        self, world: World, slowness: Sequence[float], delay_s: float, synchronous: bool
    ) -> None:
        self.world = world
        self.slowness = slowness
        self.size = len(slowness)
        self.delay_s = delay_s
        self.synchronous = synchronous
        self.sent = 0
        self.received = 0
        self.meeting = Meeting()
        #: what the ranks of this node share, in order of creation.
        self.memories: list[list[int]] = []
        ranks = range(self.size)
        self._under_way: list[list[deque[Parcel]]] = [[deque() for _ in ranks] for _ in ranks]
        self.arrived: list[list[deque[Parcel]]] = [[deque() for _ in ranks] for _ in ranks]
        #: per rank, whether it waits for a message: the sleeper and the sources that it listens to.
        self.listening: list[tuple[Sleeper, Sequence[int]] | None] = [None] * self.size

    def delay(self, rank: int) -> float:
        """Seconds of one act of communication of a rank: mostly few, sometimes many."""
        return LONGEST_DELAY * self.delay_s * self.world.choices.random() ** 3 * self.slowness[rank]

    def post(self, source: int, destination: int, parcel: Parcel) -> None:
        """Let a message arrive some time later."""
        self.sent += 1
        self._under_way[source][destination].append(parcel)
        self.world.after(self.delay(source), lambda: self._arrive(source, destination))

    def _arrive(self, source: int, destination: int) -> None:
        # The oldest of this pair, whichever is due now: none overtakes another.
        self.arrived[destination][source].append(self._under_way[source][destination].popleft())
        listener = self.listening[destination]
        if listener is not None and source in listener[1]:
            self.listening[destination] = None
            listener[0].wake()


class Parcel:
    """A message, and its sender where that one waits for the receipt."""

    def __init__(self, message: Int64Array, sender: Sleeper | None) -> None:
        self.message = np.array(message)
        self.sender = sender


class Meeting:
    """One collective call: the values brought so far and who waits for the others."""

    def __init__(self) -> None:
        self.values: dict[int, Any] = {}
        self.sleepers: list[Sleeper] = []


class _Memory:
    """Shared int64: between any two accesses of a rank the other ranks may go on."""

    def __init__(self, network: Network, rank: int, numbers: list[int]) -> None:
        self._network, self._rank, self._numbers = network, rank, numbers

    def __getitem__(self, key: int | slice) -> int | Int64Array:
        self._network.world.pause(self._network.delay(self._rank))
        if isinstance(key, slice):
            return np.array(self._numbers[key], dtype=np.int64)
        return self._numbers[key]

    def __setitem__(self, key: int, value: int) -> None:
        self._network.world.pause(self._network.delay(self._rank))
        self._numbers[key] = value


class SimulatedCounters(SharedCounters):
    """Counters that the ranks of a simulated node share."""

    def __init__(self, network: Network, rank: int, numbers: list[int]) -> None:
        self.values = cast("Int64Array", _Memory(network, rank, numbers))
        self._network, self._rank, self._numbers = network, rank, numbers

    def fetch_add(self, index: int, amount: int) -> int:
        """Add and give the value before; nobody comes between the two."""
        self._network.world.pause(self._network.delay(self._rank))
        before = self._numbers[index]
        self._numbers[index] += amount
        return before


class SimulatedCommunicator(Communicator):
    """One rank of a simulated run; all ranks are on one node."""

    library = "simulated"
    n_nodes = 1

    def __init__(self, network: Network, rank: int) -> None:
        self._network = network
        self._world = network.world
        self.rank = self.node_rank = rank
        self.size = network.size
        self._n_memories = 0

    def allgather(self, value: T) -> list[T]:
        """The values of all ranks in rank order."""
        network = self._network
        meeting = network.meeting
        meeting.values[self.rank] = value
        if len(meeting.values) < self.size:
            sleeper = Sleeper(self._world)
            meeting.sleepers.append(sleeper)
            sleeper.sleep()
        else:
            network.meeting = Meeting()
            for sleeper in meeting.sleepers:
                self._world.after(network.delay(self.rank), sleeper.wake)
        return [meeting.values[rank] for rank in range(self.size)]

    def gather(self, value: T) -> list[T] | None:
        """The values of all ranks in rank order, on rank 0; None elsewhere."""
        values = self.allgather(value)
        return values if self.is_root else None

    def bcast(self, value: T) -> T:
        """The value of rank 0, on every rank."""
        return self.allgather(value)[0]

    def sum_to_root(self, array: Int64Array) -> Int64Array | None:
        """Element-wise sum over the ranks, on rank 0; None elsewhere."""
        arrays = self.allgather(array)
        return np.array(np.sum(arrays, axis=0)) if self.is_root else None

    def exchange_rows(self, rows: Int64Array, destinations: Int64Array) -> Int64Array:
        """Send row i of an (n, k) int64 array to rank destinations[i]; the rows received here."""
        everyone = self.allgather((rows, destinations))
        return np.concatenate([sent[to == self.rank] for sent, to in everyone])

    def share(self, array: Array | None) -> Array:
        """A read-only copy of rank 0's array."""
        shared = np.array(self.bcast(array))
        shared.flags.writeable = False
        return shared

    def node_counters(self, count: int) -> SharedCounters:
        """Zeroed counters shared by the ranks; all make the same ones in the same order."""
        memories = self._network.memories
        if len(memories) == self._n_memories:
            memories.append([0] * count)
        numbers = memories[self._n_memories]
        self._n_memories += 1
        self.allgather(None)
        return SimulatedCounters(self._network, self.rank, numbers)

    def send(self, message: Int64Array, destination: int) -> None:
        """Send a message."""
        self._world.note(self.rank, "sends", message, "to", destination)
        sender = Sleeper(self._world) if self._network.synchronous else None
        self._network.post(self.rank, destination, Parcel(message, sender))
        if sender is not None:
            sender.sleep()
        else:
            self._world.pause(self._network.delay(self.rank))

    def receive(self, source: int, timeout_s: float | None = None) -> Int64Array | None:
        """The next message of `source`; None if `timeout_s` passes without one."""
        received = self._receive((source,), timeout_s)
        return None if received is None else received[1]

    def receive_any(self, timeout_s: float | None) -> tuple[int, Int64Array] | None:
        """Rank and text of the next message; None if `timeout_s` passes without one."""
        return self._receive(range(self.size), timeout_s)

    def is_first_to_fail(self) -> bool:
        """No simulated rank asks."""
        raise SimulationError("a simulated rank fails")

    def abort(self, exit_code: int) -> NoReturn:
        """End the simulation."""
        raise SimulationError(f"rank {self.rank} aborts with {exit_code}")

    def _receive(
        self, sources: Sequence[int], timeout_s: float | None
    ) -> tuple[int, Int64Array] | None:
        network, world = self._network, self._world
        # A busy rank looks late, and may find several messages.
        world.pause(network.delay(self.rank))
        arrived = network.arrived[self.rank]
        ready = [source for source in sources if arrived[source]]
        if not ready:
            sleeper = Sleeper(world)
            network.listening[self.rank] = (sleeper, sources)
            if not sleeper.sleep(timeout_s):
                network.listening[self.rank] = None
                return None
            ready = [source for source in sources if arrived[source]]
        source = world.choices.choice(ready)
        parcel = arrived[source].popleft()
        network.received += 1
        world.note(self.rank, "hears", parcel.message, "from", source)
        if parcel.sender is not None:
            world.after(network.delay(source), parcel.sender.wake)
        return source, parcel.message
