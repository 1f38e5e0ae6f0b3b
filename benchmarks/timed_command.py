"""Run a command and take its CPU and wall time, its children's included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.engine.launcher import without_launcher

TIMEOUT_S = 1800.0
LAST_LINES = 20


class CommandFailedError(RuntimeError):
    """A measured command did not do its work."""


@dataclass(frozen=True)
class Timing:
    """What a command cost: user and system CPU time, and time on the clock."""

    cpu_s: float
    wall_s: float


def timed(
    command: Sequence[str | Path],
    *,
    watch: Callable[[int], None] | None = None,
    folder: Path | None = None,
) -> Timing:
    """Run a command to its end; its output is shown only if it fails.

    Both tools run with one BLAS thread a process, so that CPU time is that of the work.

    Args:
        command: program and arguments.
        watch: called with the process id in a thread of its own while the command runs.
        folder: that the command runs in; None for this one.

    Raises:
        CommandFailedError: another exit code than 0, or longer than TIMEOUT_S.
    """
    words = [str(word) for word in command]
    environment = without_launcher(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = "1"
    with tempfile.TemporaryFile() as log:
        started_s = time.perf_counter()
        process = subprocess.Popen(
            words, env=environment, stdout=log, stderr=log, start_new_session=True, cwd=folder
        )
        limit = threading.Timer(TIMEOUT_S, _kill, [process.pid])
        limit.start()
        watcher = threading.Thread(target=watch, args=[process.pid]) if watch else None
        if watcher:
            watcher.start()
        try:
            # wait4, unlike Popen.wait, tells the resources of this child and its descendants.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _kill(process.pid)
            raise
        finally:
            limit.cancel()
        wall_s = time.perf_counter() - started_s
        process.returncode = os.waitstatus_to_exitcode(status)
        if watcher:
            watcher.join()
        if process.returncode != 0:
            log.seek(0)
            lines = log.read().decode(errors="replace").splitlines()[-LAST_LINES:]
            raise CommandFailedError(
                "\n".join([f"exit code {process.returncode} of: {' '.join(words)}", *lines])
            )
    return Timing(usage.ru_utime + usage.ru_stime, wall_s)


def tell(what: str) -> None:
    """Say on stderr what is being measured."""
    print(what, file=sys.stderr, flush=True)


def _kill(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
