"""The only import of mpi4py: the ranks of MPI.COMM_WORLD, or one rank where there is no launcher.

Waiting ranks sleep between two looks (MPICH would spin), and large arrays are held once a node:
in a shared-memory window, or in a memory-mapped file where /dev/shm is too small.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.communicator import (
    MESSAGE_LENGTH,
    Communicator,
    SerialCommunicator,
    SharedCounters,
)
from region_grower_hpc.engine.launcher import announced_size, check_launcher, check_not_alone
from region_grower_hpc.engine.orphan import end_with_parent, tied_to_parent
from region_grower_hpc.engine.shm_room import warn_of_little_room
from region_grower_hpc.formats.failed_write import naming

Int64Array = NDArray[np.int64]
Array = NDArray[Any]
T = TypeVar("T")

#: Time for the other ranks to end before rank 0 leaves with a code.
LEAVE_S = 1.0
#: Environment variable: seconds that MPI_Init may take.
INIT_TIMEOUT = "RGHPC_MPI_INIT_TIMEOUT"
#: /dev/shm keeps this much free for others.
SHM_RESERVE_BYTES = 64 << 20
#: Bytes of one message of a large broadcast.
BROADCAST_BLOCK_BYTES = 256 << 20


def connect() -> Communicator:
    """The ranks of this run.

    Raises:
        LauncherError: N processes were started, and each would be alone.
    """
    n_ranks = announced_size(os.environ)
    if n_ranks is None:
        return SerialCommunicator()
    end_with_parent()
    warn_of_little_room(os.environ)
    mpi = _import_mpi()
    if mpi is None:
        check_not_alone(1, os.environ, library="")
        return SerialCommunicator()
    description = mpi.Get_library_version()
    library = description.split("\n")[0].strip(" \t\0")
    # A former run of this process, or the program that calls us, may have done it.
    if not mpi.Is_initialized():
        check_launcher(os.environ, description)
        limit_s = float(os.environ.get(INIT_TIMEOUT) or 120.0 + 0.05 * n_ranks)
        with _bounded(limit_s), tied_to_parent():
            mpi.Init_thread(mpi.THREAD_FUNNELED)
    check_not_alone(mpi.COMM_WORLD.size, os.environ, library)
    return MpiCommunicator(mpi, library)


def leave(code: int) -> int:
    """The code with which this rank ends, after all ranks have agreed on `code`; not 0.

    In a SLURM step with KillOnBadExit the first rank that leaves with a code has the others killed,
    and srun tells 137. So the others leave with 0, and rank 0 after them.
    """
    if "SLURM_STEP_ID" not in os.environ:
        return code
    from mpi4py import MPI

    rank = MPI.COMM_WORLD.rank
    with tied_to_parent():
        MPI.Finalize()
    if rank:
        return 0
    time.sleep(LEAVE_S)
    return code


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Let the kernel end this process if the block takes longer.

    MPICH's ranks wait in MPI_Init for ever for one that was killed before it got there, and hold
    the interpreter meanwhile; the death of a rank by a signal ends the others.
    """
    former = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _import_mpi() -> Any:
    """The module mpi4py.MPI, MPI not yet initialized; None where it or its library is absent."""
    try:
        import mpi4py

        # MPI_Init comes later: under a launcher of others MPICH aborts in it, without advice.
        mpi4py.rc.initialize, mpi4py.rc.finalize = False, True
        # Open MPI looks at this part of itself for each shared window, in vain and aloud.
        os.environ.setdefault("OMPI_MCA_osc", "^ucx")
        from mpi4py import MPI
    except (ImportError, RuntimeError):
        return None
    return MPI


def _wait(is_done: Callable[[], bool], longest_s: float, timeout_s: float | None = None) -> bool:
    """Look 100 times at once, then sleeping between looks, up to `longest_s`; False on time-out."""
    pause_s = 20e-6
    limit_s = None if timeout_s is None else time.monotonic() + timeout_s
    for _ in range(100):
        if is_done():
            return True
    while not is_done():
        if limit_s is not None and time.monotonic() >= limit_s:
            return False
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, longest_s)
    return True


class _NodeCounters(SharedCounters):
    """Counters in a shared-memory window of the node's ranks."""

    def __init__(self, mpi: Any, node: Any, count: int) -> None:
        self._mpi = mpi
        size = 8 * count if node.rank == 0 else 0
        self._window = mpi.Win.Allocate_shared(size, 8, comm=node)
        memory, _ = self._window.Shared_query(0)
        self.values = np.frombuffer(memory, dtype=np.int64, count=count)
        if node.rank == 0:
            self.values[:] = 0
        node.Barrier()
        self._window.Lock_all(mpi.MODE_NOCHECK)

    def fetch_add(self, index: int, amount: int) -> int:
        """Add atomically and give the value before."""
        before = np.zeros(1, dtype=np.int64)
        added = np.array([amount], dtype=np.int64)
        self._window.Fetch_and_op(added, before, 0, index, self._mpi.SUM)
        self._window.Flush(0)
        return int(before[0])


class MpiCommunicator(Communicator):
    """The ranks of MPI.COMM_WORLD."""

    def __init__(self, mpi: Any, library: str) -> None:
        self._mpi = mpi
        self._world = mpi.COMM_WORLD
        self._node = self._world.Split_type(mpi.COMM_TYPE_SHARED)
        # Ranks 0 of all nodes; rank 0 of the world is among them, since the split keeps the order.
        self._leaders = self._world.Split(0 if self._node.rank == 0 else 1)
        self.library = library
        self.rank, self.size = self._world.rank, self._world.size
        self.node_rank = self._node.rank
        self.n_nodes = self._world.allreduce(int(self._node.rank == 0))
        self._shared_windows: list[Any] = []
        self._failures = self.node_counters(1)

    def bcast(self, value: T) -> T:
        """The value of rank 0, on every rank."""
        self._meet()
        received: T = self._world.bcast(value, root=0)
        return received

    def gather(self, value: T) -> list[T] | None:
        """The values of all ranks in rank order, on rank 0; None elsewhere."""
        self._meet()
        values: list[T] | None = self._world.gather(value, root=0)
        return values

    def allgather(self, value: T) -> list[T]:
        """The values of all ranks in rank order."""
        self._meet()
        values: list[T] = self._world.allgather(value)
        return values

    def sum_to_root(self, array: Int64Array) -> Int64Array | None:
        """Element-wise sum over the ranks, on rank 0; None elsewhere."""
        self._meet()
        total = np.empty_like(array) if self.is_root else None
        self._world.Reduce(np.ascontiguousarray(array), total, op=self._mpi.SUM, root=0)
        return total

    def exchange_rows(self, rows: Int64Array, destinations: Int64Array) -> Int64Array:
        """Send row i of an (n, k) int64 array to rank destinations[i]; the rows received here."""
        self._meet()
        width = rows.shape[1]
        outgoing = np.ascontiguousarray(rows[np.argsort(destinations, kind="stable")])
        counts = np.bincount(destinations, minlength=self.size).astype(np.int64)
        arriving = np.empty_like(counts)
        self._world.Alltoall(counts, arriving)
        received = np.empty((int(arriving.sum()), width), dtype=np.int64)
        unit = self._mpi.INT64_T
        self._world.Alltoallv(
            [outgoing, (counts * width, _starts(counts) * width), unit],
            [received, (arriving * width, _starts(arriving) * width), unit],
        )
        return received

    def share(self, array: Array | None) -> Array:
        """A read-only copy of rank 0's array (None elsewhere), held once a node."""
        shape, dtype = self.bcast(None if array is None else (array.shape, array.dtype))  # type: ignore[misc]
        n_bytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if n_bytes == 0:
            return np.empty(shape, dtype=dtype)
        memory = self._node_memory(n_bytes)
        if self.node_rank == 0:
            if array is not None:
                memory[:] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
            for start in range(0, n_bytes, BROADCAST_BLOCK_BYTES):
                self._leaders.Bcast(memory[start : start + BROADCAST_BLOCK_BYTES], root=0)
        self._meet()
        shared = np.frombuffer(memory, dtype=dtype).reshape(shape)
        shared.flags.writeable = False
        return shared

    def node_counters(self, count: int) -> SharedCounters:
        """Zeroed counters shared by the ranks of this node."""
        return _NodeCounters(self._mpi, self._node, count)

    def send(self, message: Int64Array, destination: int) -> None:
        """Send a message of MESSAGE_LENGTH int64."""
        self._world.Send(message, dest=destination)

    def receive(self, source: int, timeout_s: float | None = None) -> Int64Array | None:
        """The next message of `source`; None if `timeout_s` passes without one."""
        received = self._receive(source, timeout_s)
        return None if received is None else received[1]

    def receive_any(self, timeout_s: float | None) -> tuple[int, Int64Array] | None:
        """Rank and text of the next message; None if `timeout_s` passes without one."""
        return self._receive(self._mpi.ANY_SOURCE, timeout_s)

    def is_first_to_fail(self) -> bool:
        """Whether no other rank of this node has asked this before: it tells why all end."""
        return self._failures.fetch_add(0, 1) == 0

    def abort(self, exit_code: int) -> NoReturn:
        """End all ranks at once."""
        self._world.Abort(exit_code)
        raise SystemExit(exit_code)

    def _receive(self, source: int, timeout_s: float | None) -> tuple[int, Int64Array] | None:
        status = self._mpi.Status()

        def has_arrived() -> bool:
            return bool(self._world.Iprobe(source=source, status=status))

        if not _wait(has_arrived, longest_s=50e-6, timeout_s=timeout_s):
            return None
        message = np.empty(MESSAGE_LENGTH, dtype=np.int64)
        self._world.Recv(message, source=status.Get_source())
        return status.Get_source(), message

    def _meet(self) -> None:
        """Wait for all ranks without spinning."""
        _wait(self._world.Ibarrier().Test, longest_s=2e-3)

    def _node_memory(self, n_bytes: int) -> NDArray[np.uint8]:
        """Memory that all ranks of the node see."""
        path = None
        if self.node_rank == 0 and not _fits_in_shm(n_bytes):
            path = _scratch_file(n_bytes)
        path = self._node.bcast(path, root=0)
        if path is not None:
            mapped = np.memmap(path, dtype=np.uint8, mode="r+", shape=(n_bytes,))
            self._node.Barrier()
            if self.node_rank == 0:
                path.unlink()  # The mapping keeps it alive; a killed run leaves nothing behind.
            return mapped
        window = self._mpi.Win.Allocate_shared(
            n_bytes if self.node_rank == 0 else 0, 1, comm=self._node
        )
        self._shared_windows.append(window)
        memory, _ = window.Shared_query(0)
        return np.frombuffer(memory, dtype=np.uint8, count=n_bytes)


def _starts(counts: Int64Array) -> Int64Array:
    return np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)


def _fits_in_shm(n_bytes: int) -> bool:
    try:
        free_bytes = shutil.disk_usage("/dev/shm").free
    except OSError:
        return False
    return n_bytes + SHM_RESERVE_BYTES <= free_bytes


def _scratch_file(n_bytes: int) -> Path:
    """A file of the node's temporary folder (TMPDIR), its blocks reserved."""
    descriptor, name = tempfile.mkstemp(prefix="region-grower-hpc-", suffix=".shared")
    try:
        with naming(Path(name)):
            os.posix_fallocate(descriptor, 0, max(n_bytes, 1))
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return Path(name)
