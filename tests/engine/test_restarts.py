"""The parent of a run: it starts a crashed run again, a bounded number of times, and no other."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from region_grower_hpc.engine import restarts
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import descendants, run_command

TOY = ["-m", "tests.engine.toy"]
SLOW = ["--sleep", "0.3", "--n-tasks", "100"]
#: The run begins a task, keeps that, and crashes.
CRASH = "echo task >> a.journal; kill -SEGV $$"


def parent(folder: Path, script: str, max_restarts: int = 10) -> subprocess.CompletedProcess[str]:
    """A parent whose run is a shell script in `folder`, which holds the journals too."""
    words = [sys.executable, "-I", "-S", restarts.__file__, str(folder), str(max_restarts)]
    return subprocess.run(
        [*words, "sh", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 75, 130])
def test_a_run_that_ends_in_order_is_not_started_again(tmp_path: Path, code: int) -> None:
    finished = parent(tmp_path, f"echo task >> a.journal; exit {code}")
    assert (finished.returncode, finished.stderr) == (code, "")


def test_a_crash_is_followed_by_a_restart_that_knows_it(tmp_path: Path) -> None:
    finished = parent(tmp_path, f'[ "$RGHPC_RESTART_COUNT" = 2 ] && exit 4; {CRASH}')
    assert finished.returncode == 4
    assert finished.stderr.splitlines() == [
        "Restart 1 of at most 10: the run was ended by SIGSEGV",
        "Restart 2 of at most 10: the run was ended by SIGSEGV",
    ]


def test_restarts_are_bounded(tmp_path: Path) -> None:
    finished = parent(tmp_path, CRASH, max_restarts=3)
    assert finished.returncode == 128 + signal.SIGSEGV
    assert (tmp_path / "a.journal").read_text() == 4 * "task\n"
    assert "after 3 restarts (--max-restarts)" in finished.stderr
    assert "the same command continues" in finished.stderr


def test_without_progress_there_is_one_restart(tmp_path: Path) -> None:
    finished = parent(tmp_path, "kill -KILL $$")
    assert finished.returncode == 128 + signal.SIGKILL
    assert finished.stderr.count("Restart") == 1
    assert "SIGKILL 2 times in a row without progress: not started again" in finished.stderr


@pytest.mark.parametrize(("word", "starts"), [("3", 1), ("begun", 2)])
def test_the_word_of_the_ranks_counts_more_than_the_code(
    tmp_path: Path, word: str, starts: int
) -> None:
    """Of mpich a 4 may be a signal 4, and a 0 a library's exit(0)."""
    tell = f"echo $RGHPC_RESTART_COUNT {word} >> $RGHPC_LAST_WORD"
    finished = parent(tmp_path, f"{tell}; exit 4")
    assert finished.stderr.count("the run ended with code 4 before its end") == starts - 1 + (
        starts > 1
    )
    assert finished.returncode == (4 if starts == 1 else 128 + signal.SIGILL)
    finished = parent(tmp_path, f"{tell}; exit 0")
    assert finished.returncode == (0 if starts == 1 else 1)


def test_the_word_of_a_dying_rank_of_a_former_start_does_not_count(tmp_path: Path) -> None:
    late = "echo 0 1 >> $RGHPC_LAST_WORD; echo 1 begun >> $RGHPC_LAST_WORD"
    deeds = f'case "$RGHPC_RESTART_COUNT" in 1) {late};; 2) exit 3;; esac; {CRASH}'
    finished = parent(tmp_path, deeds)
    assert finished.returncode == 3
    assert finished.stderr.count("Restart") == 2


def test_a_time_limit_counts_from_the_first_start(tmp_path: Path) -> None:
    words = ["--misdeed", "100:die", "--sleep", "0.5", "--time-limit", "1.5"]
    command = [*TOY, str(tmp_path), *words, "--nb-processes", "1", "--n-tasks", "40"]
    started_s = time.monotonic()
    finished = run_command(command)
    assert finished.returncode == ExitCode.STOPPED_EARLY, finished.stderr
    assert time.monotonic() - started_s < 15


def test_the_parent_is_small(tmp_path: Path) -> None:
    finished = parent(tmp_path, "grep VmRSS /proc/$PPID/status")
    assert int(finished.stdout.split()[1]) < 25_000


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_a_crash_before_the_first_task_is_told_soon(tmp_path: Path, n_ranks: int) -> None:
    command = [*TOY, str(tmp_path), "--broken", "setup:die", "--nb-processes", str(n_ranks)]
    finished = run_command(command, timeout_s=60)
    assert finished.returncode not in list(ExitCode)
    assert finished.stderr.count("Restart") == 1
    assert "without progress" in finished.stderr


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_an_exception_is_no_crash(tmp_path: Path, n_ranks: int) -> None:
    command = [*TOY, str(tmp_path), "--broken", "setup", "--nb-processes", str(n_ranks)]
    finished = run_command(command, timeout_s=60)
    assert finished.returncode == ExitCode.INTERNAL
    assert finished.stderr.count("Traceback") == 1
    assert "Restart" not in finished.stderr


def test_a_command_that_a_program_calls_does_not_start_the_program_again(tmp_path: Path) -> None:
    words = [str(tmp_path), "--nb-processes", "2"]
    call = f"from tests.engine.toy import toy; print('called'); toy({words})"
    finished = run_command(["-c", call], timeout_s=60)
    assert (finished.returncode, finished.stdout) == (ExitCode.DONE, "called\n")
    assert "one process computes" in finished.stderr


def test_no_restarts_if_none_are_wanted(tmp_path: Path) -> None:
    words = ["--misdeed", "4:die", "--nb-processes", "1", "--max-restarts", "0"]
    assert run_command([*TOY, str(tmp_path), *words]).returncode == -signal.SIGSEGV


@pytest.mark.parametrize("option", ["--restart", "--overwrite"])
def test_an_automatic_restart_discards_nothing(tmp_path: Path, option: str) -> None:
    former = [*TOY, str(tmp_path), *SLOW, "--time-limit", "1"]
    assert run_command(former).returncode == ExitCode.STOPPED_EARLY
    words = ["--n-tasks", "100", "--misdeed", "4:die", "--nb-processes", "1"]
    if option == "--overwrite":
        assert run_command([*TOY, str(tmp_path), "--n-tasks", "100"]).returncode == ExitCode.DONE
    finished = run_command([*TOY, str(tmp_path), *words, option])
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    assert finished.stderr.count("Restart") == 1
    assert (tmp_path / "failures.csv").read_text().startswith("4,crash")
    # The first start discarded the other run's work, the second one continued.
    assert finished.stderr.count("tasks are done already") <= 1


def test_the_keys_of_a_terminal_are_not_the_runs(tmp_path: Path) -> None:
    """In the background, mpiexec would take them from the shell."""
    words = ["-I", "-S", restarts.__file__, str(tmp_path), "1"]
    code, shown = in_a_terminal([*words, "sh", "-c", "readlink /proc/self/fd/0"], b"", b"")
    assert (code, shown.strip()) == (0, b"/dev/null")


# -- signals ---------------------------------------------------------------------------------------


def start(out: Path, n_ranks: int, *more: str) -> subprocess.Popen[str]:
    """A slow run with a parent, in a process group of its own; returns when tasks are done."""
    process = subprocess.Popen(
        [sys.executable, *TOY, str(out), *SLOW, "--nb-processes", str(n_ranks), *more],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: any(path.stat().st_size > 300 for path in out.rglob("*.journal")))
    return process


def wait_for(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.05)


def state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    return state_of(pid) not in {"", "Z"}


@pytest.mark.mpi
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_a_signal_to_the_parent_stops_in_order(
    tmp_path: Path, n_ranks: int, number: signal.Signals
) -> None:
    process = start(tmp_path, n_ranks)
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.STOPPED_EARLY, told
    assert "Restart" not in told
    assert "The same command continues" in told


@pytest.mark.mpi
def test_a_signal_to_everybody_stops_in_order(tmp_path: Path) -> None:
    process = start(tmp_path, 2)
    for pid in [process.pid, *descendants(process.pid)]:
        os.kill(pid, signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.STOPPED_EARLY, told
    assert "Restart" not in told


@pytest.mark.mpi
def test_a_run_that_is_paused_computes_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, 2)
    ranks = descendants(process.pid)
    os.kill(process.pid, signal.SIGTSTP)
    wait_for(lambda: all(state_of(pid) == "T" for pid in [process.pid, *ranks]))
    os.kill(process.pid, signal.SIGCONT)
    wait_for(lambda: all(state_of(pid) != "T" for pid in [process.pid, *ranks]))
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.STOPPED_EARLY, told


@pytest.mark.mpi
@pytest.mark.kill
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_nothing_is_left_of_a_run_whose_parent_is_killed(tmp_path: Path, n_ranks: int) -> None:
    process = start(tmp_path, n_ranks)
    everybody = descendants(process.pid)
    process.kill()
    process.wait(timeout=60)
    wait_for(lambda: not any(map(is_alive, everybody)))


@pytest.mark.mpi
@pytest.mark.kill
@pytest.mark.parametrize("victim", ["rank", "mpiexec"])
def test_a_killed_run_is_started_again(tmp_path: Path, victim: str) -> None:
    process = start(tmp_path, 2, "--n-tasks", "20")
    everybody = descendants(process.pid)
    os.kill(everybody[-1 if victim == "rank" else 0], signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.DONE, told
    assert told.count("Restart") == 1


def in_a_terminal(command: Sequence[str], key: bytes, when: bytes) -> tuple[int, bytes]:
    """Run a command in the foreground of a terminal and press a key once it has shown `when`."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, *command])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
        if key and when in shown:
            os.write(terminal, key)
            key = b""
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown


@pytest.mark.timeout(60)
def test_a_terminal_shows_the_bar_and_ctrl_c_stops_in_order(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path), *SLOW, "--nb-processes", "1"]
    code, shown = in_a_terminal(command, key=b"\x03", when=b"[#")
    assert code == ExitCode.STOPPED_EARLY, shown
    assert b"SIGINT received" in shown
