"""Ranks whose launcher's helper was killed end, whatever they are doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from region_grower_hpc.run_processes import MARKER, gone, kill_all, processes
from region_grower_hpc.testing import start_command


@pytest.mark.mpi
@pytest.mark.kill
@pytest.mark.timeout(120)
@pytest.mark.parametrize("dispatch", ["node", "master"])
def test_no_rank_outlives_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dispatch: str
) -> None:
    marker = uuid.uuid4().hex
    monkeypatch.setenv(MARKER, marker)
    # Two tasks never return: without a launcher, nobody would end their ranks.
    deeds = ["--misdeed", "4:hang", "--misdeed", "7:hang", "--dispatch", dispatch]
    process = start_command(["-m", "tests.engine.toy", str(tmp_path / "out"), *deeds], n_ranks=2)
    try:
        wait_for_journals(tmp_path / "out")
        ranks = [one.pid for one in processes(marker) if one.role != "launcher"]
        parents = {parent_of(pid) for pid in ranks}
        assert len(ranks) == 2
        assert process.pid not in parents, "the ranks have no parent but the command itself"
        for pid in parents:
            os.kill(pid, signal.SIGKILL)
        assert gone(marker, time.monotonic() + 30), "ranks go on without their launcher"
        assert process.wait(timeout=30) != 0
    finally:
        kill_all(marker)


INSIDE = "with tied_to_parent(): hang()"
#: As MPI_Finalize does: at the exit of the interpreter, after its threads.
AT_THE_END = ""


@pytest.mark.kill
@pytest.mark.timeout(60)
@pytest.mark.parametrize("where", [INSIDE, AT_THE_END])
def test_a_call_that_holds_the_interpreter_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """MPI_Init waits so for a rank that was killed together with the launcher's helper."""
    marker = uuid.uuid4().hex
    monkeypatch.setenv(MARKER, marker)
    rank = f"""
import atexit, itertools, pathlib
from region_grower_hpc.engine.orphan import end_with_parent, tied_to_parent
def hang():
    pathlib.Path({str(tmp_path / "begun")!r}).touch()
    any(itertools.repeat(False))
atexit.register(hang)
end_with_parent()
{where}
"""
    helper = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    process = subprocess.Popen([sys.executable, "-c", helper, rank])
    try:
        limit_s = time.monotonic() + 30
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < limit_s
            time.sleep(0.05)
        process.kill()
        process.wait()
        assert gone(marker, time.monotonic() + 5)
    finally:
        kill_all(marker)


def wait_for_journals(out: Path) -> None:
    limit_s = time.monotonic() + 60
    while not any(path.stat().st_size > 100 for path in out.rglob("*.journal")):
        assert time.monotonic() < limit_s, "no task was started"
        time.sleep(0.05)


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(status.rpartition(")")[2].split()[1])
