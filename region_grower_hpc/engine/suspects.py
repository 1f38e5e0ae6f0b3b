"""A task that may have killed its rank runs alone, in a child process started afresh.

A task is suspected after two starts without an end, or when it exceeded its memory or time inside
a rank. It becomes a failure only if the child dies by itself (`crash`), or exceeds its memory
(`memory`) or its time (`timeout`).
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.engine.job import Job, Plan, Result
from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.orphan import be_child
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.errors import RegionGrowerHpcError, TaskFailure

#: Kills of the child by others (the kernel's, for want of memory) before it counts as `memory`.
_KILLS_ALLOWED = 2
#: How often a waiting rank looks whether it shall stop.
_LOOK_S = 0.2
#: How much later than asked for a rank awakes that was paused.
_PAUSE_S = 1.0


class LeftUnfinished(Exception):
    """The run stops before the child has ended; the next start tries the task again."""


class ChildFailed(RegionGrowerHpcError):
    """A child died outside of its task, which tells nothing about the task: the run ends."""


@dataclass(frozen=True)
class Solitary:
    """Runs tasks in child processes.

    Attributes:
        folder: holds job and plan, written once for all tasks.
        limits: of one task; the time starts when the child is ready.
        stop: a child is given up when the run stops.
    """

    folder: Path
    limits: TaskLimits
    stop: StopRequest

    def run(self, task: int) -> Result:
        """Do one task.

        Raises:
            TaskFailure: the task's own failure, or crash, memory, timeout.
            LeftUnfinished: the run stops.
            ChildFailed: the child died before it came to the task, or could not answer.
        """
        answer, ready = self.folder / f"{task}.answer", self.folder / f"{task}.ready"
        kills = 0
        while kills < _KILLS_ALLOWED:
            ready.unlink(missing_ok=True)
            status, was_paused = self._child(task)
            if answer.exists():
                outcome = pickle.loads(answer.read_bytes())
                if isinstance(outcome, Result):
                    return outcome
                raise outcome
            if status == -signal.SIGKILL:
                kills += 1
            elif status != -signal.SIGALRM or not was_paused:
                break
        if not ready.exists():
            raise ChildFailed(
                f"the child process for task {task} ended with {status} before it began the task, "
                f"or after its end (is there room in {self.folder.parent}?)"
            )
        if status == -signal.SIGALRM:
            raise TaskFailure("timeout", f"took longer than {self.limits.time_s:g} s")
        if status == -signal.SIGKILL:
            raise TaskFailure("memory", "killed by the system again and again, for want of memory")
        if status < 0:
            raise TaskFailure("crash", f"the process died of {signal.Signals(-status).name}")
        raise TaskFailure("crash", f"the process ended with code {status}")

    def _child(self, task: int) -> tuple[int, bool]:
        """Start a child and wait for it; its exit status, and whether all were paused meanwhile.

        A batch system may suspend a job, and Ctrl-Z a command; the kernel's clocks go on.
        """
        environment: Mapping[str, str] = {
            **without_launcher(os.environ),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        # A session of its own: signals to the group of the ranks are not the task's fault.
        child = subprocess.Popen(
            [sys.executable, "-m", "region_grower_hpc.engine.suspects", self.folder, str(task)],
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            was_paused = False
            while True:
                looked_s = time.monotonic()
                status = None
                with suppress(subprocess.TimeoutExpired):
                    status = child.wait(timeout=_LOOK_S)
                was_paused |= time.monotonic() - looked_s > _LOOK_S + _PAUSE_S
                if status is not None:
                    return status, was_paused
                if self.stop:
                    raise LeftUnfinished
        finally:
            child.kill()
            child.wait()


@contextmanager
def solitary(
    job: Job[Any], plan: Plan, limits: TaskLimits, stop: StopRequest
) -> Iterator[Solitary]:
    """Write job and plan for children of this rank; large arrays go to a file that they map."""
    with tempfile.TemporaryDirectory(prefix="region-grower-hpc-") as name:
        folder = Path(name)
        buffers: list[pickle.PickleBuffer] = []
        content = pickle.dumps((job, plan, limits), protocol=5, buffer_callback=buffers.append)
        sizes = []
        with (folder / "buffers").open("wb") as file:
            for buffer in buffers:
                sizes.append(file.write(buffer.raw()))
        (folder / "request").write_bytes(pickle.dumps((content, sizes)))
        yield Solitary(folder, limits, stop)


def _read_request(folder: Path) -> tuple[Job[Any], Plan, TaskLimits]:
    content, sizes = pickle.loads((folder / "request").read_bytes())
    parts: list[memoryview] = []
    if sum(sizes):
        with (folder / "buffers").open("rb") as file:
            # File-backed: not private memory of the child.
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        start = 0
        for size in sizes:
            parts.append(mapped[start : start + size])
            start += size
    else:
        parts = [memoryview(b"") for _ in sizes]
    request: tuple[Job[Any], Plan, TaskLimits] = pickle.loads(content, buffers=parts)
    return request


def main(folder: Path, task: int) -> None:
    """The child: do the task, and leave a Result or a TaskFailure as its answer.

    An error before the task begins, or after its end, is not the task's: it ends the child, and the
    run with it.
    """
    be_child()
    faulthandler.enable()  # The log shows where a task crashes.
    job, plan, limits = _read_request(folder)
    state = job.setup(plan)
    limits.check()
    ready = folder / f"{task}.ready"
    ready.touch()
    if limits.time_s is not None:
        # By the kernel, whatever the task is inside of.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, limits.time_s)
    outcome: Result | TaskFailure
    try:
        with TaskLimits(memory_mb=limits.memory_mb).around_task():
            outcome = job.run(state, task)
    except MemoryError:
        limit = f"{limits.memory_mb:g} MB" if limits.memory_mb else "what the machine has"
        outcome = TaskFailure("memory", f"needs more memory than {limit}")
    except TaskFailure as failure:
        outcome = failure
    except Exception as error:
        outcome = TaskFailure("internal", str(error), type(error).__name__)
    signal.setitimer(signal.ITIMER_REAL, 0)
    content = pickle.dumps(outcome, protocol=5)
    ready.unlink()  # What goes wrong from here on, for want of room, is not the task's fault.
    part = folder / f"{task}.part"
    part.write_bytes(content)
    part.rename(folder / f"{task}.answer")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
