"""Reasons to stop early: SIGTERM, SIGUSR1, the first Ctrl-C, and the end of the allotted time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import FrameType

from region_grower_hpc.engine.restarts import STARTED

#: Seconds before SLURM's end of the job at which no further task is started; of a short job, a
#: tenth of what is left of it.
SLURM_MARGIN_S = 60.0


class StopRequest:
    """Whether this rank was asked to stop; asked between two tasks.

    Args:
        deadline_s: time.time() at which no further task is started; None for no limit.
    """

    def __init__(self, deadline_s: float | None = None) -> None:
        self._deadline_s = deadline_s
        self._reason = ""
        self._former: dict[signal.Signals, object] = {}

    @property
    def reason(self) -> str:
        """Why to stop; empty while there is no reason."""
        if not self._reason and self._deadline_s is not None and time.time() >= self._deadline_s:
            self._reason = "the time limit is reached"
        return self._reason

    def __bool__(self) -> bool:
        return bool(self.reason)

    def request(self, reason: str) -> None:
        """Ask to stop; the first reason is kept, so handlers may be called again and again."""
        self._reason = self._reason or reason

    def __enter__(self) -> StopRequest:
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            self._former[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._former.clear()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self._reason:
            raise KeyboardInterrupt
        self.request(f"{signal.Signals(number).name} received")


def command_start_s() -> float:
    """time.time() at the first start of the command, where its parent has started it again; now."""
    return float(os.environ.get(STARTED) or time.time())


def deadline(
    time_limit_s: float | None,
    environment: Mapping[str, str],
    started_s: float,
    ask_slurm: Callable[[str], float | None] | None = None,
) -> float | None:
    """The time.time() at which to stop: the earlier of `--time-limit` and the SLURM job's end.

    Args:
        time_limit_s: seconds from the start of the command, or None.
        environment: of the process.
        started_s: time.time() at the start of the command.
        ask_slurm: job id -> end time, for SLURM versions without SLURM_JOB_END_TIME.
    """
    limits = []
    if time_limit_s is not None:
        limits.append(started_s + time_limit_s)
    end_s = _slurm_end(environment, ask_slurm or _ask_squeue)
    if end_s is not None:
        limits.append(end_s - min(SLURM_MARGIN_S, 0.1 * max(end_s - started_s, 0.0)))
    return min(limits, default=None)


def _slurm_end(
    environment: Mapping[str, str], ask_slurm: Callable[[str], float | None]
) -> float | None:
    job_id = environment.get("SLURM_JOB_ID")
    if job_id is None:
        return None
    announced = environment.get("SLURM_JOB_END_TIME")
    if announced is not None and announced.isdigit():
        return float(announced)
    return ask_slurm(job_id)


def _ask_squeue(job_id: str) -> float | None:
    """End of a job as squeue tells it; None where it cannot be asked or has no limit."""
    squeue = shutil.which("squeue")
    if squeue is None:
        return None
    environment = {**os.environ, "SLURM_TIME_FORMAT": "%s"}
    try:
        answer = subprocess.run(
            [squeue, "-h", "-o", "%e", "-j", job_id],
            capture_output=True,
            text=True,
            timeout=20,
            env=environment,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    if answer.isdigit():
        return float(answer)
    try:
        return datetime.fromisoformat(answer).timestamp()
    except ValueError:
        return None
