"""The parent of a run on this machine: starts it again after a crash, and passes signals on.

It is run by its path in an interpreter of its own, so that it needs the standard library only and
stays small: ``python -I -S restarts.py JOURNALS MAX_RESTARTS COMMAND...``. Every start continues
where the former one was; a start that has written nothing to the journals of the run made no
progress, and the second such in a row is the last.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: Environment variable: how often the parent has started this run again; absent without a parent.
RESTART_COUNT = "RGHPC_RESTART_COUNT"
#: Environment variable: the file in which ranks tell that they begin, and their exit code, in lines
#: of the restart count and the word.
LAST_WORD = "RGHPC_LAST_WORD"
#: Environment variable: time.time() of the first start, from which `--time-limit` counts.
STARTED = "RGHPC_STARTED"
BEGUN = "begun"
NAME = "region-grower-hpc-last-word"
#: Codes that an order of the run gives (errors.py, and 130 for Ctrl-C).
_ORDERLY = {0, 1, 2, 3, 4, 5, 75, 130}
_STOPPED_EARLY, _INTERRUPTED = 75, 130
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
_WATCHED = {*_STOP_SIGNALS, signal.SIGCHLD, signal.SIGTSTP, signal.SIGCONT}
_PR_SET_PDEATHSIG = 1
#: Starts in a row without progress after which there is none more.
_STARTS_WITHOUT_PROGRESS = 2


class Parent:
    """Runs a command until it ends in order.

    Args:
        journals: folder below which lie the journals, which grow with every task that is begun or
            finished.
        max_restarts: starts after the first one.
        command: of the run; its first word is the program.
    """

    def __init__(self, journals: Path, max_restarts: int, command: list[str]) -> None:
        self._journals, self._max_restarts, self._command = journals, max_restarts, command
        self._uses_mpiexec = Path(command[0]).name.startswith("mpiexec")
        self._words = os.memfd_create(NAME)
        self._started_s = time.time()
        self._stopped_by: signal.Signals | None = None
        self._interrupted = False
        self._restarts = 0

    def run(self) -> int:
        """The exit code of the last start; 128 + N where signal N ended it."""
        former_mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        # Ignored by who started us, it would not tell of the child's end.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        begin = _beginning_of_child(former_mask)
        size, idle = self._size(), 0
        while True:
            code = self._start(begin)
            if self._ended_in_order(code) or self._stopped_by is not None:
                return self._told(code)
            former_size, size = size, self._size()
            idle = idle + 1 if size == former_size else 0
            reason = _reason(code)
            if idle >= _STARTS_WITHOUT_PROGRESS:
                _tell(f"Error: {reason} {idle} times in a row without progress: not started again")
            elif self._restarts >= self._max_restarts:
                _tell(f"Error: {reason} after {self._restarts} restarts (--max-restarts)")
            else:
                self._restarts += 1
                _tell(f"Restart {self._restarts} of at most {self._max_restarts}: {reason}")
                continue
            _tell("Finished work is kept; the same command continues.")
            return self._told(code)

    def _start(self, begin: Callable[[], None]) -> int:
        """Start the command once and wait for its end; negative: it died of that signal."""
        os.ftruncate(self._words, 0)
        environment = {
            **os.environ,
            RESTART_COUNT: str(self._restarts),
            STARTED: str(self._started_s),
            LAST_WORD: f"/proc/{os.getpid()}/fd/{self._words}",
        }
        # In a session of its own it gets each signal once, from us, also those of the terminal; it
        # must not read the keys that are pressed there.
        child = subprocess.Popen(
            self._command,
            env=environment,
            stdin=subprocess.DEVNULL if os.isatty(0) else None,
            preexec_fn=begin,
            start_new_session=True,
        )
        while True:
            number = signal.Signals(signal.sigwaitinfo(_WATCHED).si_signo)
            code = child.poll()
            if code is not None:
                if number in _STOP_SIGNALS:
                    self._stopped_by = self._stopped_by or number
                return code
            if number in _STOP_SIGNALS:
                self._stop(child, number)
            elif number == signal.SIGTSTP:
                _send(child.pid, signal.SIGSTOP)
                os.kill(os.getpid(), signal.SIGSTOP)
            elif number == signal.SIGCONT:
                _send(child.pid, signal.SIGCONT)

    def _stop(self, child: subprocess.Popen[bytes], number: signal.Signals) -> None:
        again = number == signal.SIGINT and self._stopped_by is not None
        self._stopped_by = self._stopped_by or number
        self._interrupted = self._interrupted or again
        if not self._uses_mpiexec:
            child.send_signal(number)
        elif again:
            child.kill()
        else:
            # The one signal that mpiexec of every vendor passes on without ending the ranks itself.
            child.send_signal(signal.SIGUSR1)

    def _ended_in_order(self, code: int) -> bool:
        """Whether a rank told the code with which it left: mpiexec's own code may be any."""
        lines = os.pread(self._words, 1 << 20, 0).decode().splitlines()
        told = [line.partition(" ") for line in lines]
        # Ranks of a former start may still be dying.
        words = [word for start, _, word in told if start == str(self._restarts)]
        if not words:
            return code in _ORDERLY  # The ranks could not write, or did not come to it.
        return any(word != BEGUN for word in words)

    def _told(self, code: int) -> int:
        """The exit code for who started us: one of ours only if the run ended in order."""
        if self._interrupted:
            return _INTERRUPTED
        if self._ended_in_order(code):
            return 128 - code if code < 0 else code
        ended_by = _signal(code)
        if self._stopped_by and ended_by in {*_STOP_SIGNALS, signal.SIGKILL}:
            # It came before the ranks could heed it.
            return _STOPPED_EARLY
        if ended_by is not None:
            return 128 + ended_by
        return code if code not in _ORDERLY else 1

    def _size(self) -> int:
        """Bytes of all journals."""
        total = 0
        for folder, _, names in os.walk(self._journals):
            for name in names:
                if not name.endswith(".journal"):
                    continue
                try:
                    total += (Path(folder) / name).stat().st_size
                except OSError:
                    continue
        return total


def _beginning_of_child(mask: set[signal.Signals | int]) -> Callable[[], None]:
    """What a child does before it becomes the command: it ends when we end, however we do."""
    libc, parent = ctypes.CDLL(None), os.getpid()

    def begin() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(128 + signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return begin


def _send(pid: int, number: signal.Signals) -> None:
    """Signal a process and all below it: mpiexec's ranks are in sessions of their own."""
    with contextlib.suppress(OSError):
        os.kill(pid, number)
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in thread.read_text(encoding="ascii").split():
                _send(int(child), number)


def _signal(code: int) -> signal.Signals | None:
    """The signal of a code: negative, 128 + N of a shell, srun or Open MPI, or N of mpich."""
    number = -code if code < 0 else code - 128 if code > 128 else code
    try:
        return signal.Signals(number)
    except ValueError:
        return None


def _reason(code: int) -> str:
    if 0 <= code < 128:  # mpiexec has told more.
        return f"the run ended with code {code} before its end"
    number = _signal(code)
    return "the run was ended by " + (f"code {code}" if number is None else number.name)


def _tell(line: str) -> None:
    with contextlib.suppress(OSError):  # Nobody reads the log any more; the run goes on.
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(Parent(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]).run())
