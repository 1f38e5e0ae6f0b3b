"""What the engine adds to a task: time of tasks that do nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from report import Measure
from settings import Settings
from timed_command import CommandFailedError, Timing, tell, timed

from region_grower_hpc.engine.launcher import find_mpiexec

REPETITIONS = 3
N_TASKS, QUICK_TASKS = 100_000, 2_000
#: of batches of 1, which take longer
N_SINGLE_TASKS = 10_000
FEW_TASKS = 100
GROUP = "Engine, a task that does nothing (start-up taken off)"
JOB = Path(__file__).parent / "empty_job.py"
#: ranks, dispatcher, tasks a work unit (None: guided sizes)
WAYS = (
    (1, "node", None),
    (2, "node", None),
    (2, "node", 1),
    (1, "master", None),
    (2, "master", None),
    (2, "master", 1),
)


def measure(settings: Settings) -> Iterator[Measure]:
    """Microseconds a task, of wall time and of all ranks' CPU time."""
    for n_ranks, dispatch, batch in WAYS:
        batches = "guided batches" if batch is None else "batches of 1"
        ranks = "1 rank" if n_ranks == 1 else f"{n_ranks} ranks"
        what = f"{ranks}, {dispatch}, {batches}"
        wall_us, cpu_us = [], []
        for repetition in range(settings.repetitions(REPETITIONS)):
            tell(f"empty tasks: {what}, run {repetition + 1}")
            options = ["--dispatch", dispatch]
            options += [] if batch is None else ["--chunksize", str(batch)]
            n_tasks = N_TASKS if batch is None else N_SINGLE_TASKS
            n_tasks = QUICK_TASKS if settings.quick else n_tasks
            few = _run(settings, n_ranks, FEW_TASKS, options)
            many = _run(settings, n_ranks, n_tasks, options)
            wall_us.append(1e6 * (many.wall_s - few.wall_s) / (n_tasks - FEW_TASKS))
            cpu_us.append(1e6 * (many.cpu_s - few.cpu_s) / (n_tasks - FEW_TASKS))
        yield Measure(GROUP, what, "µs wall", wall_us)
        yield Measure(GROUP, what, "µs CPU", cpu_us)


def _run(settings: Settings, n_ranks: int, n_tasks: int, options: list[str]) -> Timing:
    out = settings.work / "empty"
    launcher: list[str] = []
    if n_ranks > 1:
        mpiexec = find_mpiexec()
        if mpiexec is None:
            raise CommandFailedError("no mpiexec: pip install 'region-grower-hpc[mpich]'")
        launcher = [mpiexec, "-n", str(n_ranks)]
    job: list[str | Path] = [settings.ours.python, JOB, out, "--n-tasks", str(n_tasks), *options]
    timing = timed([*launcher, *job])
    if int((out / "sum.txt").read_text()) != n_tasks * (n_tasks - 1) // 2:
        raise CommandFailedError("the engine lost tasks")
    for path in settings.work.glob("empty*"):
        shutil.rmtree(path)
    return timing
