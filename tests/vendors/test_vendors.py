"""The engine under MPICH and under Open MPI: the same bytes, and the same manners when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import descendants, differences, results
from tests.vendors.conftest import TOY
from tests.vendors.vendor import Vendor, can_be_two_nodes, find_mpich, find_openmpi

pytestmark = [pytest.mark.mpi, pytest.mark.timeout(240)]


@pytest.mark.parametrize("dispatch", ["node", "master"])
@pytest.mark.parametrize("n_ranks", [1, 2, 3, 5, 8])
def test_same_bytes(
    vendor: Vendor, expected: dict[str, bytes], tmp_path: Path, n_ranks: int, dispatch: str
) -> None:
    out = tmp_path / "out"
    finished = vendor.run([*TOY, str(out), "--dispatch", dispatch], n_ranks)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert differences(expected, results(out)) == []


def test_same_bytes_on_two_shared_memory_domains(
    vendor: Vendor, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """Two groups of ranks, as on two nodes: 3 and 2 (MPICH: every second rank)."""
    require_two_nodes(vendor)
    out = tmp_path / "out"
    finished = vendor.run([*TOY, str(out)], 5, two_domains=True)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert differences(expected, results(out)) == []
    refused = vendor.run(
        [*TOY, str(out), "--dispatch", "node", "--overwrite", "--seed", "1"], 4, True
    )
    assert "on 2: leave --dispatch out" in refused.stderr


@pytest.mark.parametrize("two_domains", [False, True])
def test_the_communicator(vendor: Vendor, two_domains: bool) -> None:
    """Shared arrays, exchanges, collective calls and counters."""
    if two_domains:
        require_two_nodes(vendor)
    finished = vendor.run(["-m", "tests.engine.test_comm"], 3, two_domains)
    assert finished.returncode == 0, finished.stderr


def test_an_unexpected_error_of_one_rank_ends_all(vendor: Vendor, tmp_path: Path) -> None:
    """`gather` is called by rank 0 alone, while the others wait for it."""
    started_s = time.monotonic()
    finished = vendor.run([*TOY, str(tmp_path / "out"), "--broken", "gather"], 3)
    assert finished.returncode == ExitCode.INTERNAL, finished.stderr
    assert finished.stderr.count("Traceback") == 1
    assert "gather is broken" in finished.stderr
    assert time.monotonic() - started_s < 60


def test_a_killed_rank_ends_all_and_the_run_resumes(
    vendor: Vendor, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """The victim is the last rank; the next start has another number of ranks."""
    out = tmp_path / "out"
    command = [*TOY, str(out), "--sleep", "0.1"]
    process = vendor.start(command, 3, tmp_path / "log")
    wait_until(lambda: has_begun(out), process)
    os.kill(ranks(process)[-1], signal.SIGKILL)
    killed_s = time.monotonic()
    assert process.wait(timeout=60) != ExitCode.DONE
    assert time.monotonic() - killed_s < 30
    finished = vendor.run(command, 2)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert differences(expected, results(out)) == []


@pytest.mark.parametrize("launcher", ["mpiexec", "--nb-processes"])
def test_a_request_to_stop_is_heard(vendor: Vendor, tmp_path: Path, launcher: str) -> None:
    """The code is 75 and the same command continues.

    SIGUSR1 is what both mpiexecs pass on; the parent of --nb-processes turns SIGTERM into it.
    """
    out = tmp_path / "out"
    command = [*TOY, str(out), "--sleep", "0.2"]
    parent = None if launcher == "mpiexec" else [str(vendor.python), *command, launcher, "3"]
    process = vendor.start(command, 3, tmp_path / "log", parent)
    wait_until(lambda: has_begun(out), process)
    process.send_signal(signal.SIGTERM if parent else signal.SIGUSR1)
    code = process.wait(timeout=60)
    assert code == ExitCode.STOPPED_EARLY, (tmp_path / "log").read_text()
    finished = vendor.run([*command, "--resume"], 2)
    assert finished.returncode == ExitCode.DONE, finished.stderr


def test_sigterm_to_the_mpiexec_of_open_mpi_loses_nothing(
    expected: dict[str, bytes], tmp_path: Path
) -> None:
    """It ends the ranks itself, and its code is not ours; the same command continues."""
    vendor = find_openmpi()
    out = tmp_path / "out"
    command = [*TOY, str(out), "--sleep", "0.1"]
    process = vendor.start(command, 3, tmp_path / "log")
    wait_until(lambda: has_begun(out), process)
    process.terminate()
    assert process.wait(timeout=60) != ExitCode.DONE
    finished = vendor.run([*command, "--resume"], 2)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert differences(expected, results(out)) == []


def test_many_processes_without_a_launcher(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """--nb-processes starts more ranks than this machine has cores."""
    vendor = find_openmpi()
    out = tmp_path / "out"
    environment = vendor.environment()
    del environment["PRTE_MCA_rmaps_default_mapping_policy"]
    n_ranks = str((os.cpu_count() or 1) + 1)
    words = [str(vendor.python), *TOY, str(out), "--nb-processes", n_ranks]
    finished = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert differences(expected, results(out)) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="Open MPI refuses root only")
def test_root_is_told_how_to_start_open_mpi(tmp_path: Path) -> None:
    vendor = find_openmpi()
    environment = vendor.environment()
    del environment["OMPI_ALLOW_RUN_AS_ROOT"]
    words = [str(vendor.python), *TOY, str(tmp_path / "out"), "--nb-processes", "2"]
    finished = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == ExitCode.INVALID_INPUT, finished.stderr
    assert "OMPI_ALLOW_RUN_AS_ROOT=1" in finished.stderr


@pytest.mark.parametrize("launcher", ["mpich", "openmpi"])
def test_the_launcher_of_another_vendor_is_refused(tmp_path: Path, launcher: str) -> None:
    mpich, openmpi = find_mpich(), find_openmpi()
    mpiexec, python = (
        (mpich.mpiexec, openmpi.python) if launcher == "mpich" else (openmpi.mpiexec, mpich.python)
    )
    mixed = Vendor(launcher, python, mpiexec)
    finished = mixed.run([*TOY, str(tmp_path / "out")], 2)
    assert finished.returncode == ExitCode.INVALID_INPUT, finished.stderr
    assert finished.stderr.count("use the mpiexec that belongs to this library") == 1
    assert not (tmp_path / "out").exists()


def require_two_nodes(vendor: Vendor) -> None:
    if vendor.name == "openmpi" and not can_be_two_nodes():
        pytest.skip("Open MPI sees two nodes only where unshare may make user namespaces")


def has_begun(out: Path) -> bool:
    """Whether a task has been done: its journal is longer than the start of the first."""
    return any(path.stat().st_size > 400 for path in out.rglob("*.journal"))


def ranks(process: subprocess.Popen[bytes]) -> list[int]:
    """Processes of the run that execute the toy, in order of their start."""
    found = []
    for pid in descendants(process.pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"tests.engine.toy" in words and b"python" in words[0]:
            found.append(pid)
    return sorted(found)


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    limit_s = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None, "the run ended too early"
        assert time.monotonic() < limit_s, "the run does not begin"
        time.sleep(0.02)
