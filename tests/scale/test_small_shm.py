"""A /dev/shm that is too small for the shared arrays: they lie in a mapped file, same bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from region_grower_hpc.engine import shm_room
from region_grower_hpc.testing import results
from tests.scale.mounts import run_with_tmpfs

SHM = Path("/dev/shm")
JOB = ("-m", "tests.scale.synthetic")
#: The plan's shared arrays of so many tasks are 8 MB, and /dev/shm keeps 64 MB for others.
N_TASKS = "20000"


@pytest.mark.mpi
def test_the_same_bytes_with_a_small_shm(tmp_path: Path) -> None:
    words = "--n-tasks", N_TASKS, "--result-bytes", "20", "--log-level", "warning"
    small = run_with_tmpfs(SHM, "size=32m", [*JOB, str(tmp_path / "small"), *words], 2)
    assert small.returncode == 0, small.stderr
    large = run_with_tmpfs(SHM, "size=256m", [*JOB, str(tmp_path / "large"), *words], 2)
    assert large.returncode == 0, large.stderr
    alone = run_with_tmpfs(SHM, "size=1m", [*JOB, str(tmp_path / "alone"), *words])
    assert alone.returncode == 0, alone.stderr
    assert results(tmp_path / "small") == results(tmp_path / "large") == results(tmp_path / "alone")


MAPPED = """
import numpy as np
from region_grower_hpc.engine.comm import connect
comm = connect()
array = comm.share(np.arange({count}) if comm.is_root else None)
assert array[-1] == {count} - 1
maps = open("/proc/self/maps").read()
print("file" if "region-grower-hpc-" in maps else "shm", flush=True)
comm.allgather(None)
"""


@pytest.mark.mpi
@pytest.mark.parametrize(("size", "where"), [("32m", "file"), ("256m", "shm")])
def test_where_a_shared_array_lies(size: str, where: str) -> None:
    told = run_with_tmpfs(SHM, f"size={size}", ["-c", MAPPED.format(count=1_000_000)], 2)
    assert told.returncode == 0, told.stderr
    # mpiexec may join the lines of two ranks.
    assert "".join(told.stdout.split()) == 2 * where


@pytest.mark.mpi
def test_too_small_for_the_mpi_library_is_said(tmp_path: Path) -> None:
    job = [*JOB, str(tmp_path / "out"), "--n-tasks", "10"]
    told = run_with_tmpfs(SHM, "size=1m", job, 2, timeout_s=60)
    # MPICH dies of SIGBUS. A library that can do with less may succeed. What the other rank has
    # allocated by then counts as used.
    assert re.search(
        r"/dev/shm has [01] MB free, and 2 ranks on one node need about 12 MB", told.stderr
    )


def test_enough_room_is_not_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    shm_room.warn_of_little_room({"MPI_LOCALNRANKS": "2", "MPI_LOCALRANKID": "0"})
    assert capsys.readouterr().err == ""
    shm_room.warn_of_little_room({"MPI_LOCALNRANKS": "100000000", "MPI_LOCALRANKID": "1"})
    assert capsys.readouterr().err == ""
    shm_room.warn_of_little_room({"MPI_LOCALNRANKS": "100000000", "MPI_LOCALRANKID": "0"})
    assert "100000000 ranks" in capsys.readouterr().err
