"""Cases in children that are forked from this process, which has imported everything.

A child works off its cases one by one and tells of each; where it dies or hangs, the case in hand
is the culprit, and a new child goes on behind it.
"""

from __future__ import annotations

import faulthandler
import io
import json
import logging
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.errors import ExitCode, InvalidInputError
from tests.fuzz.forked_trial import forked_trials
from tests.fuzz.target import Target

#: Memory that a file of some kB may cost beyond what the process has.
MOST_MEMORY = 512 * 2**20
ADDRESS_SPACE = 2 * 2**30
MOST_FILE_BYTES = 64 * 2**20
MOST_CASE_S = 120.0
SLOW_CPU_S = 20.0

ACCEPTED, REFUSED = "accepted", "refused"
#: The library that was to damage a file died of it.
NOT_MADE = "not made"
#: What must not be.
DEFECTS = ("unnamed", "exception", "crash", "hang", "memory", "slow", "wrong end")
_COMMAND_CODES = (ExitCode.DONE, ExitCode.TOO_MANY_FAILURES)


@dataclass(frozen=True)
class Outcome:
    """What came of one damaged file."""

    target: str
    number: int
    kind: str
    told: str = ""
    cpu_s: float = 0.0

    @property
    def is_defect(self) -> bool:
        """Whether a promise is broken."""
        return self.kind in DEFECTS


def run_cases(
    target: Target, seed: int, numbers: Sequence[int], good: Path, commands_every: int
) -> Iterator[Outcome]:
    """Outcomes of damaged files of one target.

    Args:
        target: to try.
        seed: of the campaign.
        numbers: of the files.
        good: folder of good files; children work in copies of it.
        commands_every: of the accepted files, one in so many is given to the whole command too.
    """
    waiting = list(numbers)
    while waiting:
        with tempfile.TemporaryDirectory(prefix="fuzz") as scratch:
            folder = Path(scratch) / "files"
            shutil.copytree(good, folder)
            read_end, write_end = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(read_end)
                _be_child(target, seed, waiting, good, folder, commands_every, write_end)
            os.close(write_end)
            try:
                for outcome in _outcomes(target, waiting, pid, read_end, Path(scratch)):
                    waiting = waiting[waiting.index(outcome.number) + 1 :]
                    yield outcome
            finally:
                os.close(read_end)


def _outcomes(
    target: Target, waiting: list[int], pid: int, pipe: int, scratch: Path
) -> Iterator[Outcome]:
    """What one child tells, and its end."""
    rest, left = b"", list(waiting)
    while True:
        ready, _, _ = select.select([pipe], [], [], MOST_CASE_S)
        if not ready:
            os.kill(pid, signal.SIGUSR1)  # faulthandler tells where it hangs
            time.sleep(0.5)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            yield Outcome(target.name, left[0], "hang", _trace(scratch))
            return
        data = os.read(pipe, 65536)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            outcome = Outcome(target.name, **json.loads(line))
            left.remove(outcome.number)
            yield outcome
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        name, trace = signal.Signals(os.WTERMSIG(status)).name, _trace(scratch)
        kind = NOT_MADE if " in damaged\n" in trace else "crash"
        yield Outcome(target.name, left[0], kind, f"{name}\n{trace}")
    elif status and left:
        yield Outcome(target.name, left[0], "crash", f"exit status {status}\n{_trace(scratch)}")


def _trace(scratch: Path) -> str:
    path = scratch / "trace"
    return path.read_text(errors="replace")[:3000] if path.exists() else ""


def _be_child(
    target: Target,
    seed: int,
    numbers: Sequence[int],
    good: Path,
    folder: Path,
    commands_every: int,
    pipe: int,
) -> None:
    """Work off the cases and leave the process."""
    status = 1
    try:
        trace = (folder.parent / "trace").open("w")
        faulthandler.enable(trace)
        faulthandler.register(signal.SIGUSR1, trace)
        _be_quiet()
        _limit_resources()
        os.chdir(folder.parent)
        place = folder / target.file
        for number in numbers:
            place.unlink(missing_ok=True)
            place.write_bytes(target.damaged(seed, number, good))
            started, before = time.process_time(), _peak_bytes()
            with forked_trials():
                kind, told = _tried(target, folder)
            if kind == ACCEPTED and number % commands_every == 0:
                kind, told = _tried_command(target, folder)
            cpu_s, memory = time.process_time() - started, _peak_bytes() - before
            if kind in (ACCEPTED, REFUSED) and memory > MOST_MEMORY:
                kind, told = "memory", f"{memory / 2**20:.0f} MiB; {told}"
            elif kind in (ACCEPTED, REFUSED) and cpu_s > SLOW_CPU_S:
                kind, told = "slow", f"{cpu_s:.1f} s of CPU time; {told}"
            line = {"number": number, "kind": kind, "told": told[-3000:], "cpu_s": cpu_s}
            os.write(pipe, json.dumps(line).encode() + b"\n")
            if kind == "memory":
                break
        status = 0
    except BaseException:
        traceback.print_exc(file=trace)
        trace.flush()
    finally:
        os._exit(status)


def _be_quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _limit_resources() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    space = pages * resource.getpagesize() + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _tried(target: Target, folder: Path) -> tuple[str, str]:
    """The reader with the file."""
    if target.quick is None:
        return _tried_command(target, folder)
    try:
        target.quick(folder)
    except (InvalidInputError, click.UsageError) as error:
        return _refusal(target, str(error), error)
    except MemoryError:
        return "memory", traceback.format_exc()
    except BaseException:  # also SystemExit and KeyboardInterrupt: none of them is a clear error
        return "exception", traceback.format_exc()
    return ACCEPTED, ""


def _tried_command(target: Target, folder: Path) -> tuple[str, str]:
    """The command with the file."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    done = CliRunner().invoke(main, target.arguments(folder))
    error = done.exception
    if isinstance(error, MemoryError):
        return "memory", done.output
    if error is not None and not isinstance(error, SystemExit):
        return "exception", "".join(traceback.format_exception(error))
    if "Traceback" in done.output:
        return "exception", done.output
    if done.exit_code in (ExitCode.INVALID_INPUT, ExitCode.USAGE):
        return _refusal(target, done.output, error)
    if done.exit_code not in _COMMAND_CODES:
        return "wrong end", f"exit code {done.exit_code}: {done.output}"
    return ACCEPTED, ""


def _refusal(target: Target, told: str, error: BaseException | None) -> tuple[str, str]:
    """A clear error, unless it hides that memory ran out or does not name the file."""
    cause = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return "memory", "".join(traceback.format_exception(error))
        cause = cause.__cause__ or cause.__context__
    return (REFUSED if target.is_named(told) else "unnamed"), told


def try_undamaged(target: Target, good: Path, folder: Path) -> str | None:
    """What the reader and the command say against good files; None for nothing."""
    shutil.copytree(good, folder)
    with forked_trials():
        for kind, told in (_tried(target, folder), _tried_command(target, folder)):
            if kind != ACCEPTED:
                return f"{kind}: {told}"
    return None
