"""A task that may have killed its rank runs alone, in a child process started afresh.

A task is suspected after two starts without an end, or when it exceeded its memory or time inside
a rank. It becomes a failure only if the child dies by itself (`crash`), or exceeds its memory
(`memory`) or its time (`timeout`).
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.engine.job import Job, Plan, Result
from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.engine.limits import memory_limit
from region_grower_hpc.errors import TaskFailure

_PR_SET_PDEATHSIG = 1
#: Kills of the child by others (the kernel's, for want of memory) before it counts as `memory`.
_KILLS_ALLOWED = 2


def run_alone(
    job: Job[Any],
    plan: Plan,
    task: int,
    memory_limit_mb: float | None,
    timeout_s: float | None,
) -> Result:
    """Do one task in a child process.

    Raises:
        TaskFailure: the task's own failure, or crash, memory, timeout.
    """
    with tempfile.TemporaryDirectory(prefix="region-grower-hpc-") as folder:
        request, answer = Path(folder, "request"), Path(folder, "answer")
        with request.open("wb") as file:
            pickle.dump((job, plan, task, memory_limit_mb), file, protocol=5)
        for _ in range(_KILLS_ALLOWED):
            status = _child(request, answer, timeout_s)
            if answer.exists():
                with answer.open("rb") as file:
                    outcome = pickle.load(file)
                if isinstance(outcome, Result):
                    return outcome
                raise outcome
            if status != -signal.SIGKILL:
                break
    if status == -signal.SIGKILL:
        raise TaskFailure("memory", "killed by the system again and again, for want of memory")
    if status < 0:
        raise TaskFailure("crash", f"the process died of {signal.Signals(-status).name}")
    raise TaskFailure("crash", f"the process ended with code {status}")


def _child(request: Path, answer: Path, timeout_s: float | None) -> int:
    command = [sys.executable, "-m", "region_grower_hpc.engine.suspects", str(request), str(answer)]
    environment: Mapping[str, str] = {
        **without_launcher(os.environ),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    try:
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, timeout=timeout_s, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        raise TaskFailure("timeout", f"took longer than {timeout_s:g} s") from None


def _die_with_parent() -> None:
    """Ask the kernel to end this process with the rank that started it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(request: Path, answer: Path) -> None:
    """The child: do the task that `request` holds; leave a Result or an exception in `answer`."""
    _die_with_parent()
    with request.open("rb") as file:
        job, plan, task, memory_limit_mb = pickle.load(file)
    outcome: Result | TaskFailure
    try:
        state = job.setup(plan)
        with memory_limit(memory_limit_mb):
            outcome = job.run(state, task)
    except MemoryError:
        limit = f"{memory_limit_mb:g} MB" if memory_limit_mb else "what the machine has"
        outcome = TaskFailure("memory", f"needs more memory than {limit}")
    except TaskFailure as failure:
        outcome = failure
    except Exception as error:
        outcome = TaskFailure("internal", str(error), type(error).__name__)
    with answer.with_suffix(".part").open("wb") as file:
        pickle.dump(outcome, file, protocol=5)
    answer.with_suffix(".part").rename(answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
