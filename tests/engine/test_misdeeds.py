"""One bad task costs one task: failures, crashes, memory, time, and what ends a whole run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import results, run_command

TOY = ["-m", "tests.engine.toy"]


def failures(out: Path) -> list[str]:
    return (out / "failures.csv").read_text().splitlines()


@pytest.mark.parametrize("n_ranks", [0, 2])
def test_a_failed_task_is_a_row_of_failures(tmp_path: Path, n_ranks: int) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "7:fail", "--misdeed", "4:bug"]
    finished = run_command(command, n_ranks)
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES
    assert "2 of 50 tasks failed" in finished.stderr
    assert failures(tmp_path) == [
        "4,internal,ZeroDivisionError,division by zero",
        "7,input,,task 7 has no input at 0x...",
    ]
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 50


def test_failures_within_the_ratio_are_success(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "7:fail", "--max-failed-ratio", "0.02"]
    assert run_command(command).returncode == ExitCode.DONE


def test_a_complete_run_is_judged_again(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "7:fail"]
    assert run_command(command).returncode == ExitCode.TOO_MANY_FAILURES
    assert run_command(command).returncode == ExitCode.TOO_MANY_FAILURES
    assert run_command([*command, "--max-failed-ratio", "0.5"]).returncode == ExitCode.DONE


@pytest.mark.mpi
@pytest.mark.kill
@pytest.mark.parametrize("n_ranks", [0, 3])
def test_a_task_that_kills_its_rank_is_settled_alone(tmp_path: Path, n_ranks: int) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:die", "--chunksize", "5"]
    codes = [run_command(command, n_ranks).returncode for _ in range(2)]
    assert codes[-1] == ExitCode.TOO_MANY_FAILURES
    assert codes[0] not in {0, 2, 3, 4, 5, 75}
    assert failures(tmp_path) == ["10,crash,,the process died of SIGSEGV"]


@pytest.mark.kill
def test_a_task_that_was_killed_by_chance_is_not_suspected(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:die-once"]
    assert run_command(command).returncode != ExitCode.DONE
    assert run_command(command).returncode == ExitCode.DONE
    assert failures(tmp_path) == []


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 2])
def test_a_task_without_end_is_a_timeout(tmp_path: Path, n_ranks: int) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:hang", "--task-timeout", "0.5"]
    finished = run_command(command, n_ranks, timeout_s=60)
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES
    assert failures(tmp_path) == ["10,timeout,,took longer than 0.5 s"]


@pytest.mark.kill
def test_a_task_that_cannot_be_interrupted_ends_its_rank_and_is_settled_next(
    tmp_path: Path,
) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:stuck", "--task-timeout", "0.5"]
    stuck = run_command(command, timeout_s=60)
    assert stuck.returncode == -signal.SIGABRT
    assert "Timeout" in stuck.stderr
    assert run_command(command, timeout_s=60).returncode == ExitCode.TOO_MANY_FAILURES
    assert failures(tmp_path) == ["10,timeout,,took longer than 0.5 s"]


def test_the_time_of_a_suspect_begins_when_its_process_is_ready(tmp_path: Path) -> None:
    """A healthy suspect is not failed for the time that imports take."""
    command = [*TOY, str(tmp_path), "--misdeed", "10:die-once", "--misdeed", "10:die-once"]
    for _ in range(2):
        assert run_command(command).returncode != ExitCode.DONE
        (tmp_path / "once-10").unlink()
    (tmp_path / "once-10").touch()
    assert run_command([*command, "--task-timeout", "0.1"]).returncode == ExitCode.DONE


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 2])
def test_a_task_that_needs_too_much_memory_is_a_memory_failure(
    tmp_path: Path, n_ranks: int
) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:hog", "--memory-limit-per-rank", "2000"]
    finished = run_command(command, n_ranks, timeout_s=60)
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    assert failures(tmp_path) == ["10,memory,,needs more memory than 2000 MB"]


def test_a_memory_limit_below_the_start_is_refused(tmp_path: Path) -> None:
    finished = run_command([*TOY, str(tmp_path), "--memory-limit-per-rank", "1"])
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "--memory-limit-per-rank 1 MB is below" in finished.stderr


@pytest.mark.mpi
@pytest.mark.parametrize("step", ["plan", "setup", "gather"])
@pytest.mark.parametrize("n_ranks", [0, 1, 3])
def test_an_unexpected_error_ends_all_ranks_with_one_traceback(
    tmp_path: Path, n_ranks: int, step: str
) -> None:
    command = [*TOY, str(tmp_path), "--broken", step]
    finished = run_command(command, n_ranks, timeout_s=60)
    assert finished.returncode not in (0, 2, 3, 4, 5, 75)
    assert finished.stderr.count("Traceback") == 1
    assert f"{step} is broken" in finished.stderr
    assert not (tmp_path / ".rghpc" / "complete").exists()


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 3])
def test_invalid_input_is_told_once_and_writes_nothing(tmp_path: Path, n_ranks: int) -> None:
    out = tmp_path / "out"
    finished = run_command([*TOY, str(out), "--n-tasks", "-1"], n_ranks, timeout_s=60)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert finished.stderr.count("--n-tasks must not be negative") == 1
    assert "Traceback" not in finished.stderr
    assert not out.exists()


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 3])
def test_no_tasks_is_a_run_like_any_other(tmp_path: Path, n_ranks: int) -> None:
    assert run_command([*TOY, str(tmp_path), "--n-tasks", "0"], n_ranks).returncode == ExitCode.DONE
    assert results(tmp_path).keys() == {"table.csv", "failures.csv"}
