"""What the engine asks of a set of ranks, and the stand-in for one rank."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
Array = NDArray[Any]
T = TypeVar("T")

#: Length of the fixed messages between the scheduler and a worker.
MESSAGE_LENGTH = 4


class SharedCounters(ABC):
    """A few int64 that all ranks of a node see; each has one writer, but for `fetch_add`."""

    #: (n,) the memory itself.
    values: Int64Array

    @abstractmethod
    def fetch_add(self, index: int, amount: int) -> int:
        """Add atomically and give the value before."""


class Communicator(ABC):
    """The ranks of a run.

    Collective calls are made by all ranks in the same order. They wait without spinning, so that
    ranks that wait leave the cores to ranks that compute.
    """

    rank: int
    size: int
    #: rank among the ranks that share memory with this one.
    node_rank: int
    #: number of such groups.
    n_nodes: int
    #: name and version of the MPI library, empty without one.
    library: str

    @abstractmethod
    def bcast(self, value: T) -> T:
        """The value of rank 0, on every rank."""

    @abstractmethod
    def gather(self, value: T) -> list[T] | None:
        """The values of all ranks in rank order, on rank 0; None elsewhere."""

    @abstractmethod
    def allgather(self, value: T) -> list[T]:
        """The values of all ranks in rank order."""

    @abstractmethod
    def sum_to_root(self, array: Int64Array) -> Int64Array | None:
        """Element-wise sum over the ranks, on rank 0; None elsewhere."""

    @abstractmethod
    def exchange_rows(self, rows: Int64Array, destinations: Int64Array) -> Int64Array:
        """Send row i of an (n, k) int64 array to rank destinations[i]; the rows received here."""

    @abstractmethod
    def share(self, array: Array | None) -> Array:
        """A read-only copy of rank 0's array (None elsewhere), held once a node."""

    @abstractmethod
    def node_counters(self, count: int) -> SharedCounters:
        """Zeroed counters shared by the ranks of this node."""

    @abstractmethod
    def send(self, message: Int64Array, destination: int) -> None:
        """Send a message of MESSAGE_LENGTH int64."""

    @abstractmethod
    def receive(self, source: int, timeout_s: float | None = None) -> Int64Array | None:
        """The next message of `source`; None if `timeout_s` passes without one."""

    @abstractmethod
    def receive_any(self, timeout_s: float | None) -> tuple[int, Int64Array] | None:
        """Rank and text of the next message; None if `timeout_s` passes without one."""

    @abstractmethod
    def abort(self, exit_code: int) -> NoReturn:
        """End all ranks at once."""

    @abstractmethod
    def is_first_to_fail(self) -> bool:
        """Whether no other rank of this node has asked this before: it tells why all end."""

    @property
    def is_root(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0


class LocalCounters(SharedCounters):
    """Counters of a node with one rank."""

    def __init__(self, count: int) -> None:
        self.values = np.zeros(count, dtype=np.int64)

    def fetch_add(self, index: int, amount: int) -> int:
        """Add and give the value before."""
        before = int(self.values[index])
        self.values[index] += amount
        return before


class SerialCommunicator(Communicator):
    """One rank, without MPI."""

    rank = 0
    size = 1
    node_rank = 0
    n_nodes = 1
    library = ""

    def bcast(self, value: T) -> T:
        """The value itself."""
        return value

    def gather(self, value: T) -> list[T] | None:
        """A list of the value."""
        return [value]

    def allgather(self, value: T) -> list[T]:
        """A list of the value."""
        return [value]

    def sum_to_root(self, array: Int64Array) -> Int64Array | None:
        """The array itself."""
        return array

    def exchange_rows(self, rows: Int64Array, destinations: Int64Array) -> Int64Array:
        """The rows themselves."""
        return rows

    def share(self, array: Array | None) -> Array:
        """The array itself, read-only."""
        if array is None:
            raise ValueError("rank 0 shares an array")
        view = array.view()
        view.flags.writeable = False
        return view

    def node_counters(self, count: int) -> SharedCounters:
        """Counters in the memory of this process."""
        return LocalCounters(count)

    def send(self, message: Int64Array, destination: int) -> None:
        """There is nobody to send to."""
        raise ValueError("a single rank has nobody to send to")

    def receive(self, source: int, timeout_s: float | None = None) -> Int64Array | None:
        """There is nobody to hear from."""
        raise ValueError("a single rank has nobody to hear from")

    def receive_any(self, timeout_s: float | None) -> tuple[int, Int64Array] | None:
        """There is nobody to hear from."""
        raise ValueError("a single rank has nobody to hear from")

    def is_first_to_fail(self) -> bool:
        """There is no other."""
        return True

    def abort(self, exit_code: int) -> NoReturn:
        """End the process by the ordinary way."""
        raise SystemExit(exit_code)
