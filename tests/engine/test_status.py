"""`status`: how runs are, whatever state their files are in."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.engine.inspection.journal_tail import (
    FIRST_BYTES,
    RankState,
    ranks_of_session,
    with_tail,
)
from region_grower_hpc.engine.inspection.run_places import find_run
from region_grower_hpc.engine.inspection.run_status import AT_WORK, Condition, read_status
from region_grower_hpc.engine.journal import JournalWriter, journal_path
from region_grower_hpc.engine.record import Kind, encode
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command, start_command
from tests.engine.test_resume import TOY, wait_for_journals

pytestmark = pytest.mark.timeout(120)


def status(*words: Any) -> Result:
    return CliRunner().invoke(main, ["status", *map(str, words)])


def values(*words: Any) -> Any:
    return json.loads(status(*words, "--json").stdout)


def toy(out: Path, *more: str, n_ranks: int = 0) -> int:
    return run_command([*TOY, str(out), *more], n_ranks).returncode


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("complete") / "out"
    assert toy(out, "--misdeed", "7:fail", "--misdeed", "10:bug") == ExitCode.TOO_MANY_FAILURES
    return out


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one process, killed in the middle."""
    out = tmp_path_factory.mktemp("killed") / "out"
    process = start_command([*TOY, str(out), "--sleep", "0.1", "--misdeed", "7:fail"])
    wait_for_journals(out)
    time.sleep(0.5)
    process.kill()
    process.wait()
    return out


def journal_of(out: Path) -> Path:
    (journal,) = out.rglob("*.journal")
    return journal


def test_no_run(tmp_path: Path) -> None:
    done = status(tmp_path / "out")
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert f"there is no run of {tmp_path / 'out'}" in done.output
    assert f"{tmp_path / 'out.rghpc'}" in done.output
    assert status("--state-dir", tmp_path / "absent").exit_code == ExitCode.INVALID_INPUT
    assert status().exit_code == ExitCode.USAGE


def test_not_started(tmp_path: Path) -> None:
    (tmp_path / ".rghpc").mkdir()
    (tmp_path / ".rghpc" / "costs.json").write_text("{}")
    done = status(tmp_path)
    assert done.exit_code == ExitCode.STOPPED_EARLY
    assert "not started" in done.output


def test_complete(complete: Path) -> None:
    before = snapshot(complete)
    done = status(complete)
    assert done.exit_code == ExitCode.TOO_MANY_FAILURES
    assert "complete with 2 failures, more than allowed" in done.output
    assert "50 of 50 (100.0 %), 2 failed: 1 input, 1 internal" in done.output
    (found,) = values(complete)
    assert found["condition"] == "complete"
    assert found["failed_kinds"] == {"input": 1, "internal": 1}
    assert found["sessions"][0]["outcome"] == "complete"
    assert snapshot(complete) == before


def test_failures_that_are_allowed(tmp_path: Path) -> None:
    assert toy(tmp_path, "--misdeed", "7:fail", "--max-failed-ratio", "0.5") == ExitCode.DONE
    done = status(tmp_path)
    assert done.exit_code == ExitCode.DONE
    assert "complete with 1 failure\n" in done.output


def test_every_way_to_name_a_run(complete: Path, tmp_path: Path) -> None:
    assert values(complete) == values(complete / ".rghpc")
    (tmp_path / "many").mkdir()
    for name in ("a.h5", "b.h5"):
        state = tmp_path / "many" / f"{name}.rghpc"
        state.symlink_to(complete / ".rghpc")
    both = values(tmp_path / "many")
    assert [one["output"] for one in both] == [
        str(tmp_path / "many" / it) for it in ("a.h5", "b.h5")
    ]
    assert values(tmp_path / "many" / "a.h5")[0]["condition"] == "complete"
    assert values("--state-dir", complete / ".rghpc")[0]["output"] is None


def test_state_dir_elsewhere(tmp_path: Path) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    assert toy(out, "--state-dir", str(state)) == ExitCode.DONE
    assert status(out, "--state-dir", state).exit_code == ExitCode.DONE
    assert status(state).exit_code == ExitCode.DONE
    assert status(out).exit_code == ExitCode.INVALID_INPUT


def test_several_runs_have_the_code_of_the_worst(complete: Path, killed: Path) -> None:
    assert status(complete, killed).exit_code == ExitCode.STOPPED_EARLY
    assert status(complete, complete.parent / "absent").exit_code == ExitCode.INVALID_INPUT


def test_stopped(tmp_path: Path) -> None:
    code = toy(tmp_path, "--sleep", "0.2", "--time-limit", "0.6")
    assert code == ExitCode.STOPPED_EARLY
    done = status(tmp_path)
    assert done.exit_code == ExitCode.STOPPED_EARLY
    assert "stopped early: the time limit is reached" in done.output
    assert "the same command continues: toy.py" in done.output
    (found,) = values(tmp_path)
    assert 0 < found["done"] < 50
    assert found["done"] == found["ranks"][0]["done"]


def test_killed(killed: Path) -> None:
    done = status(killed)
    assert done.exit_code == ExitCode.STOPPED_EARLY
    assert "killed or crashed" in done.output
    (found,) = values(killed)
    (rank,) = found["ranks"]
    # Exact to the last task, though the last event is older.
    records = len(list(_done(journal_of(killed))))
    assert found["done"] == records > 0
    assert rank["host"] == os.uname().nodename
    assert rank["task"] is not None
    assert (found["failed"], rank["done"] + rank["failed"]) == (rank["failed"], records)


def _done(journal: Path) -> Any:
    from region_grower_hpc.engine.journal import JournalReader

    reader = JournalReader(journal)
    yield from (it for it in reader.records() if it.kind in (Kind.DONE, Kind.FAILED))
    reader.close()


@pytest.mark.mpi
@pytest.mark.parametrize("dispatch", ["node", "master"])
def test_running(tmp_path: Path, dispatch: str) -> None:
    words = ["--n-tasks", "25", "--sleep", "0.3", "--dispatch", dispatch]
    process = start_command([*TOY, str(tmp_path), *words], n_ranks=3)
    try:
        wait_for_journals(tmp_path)
        done = status(tmp_path, "--ranks")
        assert done.exit_code == AT_WORK
        assert f"running, on {os.uname().nodename}, 3 ranks on 1 node, since" in done.output
        (found,) = values(tmp_path)
        assert found["lock_held"]
        assert found["phase"] == "computing"
        assert found["n_ranks"] == 3
        assert sum(rank["task"] is not None for rank in found["ranks"]) >= 1
        watched = status(tmp_path, "--watch", "0.5")
        assert watched.exit_code == ExitCode.DONE
        assert "complete" in watched.output
    finally:
        assert process.wait(timeout=60) == 0


def test_the_last_word_of_a_rank_that_crashed(tmp_path: Path) -> None:
    assert toy(tmp_path, "--misdeed", "10:die") != ExitCode.DONE
    (rank,) = values(tmp_path)[0]["ranks"]
    assert (rank["task"], rank["crash"]) == (10, "Segmentation fault")
    assert "died: Segmentation fault" in status(tmp_path).output


def test_looking_holds_no_lock_and_frees_none(tmp_path: Path) -> None:
    process = start_command([*TOY, str(tmp_path), "--sleep", "0.3"])
    wait_for_journals(tmp_path)
    for _ in range(20):
        assert read_status(find_run(tmp_path, None)).sure
    process.kill()
    process.wait()
    assert read_status(find_run(tmp_path, None)).condition is Condition.KILLED


def elsewhere(out: Path, age_s: float) -> None:
    """As if the run had been on another node, and last written to some time ago."""
    path = out / ".rghpc" / "provenance.json"
    content = json.loads(path.read_text())
    content["sessions"][-1]["host"] = "another-node"
    content["sessions"][-1]["slurm"] = {"SLURM_JOB_ID": "4711"}
    path.write_text(json.dumps(content))
    moment_s = time.time() - age_s
    for file in out.rglob("*"):
        os.utime(file, (moment_s, moment_s))


@pytest.fixture
def copy(killed: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", killed, tmp_path / "copy"], check=True)
    return tmp_path / "copy"


def test_on_another_node_the_age_of_files_tells(copy: Path) -> None:
    elsewhere(copy, 5)
    done = status(copy)
    assert done.exit_code == AT_WORK
    assert "running, on another-node (SLURM job 4711)" in done.output
    assert "(by the age of its files)" in done.output
    elsewhere(copy, 3600)
    done = status(copy)
    assert done.exit_code == ExitCode.STOPPED_EARLY
    assert "no sign of life for 1:00:0" in done.output


def test_journals_cut_anywhere(copy: Path) -> None:
    journal = journal_of(copy)
    whole = journal.read_bytes()
    choices = random.Random(1)
    last = values(copy)[0]["done"]
    for length in [*range(len(whole) - 80, len(whole)), *choices.sample(range(len(whole)), 40), 0]:
        journal.write_bytes(whole[:length])
        done = read_status(find_run(copy, None)).done
        assert 0 <= done <= last


def test_flipped_bits_do_no_harm(copy: Path) -> None:
    journal = journal_of(copy)
    whole = journal.read_bytes()
    choices = random.Random(2)
    for _ in range(100):
        data = bytearray(whole)
        data[choices.randrange(len(data))] ^= 1 << choices.randrange(8)
        journal.write_bytes(data)
        assert read_status(find_run(copy, None)).condition is Condition.KILLED


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x00\xff" * 100,
        b'{"event": "progress", "time": "now", "done": 1, "failed": 0, "total": 50}\n',
        b'{"event": "progress", "time": 9e9, "done": "1", "failed": 0, "total": 50}\n',
        b'[1, 2]\n{"event": 1}\n"text"\nnull\n',
        b'{"event": "pro',
        b'{"event": "start", "time": 9e9, "done": true, "failed": 0, "total": 50}\n',
    ],
)
def test_damaged_events(copy: Path, damage: bytes) -> None:
    path = copy / ".rghpc" / "progress.jsonl"
    before = values(copy)[0]["done"]
    path.write_bytes(path.read_bytes() + damage)
    assert values(copy)[0]["done"] == before
    path.write_bytes(damage)
    assert status(copy).exit_code == ExitCode.STOPPED_EARLY


@pytest.mark.parametrize("name", ["progress.jsonl", "provenance.json", "lock", "journals"])
def test_missing_files(copy: Path, name: str) -> None:
    subprocess.run(["rm", "-r", copy / ".rghpc" / name], check=True)
    assert status(copy).exit_code in (ExitCode.STOPPED_EARLY, AT_WORK)


@pytest.mark.parametrize("text", ["{", "[]", '{"sessions": [1, null]}', '{"sessions": {}}'])
def test_damaged_provenance(copy: Path, text: str) -> None:
    (copy / ".rghpc" / "provenance.json").write_text(text)
    assert status(copy).exit_code in (ExitCode.STOPPED_EARLY, AT_WORK)


def test_damaged_plan(copy: Path) -> None:
    (copy / ".rghpc" / "plan.json").write_text("{")
    done = status(copy)
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "plan.json is damaged" in done.output


def test_another_version(copy: Path) -> None:
    path = copy / ".rghpc" / "plan.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": "0.0.1"}))
    assert "begun with 0.0.1" in status(copy).output


def test_a_journal_that_vanishes(tmp_path: Path) -> None:
    gone = RankState(3, tmp_path / "000003.journal", 10, 1.0)
    assert with_tail(gone) == gone
    assert ranks_of_session(tmp_path / "absent") == []


def test_only_the_end_of_a_journal_is_read(tmp_path: Path) -> None:
    journal = tmp_path / "000000.journal"
    with journal.open("wb") as file:
        file.truncate(1 << 40)
        file.seek(0, os.SEEK_END)
        file.write(encode(Kind.STARTED, 5, payload=b"12 3 node7"))
        file.write(encode(Kind.DONE, 5, 1.0, bytes(1000)) + encode(Kind.STARTED, 8))
        file.write(encode(Kind.FAILED, 8, 1.0) + encode(Kind.STARTED, 9, payload=b"13 4 node7"))
        file.write(b"torn")
    started_s = time.monotonic()
    (state,) = ranks_of_session(tmp_path)
    state = with_tail(state)
    assert (state.task, state.done, state.failed, state.host) == (9, 13, 4, "node7")
    assert time.monotonic() - started_s < 5


def test_a_result_larger_than_the_end_that_is_read(tmp_path: Path) -> None:
    with (tmp_path / "000000.journal").open("wb") as file:
        file.write(encode(Kind.STARTED, 5, payload=b"2 0 node7"))
        file.write(encode(Kind.DONE, 5, 1.0, bytes(3 * FIRST_BYTES)))
    state = with_tail(ranks_of_session(tmp_path)[0])
    assert (state.task, state.done) == (None, 3)


def test_of_many_ranks_the_most_silent_are_shown(copy: Path) -> None:
    folder = journal_of(copy).parents[2]
    for rank in range(300):
        writer = JournalWriter(journal_path(folder, 2, rank))
        writer.started(1, b"4 1 node")
        writer.close()
    slow = journal_path(folder, 2, 77)
    os.utime(slow, (time.time() - 500, time.time() - 500))
    done = status(copy)
    lines = done.output.splitlines()
    assert "300; the 10 silent for longest; --ranks shows all" in done.output
    first = next(at for at, line in enumerate(lines) if "task in hand" in line)
    assert lines[first + 1].split()[:3] == ["77", "0:08:20", "1"]
    assert len(lines) < 30
    assert len(status(copy, "--ranks").output.splitlines()) > 300


def test_status_loads_no_science(complete: Path) -> None:
    code = (
        "import sys\n"
        "from region_grower_hpc.cli import main\n"
        f"try: main(['status', {str(complete)!r}])\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    science = {"h5py", "voxcell", "pandas", "scipy", "morphio", "mpi4py", "neurots", "trimesh"}
    assert not {name.split(".")[0] for name in loaded} & science
