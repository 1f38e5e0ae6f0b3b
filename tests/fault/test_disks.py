"""A full disk, a read-only one, a folder that vanishes: real ones, in a mount namespace of our own.

Needs root and `unshare -m`; what is mounted there vanishes with the command.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results, run_command, start_command

TOY = ["-m", "tests.engine.toy"]


@pytest.fixture(scope="module")
def mounting() -> None:
    """Skip where nothing may be mounted."""
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root and unshare (util-linux)")
    tried = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]
    if subprocess.run(tried, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")


def run_mounted(
    script: Sequence[str], command: Sequence[str], **environment: str
) -> tuple[int, str]:
    """Run the interpreter with a command where the lines of a script have mounted something."""
    words = shlex.join([sys.executable, *command])
    lines = "\n".join(["set -e", *script, "set +e", words, "code=$?", "sync", "exit $code"])
    finished = subprocess.run(
        ["unshare", "-m", "bash", "-c", lines],
        env={**without_launcher(os.environ), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return finished.returncode, finished.stderr


def check_told(message: str, *words: str) -> None:
    """One line of error, the last one, with these words."""
    assert "Traceback" not in message
    errors = [line for line in message.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1, message
    for word in words:
        assert word in errors[0], message


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out"
    finished = run_command([*TOY, str(out), "--n-tasks", "400"])
    assert finished.returncode == ExitCode.DONE, finished.stderr
    return results(out)


@pytest.mark.usefixtures("mounting")
@pytest.mark.parametrize("full", ["state", "output"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_full_disk(tmp_path: Path, whole: dict[str, bytes], full: str, ranks: int) -> None:
    """What fits is kept; with more room the same command completes."""
    out, state, kept = tmp_path / "out", tmp_path / "state", tmp_path / "kept"
    small = state if full == "state" else out
    for folder in (out, state, kept):
        folder.mkdir()
    command = [*TOY, str(out), "--n-tasks", "400", "--state-dir", str(state)]
    command += ["--nb-processes", str(ranks)]
    mount = [f"mount -t tmpfs -o size=100k none {small}", f"trap 'cp -r {small}/. {kept}' EXIT"]
    code, message = run_mounted(mount, command)
    assert code == ExitCode.INTERNAL, message
    check_told(message, "No space left on device", str(small))
    assert not list(kept.rglob("complete"))
    for name, content in results(kept).items() if full == "output" else ():
        assert whole[name] == content, f"{name} is half a file"
    shutil.copytree(kept, small, dirs_exist_ok=True)
    again = run_command(command)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert "tasks are done already" in again.stderr
    assert differences(whole, results(out)) == []


@pytest.mark.usefixtures("mounting")
@pytest.mark.parametrize("read_only", ["state", "output"])
def test_a_read_only_folder(tmp_path: Path, whole: dict[str, bytes], read_only: str) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    out.mkdir()
    state.mkdir()
    small = state if read_only == "state" else out
    mount = [f"mount --bind {small} {small}", f"mount -o remount,bind,ro {small}"]
    command = [*TOY, str(out), "--n-tasks", "400", "--state-dir", str(state)]
    code, message = run_mounted(mount, command)
    assert code == (ExitCode.INVALID_INPUT if small == state else ExitCode.INTERNAL), message
    check_told(message, "Read-only file system", str(small))
    again = run_command(command)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert differences(whole, results(out)) == []


@pytest.mark.usefixtures("mounting")
def test_a_full_folder_for_temporary_files(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Neither /dev/shm nor TMPDIR has room for what the ranks share: 8 kB."""
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    script = [
        f"mount -t tmpfs -o size=8k none {temporary}",
        f"head -c 4k /dev/zero > {temporary}/full",
        "mount -t tmpfs -o size=8m none /dev/shm",
    ]
    command = [*TOY, str(out), "--n-tasks", "400", "--nb-processes", "2"]
    code, message = run_mounted(script, command, TMPDIR=str(temporary))
    assert code == ExitCode.INTERNAL, message
    check_told(message, "No space left on device", str(temporary))
    again = run_command(command)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert differences(whole, results(out)) == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("ranks", [0, 2])
@pytest.mark.parametrize("vanishes", [".", ".rghpc"])
def test_a_folder_that_vanishes(tmp_path: Path, ranks: int, vanishes: str) -> None:
    """Removed while running: never success without the files, never a hang."""
    out = tmp_path / "out"
    command = [*TOY, str(out), "--n-tasks", "100"]
    process = start_command([*command, "--sleep", "0.05"], ranks)
    limit_s = time.monotonic() + 60
    while not any(path.stat().st_size > 300 for path in out.rglob("*.journal")):
        assert time.monotonic() < limit_s
        time.sleep(0.02)
    shutil.rmtree(out / vanishes)
    code = process.wait(timeout=60)
    assert code in (ExitCode.INTERNAL, ExitCode.INVALID_INPUT)
    again = run_command(command, ranks)
    assert again.returncode in (ExitCode.DONE, ExitCode.INVALID_INPUT), again.stderr
    if again.returncode:
        assert "--overwrite" in again.stderr
        again = run_command([*command, "--overwrite"], ranks)
    assert again.returncode == ExitCode.DONE, again.stderr
    reference = tmp_path / "reference"
    run_command([*TOY, str(reference), "--n-tasks", "100"])
    assert differences(results(reference), results(out)) == []
