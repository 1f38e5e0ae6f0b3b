"""Files that a C library opens are read first by a child process, which may die of them.

A damaged file may crash HDF5 or MorphIO, or keep them busy without end. The child reads the files
as the run will; where it dies of one, the run ends with a message that names the file. Exceptions
are left to the run's own reading, which knows what they mean for it.
"""

from __future__ import annotations

import importlib
import logging
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.engine.orphan import be_child
from region_grower_hpc.errors import InvalidInputError, RegionGrowerHpcError

LOGGER = logging.getLogger(__name__)

#: CPU time, not time: a slow file system is no fault of the file.
CPU_S, CPU_S_PER_MB = 30.0, 1.0
#: Share of the available memory that the child may take.
MEMORY_SHARE = 0.5
#: How the child ends where a file needs more memory, and where the reader refuses a file.
_OUT_OF_MEMORY, _REFUSED = 12, 13


class Trial:
    """One pass over some files in a child process, which starts at once.

    ::

        with Trial("package.module:function", files) as trial:
            ...  # meanwhile
            trial.check()

    Args:
        reader: module and function, called in the child with the path of each file. An
            InvalidInputError that it raises becomes one of `check`; other exceptions count for
            nothing. Its module should import little.
        files: those that do not exist, or are no regular files, are passed over.
        cpu_s: CPU seconds for a file, beside those for its size; None stands for `CPU_S`.
    """

    def __init__(self, reader: str, files: Iterable[Path], cpu_s: float | None = None) -> None:
        self._reader, self._cpu_s = reader, CPU_S if cpu_s is None else cpu_s
        self._files: Sequence[Path] = list(files)
        self._child: subprocess.Popen[bytes] | None = None
        self._start(0)

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def check(self) -> None:
        """Wait for the child.

        Raises:
            InvalidInputError: a file crashed it, kept it busy without end, or needed more memory
                than there is; or the reader refused a file.
            RegionGrowerHpcError: it ended before it came to the first file.
        """
        killed_at = -1
        while self._child is not None:
            status = self._child.wait()
            at, text = self._told()
            self._end()
            if status == 0:
                return
            if at < 0:
                raise RegionGrowerHpcError(
                    f"the process that tries the input files ended with {status} before the first "
                    f"one: {text.strip().splitlines()[-1] if text.strip() else 'no message'}"
                )
            if status == -signal.SIGKILL and killed_at < at:
                # Somebody else's doing, or the system's for want of memory: that repeats itself.
                killed_at = at
                self._start(at)
                continue
            if status == _REFUSED:
                raise InvalidInputError(text)
            raise InvalidInputError(
                f"'{self._files[at]}' cannot be read: a process that tried it "
                f"{self._fate(status, self._files[at])}; replace it by an intact file"
            )

    def _fate(self, status: int, path: Path) -> str:
        if status == -signal.SIGPROF:
            limit_s = _cpu_s(path, self._cpu_s)
            return f"was busy for more than {limit_s:.0f} s without coming to an end"
        if status in (_OUT_OF_MEMORY, -signal.SIGKILL):
            return f"needed more than {MEMORY_SHARE:.0%} of the memory that is available here"
        return f"died of {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"

    def _start(self, first: int) -> None:
        files = self._files[first:]
        if not files:
            return
        self._first = first
        self._told_in = tempfile.TemporaryFile()  # noqa: SIM115
        with tempfile.TemporaryFile() as listed:
            listed.write(b"".join(os.fsencode(path.absolute()) + b"\0" for path in files))
            listed.seek(0)
            try:
                # A session of its own: signals to the group of the ranks are no fault of a file.
                self._child = subprocess.Popen(
                    [*(sys.executable, "-P", "-m", __name__), self._reader, str(self._cpu_s)],
                    env={
                        **without_launcher(os.environ),
                        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                        "OMP_NUM_THREADS": "1",
                        "OPENBLAS_NUM_THREADS": "1",
                    },
                    stdin=listed,
                    stdout=self._told_in,
                    stderr=self._told_in,
                    start_new_session=True,
                )
            except OSError as error:
                LOGGER.warning("Input files are not tried: no process can be started (%s)", error)
                self._told_in.close()

    def _told(self) -> tuple[int, str]:
        """The number of the file that the child was at (-1 before the first one), and its words."""
        self._told_in.seek(0)
        number, _, text = self._told_in.read().partition(b"\n")
        if not number.isdigit():
            return -1, (number + b"\n" + text).decode(errors="replace")
        return self._first + int(number), text.decode(errors="surrogateescape")

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None
            self._told_in.close()


def _cpu_s(path: Path, cpu_s: float) -> float:
    return cpu_s + CPU_S_PER_MB * path.stat().st_size / 1e6


def _available_bytes() -> int:
    """Memory that may still be taken on this machine."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _bound() -> None:
    """End with the parent; leave no core; take a part of the memory; be the first to be killed."""
    be_child()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    share = int(MEMORY_SHARE * _available_bytes())
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > share:
        resource.setrlimit(resource.RLIMIT_DATA, (share, hard))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main(reader: str, cpu_s: float) -> None:
    """The child: read all files; on the way, tell which one it is at."""
    _bound()
    module, _, function = reader.partition(":")
    read = getattr(importlib.import_module(module), function)
    files = [Path(os.fsdecode(name)) for name in sys.stdin.buffer.read().split(b"\0")[:-1]]
    # What libraries print goes nowhere.
    told = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.ftruncate(told, 0)
    for number, path in enumerate(files):
        os.pwrite(told, b"%020d\n" % number, 0)
        if not path.is_file():
            continue
        # The kernel ends the process, whatever library it is inside of.
        signal.setitimer(signal.ITIMER_PROF, _cpu_s(path, cpu_s))
        try:
            read(path)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except InvalidInputError as refusal:
            os.pwrite(told, b"%020d\n" % number + os.fsencode(str(refusal)), 0)
            os._exit(_REFUSED)
        except Exception:
            continue
    # At once: what a damaged file left in a library may crash it on the way out.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
