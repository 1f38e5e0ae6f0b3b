"""Stop, continue, restart, overwrite: what a start of the command does with what it finds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from region_grower_hpc.engine.journal import JournalWriter, begin_session, journal_path
from region_grower_hpc.engine.state import StateFolder
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import (
    descendants,
    differences,
    results,
    run_command,
    sessions,
    start_command,
)

TOY = ["-m", "tests.engine.toy"]
SLOW = ["--sleep", "0.05"]


def run(out: Path, *options: str, n_ranks: int = 0, **environment: str) -> tuple[int, str]:
    finished = run_command([*TOY, str(out), *options], n_ranks, environment, timeout_s=60)
    return finished.returncode, finished.stderr


def unfinished(out: Path, *options: str) -> None:
    code, _ = run(out, *SLOW, *options, "--time-limit", "1.2")
    assert code == ExitCode.STOPPED_EARLY
    assert sessions(out) > 0


@pytest.mark.mpi
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
@pytest.mark.parametrize("dispatch", ["node", "master"])
def test_a_signal_to_mpiexec_drains_and_exits_with_75(
    tmp_path: Path, number: signal.Signals, dispatch: str
) -> None:
    command = [*TOY, str(tmp_path), "--sleep", "0.2", "--dispatch", dispatch]
    process = start_command(command, n_ranks=3)
    wait_for_journals(tmp_path)
    process.send_signal(number)
    process.send_signal(number)
    assert process.wait(timeout=30) == ExitCode.STOPPED_EARLY
    assert not (tmp_path / ".rghpc" / "complete").exists()
    assert run(tmp_path)[0] == ExitCode.DONE


def wait_for_journals(out: Path) -> None:
    limit_s = time.monotonic() + 30
    while not any(path.stat().st_size > 300 for path in out.rglob("*.journal")):
        assert time.monotonic() < limit_s, "no task was started"
        time.sleep(0.02)
    time.sleep(0.3)


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 3])
def test_the_time_limit_stops_with_75_and_the_same_command_continues(
    tmp_path: Path, n_ranks: int
) -> None:
    out, reference = tmp_path / "out", tmp_path / "reference"
    code, message = run(
        out, "--sleep", "0.2", "--n-tasks", "100", "--time-limit", "1.5", n_ranks=n_ranks
    )
    assert code == ExitCode.STOPPED_EARLY
    assert message.count("the time limit is reached") == 1
    assert "of 100 tasks are done" in message
    provenance = json.loads((out / ".rghpc" / "provenance.json").read_text())
    assert "time limit" in provenance["sessions"][0]["outcome"]
    code, message = run(out, "--n-tasks", "100", "--resume", n_ranks=2)
    assert code == ExitCode.DONE, message
    assert "tasks are done already" in message
    assert (out / ".rghpc" / "complete").exists()
    run(reference, "--n-tasks", "100")
    assert differences(results(reference), results(out)) == []


def test_the_end_of_the_slurm_job_is_a_time_limit(tmp_path: Path) -> None:
    ends = {"SLURM_JOB_ID": "1", "SLURM_JOB_END_TIME": str(int(time.time()) + 4)}
    code, message = run(tmp_path, "--sleep", "0.2", "--n-tasks", "100", **ends)
    assert code == ExitCode.STOPPED_EARLY, message


def test_another_plan_is_refused_naming_the_difference(tmp_path: Path) -> None:
    unfinished(tmp_path)
    code, message = run(tmp_path, "--seed", "5")
    assert code == ExitCode.FOREIGN_PLAN
    assert "seed: 0 -> 5" in message
    assert "--restart" in message
    code, _ = run(tmp_path, "--seed", "5", "--overwrite")
    assert code == ExitCode.FOREIGN_PLAN, "--overwrite must not discard unfinished work"
    assert run(tmp_path, "--seed", "5", "--restart")[0] == ExitCode.DONE


def test_a_finished_run_of_another_plan_is_replaced_only_by_overwrite(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == ExitCode.DONE
    code, message = run(tmp_path, "--seed", "5", "--restart")
    assert code == ExitCode.FOREIGN_PLAN
    assert "--overwrite" in message
    assert run(tmp_path, "--seed", "5", "--overwrite")[0] == ExitCode.DONE
    assert run(tmp_path, "--seed", "5")[0] == ExitCode.DONE


def test_the_content_of_an_input_counts_and_its_path_does_not(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("content")
    two.write_text("content")
    out = tmp_path / "out"
    assert run(out, "--input", str(one))[0] == ExitCode.DONE
    assert run(out, "--input", str(two))[0] == ExitCode.DONE
    two.write_text("other")
    code, message = run(out, "--input", str(two))
    assert code == ExitCode.FOREIGN_PLAN
    assert "the content of --input" in message


def test_files_of_others_are_refused_unless_overwrite(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("mine")
    code, message = run(tmp_path)
    assert code == ExitCode.INVALID_INPUT
    assert "table.csv exists" in message
    assert not (tmp_path / ".rghpc").exists()
    assert run(tmp_path, "--overwrite")[0] == ExitCode.DONE


def test_restart_discards_unfinished_work_but_not_in_a_requeued_job(tmp_path: Path) -> None:
    unfinished(tmp_path)
    before = sessions(tmp_path)
    code, message = run(
        tmp_path, *SLOW, "--restart", "--time-limit", "1.2", SLURM_RESTART_COUNT="1"
    )
    assert code == ExitCode.STOPPED_EARLY
    assert "tasks are done already" in message
    assert sessions(tmp_path) == before + 1
    code, message = run(tmp_path, "--restart")
    assert code == ExitCode.DONE
    assert "tasks are done already" not in message


def test_resume_demands_something_to_resume(tmp_path: Path) -> None:
    code, message = run(tmp_path / "out", "--resume")
    assert code == ExitCode.INVALID_INPUT
    assert "no run to resume" in message


def test_a_missing_output_of_a_complete_run_is_told(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == ExitCode.DONE
    (tmp_path / "table.csv").unlink()
    code, message = run(tmp_path)
    assert code == ExitCode.INVALID_INPUT
    assert "table.csv is missing" in message


def test_another_version_is_warned_about(tmp_path: Path) -> None:
    unfinished(tmp_path)
    plan_json = tmp_path / ".rghpc" / "plan.json"
    plan = json.loads(plan_json.read_text())
    plan["version"] = "0.0.1"
    plan_json.write_text(json.dumps(plan))
    code, message = run(tmp_path)
    assert code == ExitCode.DONE
    assert "begun with version 0.0.1" in message


def test_two_runs_at_once_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from region_grower_hpc.engine import state

    monkeypatch.setattr(state, "LOCK_PATIENCE_S", 0.3)
    folder = state.StateFolder(tmp_path / "s")
    folder.lock()
    child = os.fork()
    if child == 0:
        try:
            state.StateFolder(tmp_path / "s").lock()
        except state.InvalidInputError as error:
            os._exit(42 if "another run is at work" in str(error) else 43)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 42


def test_a_state_folder_elsewhere(tmp_path: Path) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    out.mkdir()
    assert run(out, "--state-dir", str(state))[0] == ExitCode.DONE
    assert (state / "complete").exists()
    assert not (out / ".rghpc").exists()


def test_dry_run_writes_only_costs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished = run_command([*TOY, str(out), "--dry-run"])
    assert finished.returncode == ExitCode.DONE
    assert "50 tasks, 8 shard(s) of up to 7" in finished.stdout
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["costs.json"]
    assert run(out)[0] == ExitCode.DONE


def test_shards_written_elsewhere_are_written_again(tmp_path: Path) -> None:
    """A run killed while writing and continued with another output folder is whole there."""
    first, second, state = tmp_path / "first", tmp_path / "second", tmp_path / "state"
    code, _ = run(first, *SLOW, "--time-limit", "1.2", "--state-dir", str(state))
    assert code == ExitCode.STOPPED_EARLY
    folder = StateFolder(state).run_journals
    journal = JournalWriter(journal_path(folder, begin_session(folder), 0))
    journal.shard_written(3, str((first / "table.csv").absolute()))
    journal.close()
    assert run(second, "--state-dir", str(state))[0] == ExitCode.DONE
    assert (second / "shard-0003.bin").exists()


def test_a_kill_while_a_run_is_begun_anew_leaves_the_same_command_valid(tmp_path: Path) -> None:
    """Journals of a former run are never trusted, whenever the kill came."""
    unfinished(tmp_path)
    folder = StateFolder(tmp_path / ".rghpc")
    former = folder.run_journals
    plan = folder.read_plan()
    assert plan is not None
    kept = {path: path.read_bytes() for path in former.rglob("*.journal")}
    folder.begin(plan)
    for path, content in kept.items():  # As if the kill came before they were removed.
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    code, message = run(tmp_path)
    assert code == ExitCode.DONE, message
    assert "tasks are done already" not in message
    assert not folder.journals.exists()


def test_a_finished_run_can_be_asked_for_in_a_read_only_folder(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == ExitCode.DONE
    (tmp_path / ".rghpc" / "lock").unlink()
    assert run(tmp_path)[0] == ExitCode.DONE
    assert not (tmp_path / ".rghpc" / "lock").exists()


def test_a_folder_that_cannot_be_made_is_invalid_input(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, message = run(tmp_path / "file" / "out")
    assert code == ExitCode.INVALID_INPUT
    assert "cannot write to the state folder" in message


def test_what_a_killed_writer_left_is_gone(tmp_path: Path) -> None:
    unfinished(tmp_path)
    (tmp_path / ".shard-0002.part.bin").write_text("half")
    assert run(tmp_path)[0] == ExitCode.DONE
    assert not list(tmp_path.glob(".shard*"))


@pytest.mark.kill
def test_a_signal_to_all_processes_does_not_fail_a_suspect(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path), "--misdeed", "10:slow-once"]
    for _ in range(2):
        process = start_command(command)
        wait_for(lambda: (tmp_path / "once-10").exists(), process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        (tmp_path / "once-10").unlink()
    process = start_command(command)
    wait_for(lambda: (tmp_path / "once-10").exists(), process)
    for pid in [process.pid, *descendants(process.pid)]:
        os.kill(pid, signal.SIGTERM)
    assert process.wait(timeout=60) == ExitCode.STOPPED_EARLY
    code, message = run(tmp_path, "--misdeed", "10:slow-once")
    assert code == ExitCode.DONE, message


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    limit_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit_s
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.02)
    time.sleep(0.2)
