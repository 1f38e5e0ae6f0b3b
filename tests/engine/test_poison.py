"""Poison tasks, all in one run: each costs itself only, and no command has to be repeated."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import (
    descendants,
    differences,
    results,
    run_command,
    start_command,
)

TOY = ["-m", "tests.engine.toy"]
#: Three crash, one wants all memory, two never return: one of these holds the interpreter's lock.
POISON = {4: "die", 40: "die", 100: "die", 10: "hog", 16: "hang", 22: "stuck"}
LIMITS = ["--task-timeout", "0.3", "--memory-limit-per-rank", "2000"]
#: Those that end their rank, each once.
CRASHES = 4


def misdeeds(deeds: dict[int, str]) -> list[str]:
    return [word for task, deed in deeds.items() for word in ("--misdeed", f"{task}:{deed}")]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of a run in which the same tasks fail without harm."""
    out = tmp_path_factory.mktemp("healthy") / "out"
    words = misdeeds(dict.fromkeys(POISON, "fail"))
    finished = run_command([*TOY, str(out), *words])
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    return results(out)


@pytest.mark.mpi
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("n_ranks", "dispatch"), [(1, "node"), (2, "node"), (2, "master"), (3, "node"), (3, "master")]
)
def test_each_costs_itself_only(
    tmp_path: Path, healthy: dict[str, bytes], n_ranks: int, dispatch: str
) -> None:
    ranks = ["--nb-processes", str(n_ranks), "--dispatch", dispatch]
    finished = run_command([*TOY, str(tmp_path), *misdeeds(POISON), *LIMITS, *ranks])
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    assert 1 <= finished.stderr.count("Restart ") <= CRASHES, finished.stderr
    assert (tmp_path / "failures.csv").read_text().splitlines() == [
        "4,crash,,the process died of SIGSEGV",
        "10,memory,,needs more memory than 2000 MB",
        "16,timeout,,took longer than 0.3 s",
        "22,timeout,,took longer than 0.3 s",
        "40,crash,,the process died of SIGSEGV",
        "100,crash,,the process died of SIGSEGV",
    ]
    assert differences(healthy, results(tmp_path)) == ["failures.csv"]


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_a_task_that_does_well_alone_is_not_lost(tmp_path: Path, n_ranks: int) -> None:
    """Its rank crashed with it once: it is tried alone in the next start, and done."""
    words = ["--misdeed", "10:crash-once", "--nb-processes", str(n_ranks)]
    finished = run_command([*TOY, str(tmp_path), *words], timeout_s=60)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    assert finished.stderr.count("Restart ") == 1
    assert "1 tasks are tried alone" in finished.stderr


@pytest.mark.parametrize(
    ("misdeed", "broken"), [("crash-once", ["--broken", "alone"]), ("crash-then-no-room", [])]
)
def test_a_child_that_dies_outside_of_its_task_fails_no_task(
    tmp_path: Path, misdeed: str, broken: list[str]
) -> None:
    """The run ends, and what the child could not do is done by the next start."""
    command = [*TOY, str(tmp_path), "--misdeed", f"10:{misdeed}"]
    assert run_command(command).returncode == -signal.SIGSEGV
    finished = run_command([*command, *broken])
    assert finished.returncode == ExitCode.INTERNAL, finished.stderr
    assert "before it began the task, or after its end" in finished.stderr
    assert run_command(command).returncode == ExitCode.DONE


def test_a_pause_is_not_the_time_of_a_suspect(tmp_path: Path) -> None:
    """As a batch system suspends a job, for longer than --task-timeout."""
    words = ["--n-tasks", "2", "--sleep", "1", "--misdeed", "4:crash-once"]
    assert run_command([*TOY, str(tmp_path), *words]).returncode == -signal.SIGSEGV
    process = start_command([*TOY, str(tmp_path), *words, "--task-timeout", "3"])
    limit_s = time.monotonic() + 60
    while not any(is_in_task(pid) for pid in descendants(process.pid)):
        assert time.monotonic() < limit_s
        time.sleep(0.05)
    everybody = [process.pid, *descendants(process.pid)]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in everybody:
            os.kill(pid, number)
        time.sleep(4)
    assert process.wait(timeout=60) == ExitCode.DONE


def is_in_task(pid: int) -> bool:
    """Whether it is a child process that has begun its task."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return (
        b"region_grower_hpc.engine.suspects" in words
        and Path(os.fsdecode(words[-3]), f"{os.fsdecode(words[-2])}.ready").exists()
    )


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_a_library_that_ends_the_process_without_an_error_is_no_success(
    tmp_path: Path, n_ranks: int
) -> None:
    words = ["--misdeed", "10:leave", "--nb-processes", str(n_ranks)]
    finished = run_command([*TOY, str(tmp_path), *words], timeout_s=60)
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    assert (tmp_path / "failures.csv").read_text() == "10,crash,,the process ended with code 0\n"


@pytest.mark.mpi
def test_an_illegal_instruction_is_not_taken_for_a_code_of_ours(tmp_path: Path) -> None:
    """Mpiexec of mpich returns the number of the signal: 4."""
    words = ["--misdeed", "4:illegal", "--misdeed", "10:illegal", "--nb-processes", "2"]
    command = [*TOY, str(tmp_path), *words, "--max-restarts"]
    finished = run_command([*command, "1", "--chunksize", "50"], timeout_s=60)
    assert finished.returncode == 128 + signal.SIGILL, finished.stderr
    assert run_command([*command, "2"], timeout_s=60).returncode == ExitCode.TOO_MANY_FAILURES
