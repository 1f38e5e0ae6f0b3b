"""Files are tried by a child process: what kills it is told with the name of the file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import ExitCode, InvalidInputError, RegionGrowerHpcError

READER = f"{__name__}:misbehave"


def misbehave(path: Path) -> None:
    """Do to this process what the file says."""
    match path.read_text().split():
        case ["signal", number]:
            os.kill(os.getpid(), int(number))
        case ["once", marker]:
            if not Path(marker).exists():
                Path(marker).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case ["busy"]:
            while True:
                pass
        case ["memory"]:
            bytearray(1 << 46)
        case ["exit"]:
            os._exit(7)
        case ["raise"]:
            raise RuntimeError("the run tells")
        case ["refuse"]:
            raise InvalidInputError(f"'{path}' is refused")
        case ["print"]:
            print("5\nwords of a library", flush=True)
            os.write(2, b"7\nmore words\n")


def files_of(folder: Path, *words: str) -> list[Path]:
    paths = []
    for number, word in enumerate(words):
        path = folder / f"file {number}\n.h5"
        path.write_text(word)
        paths.append(path)
    return paths


def check(*paths: Path, cpu_s: float = 30.0) -> None:
    with Trial(READER, paths, cpu_s) as trial:
        trial.check()


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (f"signal {int(signal.SIGSEGV)}", "died of SIGSEGV"),
        (f"signal {int(signal.SIGABRT)}", "died of SIGABRT"),
        (f"signal {int(signal.SIGKILL)}", "memory"),
        ("busy", "was busy for more than 1 s"),
        ("memory", "memory"),
        ("exit", "ended with 7"),
    ],
)
def test_what_kills_the_child_is_told(tmp_path: Path, word: str, told: str) -> None:
    files = files_of(tmp_path, "", "raise", word, f"signal {int(signal.SIGABRT)}")
    with pytest.raises(InvalidInputError) as raised:
        check(*files, cpu_s=0.5)
    assert raised.value.exit_code == ExitCode.INVALID_INPUT
    assert f"'{files[2]}' cannot be read" in str(raised.value)
    assert told in str(raised.value)
    assert "replace it" in str(raised.value)


def test_refusals_of_the_reader_arrive(tmp_path: Path) -> None:
    files = files_of(tmp_path, "", "refuse", "exit")
    with pytest.raises(InvalidInputError) as raised:
        check(*files)
    assert str(raised.value) == f"'{files[1]}' is refused"


def test_words_of_libraries_do_no_harm(tmp_path: Path) -> None:
    files = files_of(tmp_path, "print", "print", "exit")
    with pytest.raises(InvalidInputError, match="file 2"):
        check(*files)


def test_good_files_pass(tmp_path: Path) -> None:
    check()
    check(*files_of(tmp_path, "", "raise", "print"), tmp_path / "absent", tmp_path)


def test_a_file_that_waits_for_a_writer_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    check(tmp_path / "pipe", cpu_s=1.0)


def test_one_kill_from_outside_is_no_fault_of_the_file(tmp_path: Path) -> None:
    files = files_of(tmp_path, "", f"once {tmp_path / 'marker'}", "")
    check(*files)
    assert (tmp_path / "marker").exists()
    files[2].write_text("exit")
    (tmp_path / "marker").unlink()
    with pytest.raises(InvalidInputError, match="file 2"):
        check(*files)


def test_a_reader_that_cannot_be_imported_is_no_fault_of_a_file(tmp_path: Path) -> None:
    with (
        Trial("region_grower_hpc.no_such_module:read", files_of(tmp_path, "")) as trial,
        pytest.raises(RegionGrowerHpcError, match=r"before the first.*no_such_module") as raised,
    ):
        trial.check()
    assert raised.value.exit_code == ExitCode.INTERNAL


def test_a_working_folder_cannot_bring_its_own_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ctypes.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    check(*files_of(tmp_path, ""))


def test_the_child_is_gone_when_the_block_is_left(tmp_path: Path) -> None:
    with Trial(READER, files_of(tmp_path, "busy")) as trial:
        child = trial._child
        assert child is not None
    assert child.returncode == -signal.SIGKILL


def test_the_child_ends_with_a_killed_parent(tmp_path: Path) -> None:
    files_of(tmp_path, "busy")
    code = (
        "import sys, time; from pathlib import Path\n"
        "from region_grower_hpc.engine.trial import Trial\n"
        f"trial = Trial({READER!r}, Path(sys.argv[1]).glob('file*'))\n"
        "print(trial._child.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        # Until it has asked the kernel to end it with its parent.
        deadline = time.monotonic() + 30
        while b"-P" in Path(f"/proc/{child}/cmdline").read_bytes() and _ignored(child) == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)
        parent.kill()
    while Path(f"/proc/{child}").exists() and _state(child) != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _ignored(pid: int) -> int:
    """Bits of the signals that a process ignores."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(
        next(line for line in status.splitlines() if line.startswith("SigIgn")).split()[1], 16
    )
    return mask & (1 << (signal.SIGTERM - 1))


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
