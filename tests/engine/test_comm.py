"""Communicators: shared memory, exchange of rows, messages; the same with one rank and several."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

import numpy as np
import pytest

from region_grower_hpc.engine import comm as comm_module
from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.testing import run_command


def check_share(comm: Communicator) -> None:
    original = np.arange(12.0).reshape(3, 4) if comm.is_root else None
    shared = comm.share(original)
    np.testing.assert_array_equal(shared, np.arange(12.0).reshape(3, 4))
    assert not shared.flags.writeable
    rows = np.zeros(5, dtype=[("a", "f8"), ("b", "i4")]) if comm.is_root else None
    assert comm.share(rows).dtype.names == ("a", "b")
    assert comm.share(np.empty((0, 3)) if comm.is_root else None).shape == (0, 3)


def check_share_without_shm(comm: Communicator) -> None:
    comm_module.SHM_RESERVE_BYTES = 1 << 60
    check_share(comm)


def check_exchange(comm: Communicator) -> None:
    rows = np.array([[comm.rank, number] for number in range(7)], dtype=np.int64)
    destinations = rows[:, 1] % comm.size
    here = comm.exchange_rows(rows, destinations)
    assert np.all(here[:, 1] % comm.size == comm.rank)
    assert len(here) == comm.size * sum(n % comm.size == comm.rank for n in range(7))
    nothing = comm.exchange_rows(rows[:0], destinations[:0])
    assert nothing.shape == (0, 2)


def check_collectives(comm: Communicator) -> None:
    assert comm.bcast({"from": comm.rank}) == {"from": 0}
    assert comm.allgather(comm.rank) == list(range(comm.size))
    total = comm.sum_to_root(np.array([comm.rank, 1], dtype=np.int64))
    gathered = comm.gather(comm.rank)
    if comm.is_root:
        assert total is not None
        assert total.tolist() == [sum(range(comm.size)), comm.size]
        assert gathered == list(range(comm.size))
    else:
        assert total is None
        assert gathered is None


def check_counters(comm: Communicator) -> None:
    counters = comm.node_counters(3)
    taken = [counters.fetch_add(1, 1) for _ in range(100)]
    everyone = comm.allgather((comm.node_rank, taken))
    if comm.n_nodes == 1:
        assert sorted(n for _, some in everyone for n in some) == list(range(100 * comm.size))
        assert counters.values.tolist() == [0, 100 * comm.size, 0]


CHECKS: list[Callable[[Communicator], None]] = [
    check_share,
    check_share_without_shm,
    check_exchange,
    check_collectives,
    check_counters,
]


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 1, 2, 3])
def test_all_checks(n_ranks: int) -> None:
    finished = run_command(["-m", "tests.engine.test_comm"], n_ranks, timeout_s=60)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.mpi
def test_all_checks_on_two_shared_memory_domains() -> None:
    two = {"MPIR_CVAR_NUM_CLIQUES": "2"}
    finished = run_command(["-m", "tests.engine.test_comm"], 4, two, timeout_s=60)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.mpi
@pytest.mark.parametrize("before", ["connect", "mpi4py"])
def test_mpi_may_be_initialized_already(before: str) -> None:
    """A command may do several jobs in a row, and a program that uses MPI may call it."""
    finished = run_command(["-m", "tests.engine.test_comm", before], 2, timeout_s=60)
    assert finished.returncode == 0, finished.stderr


if __name__ == "__main__":
    if sys.argv[1:] == ["connect"]:
        connect()
    if sys.argv[1:] == ["mpi4py"]:
        importlib.import_module("mpi4py.MPI")
    ranks = connect()
    try:
        for check in CHECKS:
            check(ranks)
    except AssertionError:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        ranks.abort(1)
