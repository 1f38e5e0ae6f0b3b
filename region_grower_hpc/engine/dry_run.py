"""--dry-run: compute a few tasks on all ranks, and tell what the run will take.

Nothing but costs.json is written; its means order the later run.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.agreement import on_all, on_root
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.forecast import Forecast
from region_grower_hpc.engine.forecast_report import as_json, report
from region_grower_hpc.engine.job import Failure, Footprint, Job, Plan, StoredResult
from region_grower_hpc.engine.limits import TaskLimits, TaskTimeout
from region_grower_hpc.engine.memory import Memory
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.provenance import cpu_seconds
from region_grower_hpc.engine.record import HEADER_BYTES, encode_arrays
from region_grower_hpc.engine.sampling import (
    FIRST_SAMPLES,
    Sample,
    Stratum,
    by_stratum,
    cheapest,
    first_round,
    next_round,
    strata_of,
)
from region_grower_hpc.engine.start import decide_now
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.errors import RegionGrowerHpcError, TaskFailure
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)

Int64Array = NDArray[np.int64]

#: Standard error of the total CPU time that is wanted.
GOAL_ERROR = 0.03
#: Bounds of the sampling: wall time, and tasks (or this share of all, if that is more).
MOST_S = 60.0
MOST_TASKS, MOST_SHARE = 64, 0.02
#: Of a task that takes longer it matters little what comes with the first call.
LONG_S = 2.0
#: Journal of a task: the records "started" and "done".
RECORDS_BYTES = 2 * HEADER_BYTES


@dataclass
class _Sampler:
    """Computes samples on one rank."""

    job: Job[Any]
    plan: Plan
    state: Any
    limits: TaskLimits
    stop: Callable[[], bool]
    started_s: float = field(default_factory=time.monotonic)

    def warm_up(self, positions: Sequence[int]) -> float:
        """CPU seconds that the first call takes longer than the second."""
        for position in positions:
            if self.stop():
                return 0.0
            first = self._compute(position, keep=False)
            if first.seconds > LONG_S:
                return 0.0
            if first.failure is None:
                return max(first.seconds - self._compute(position, keep=False).seconds, 0.0)
        return 0.0

    def compute(self, positions: Int64Array, keep: bool) -> list[Sample]:
        """Samples of some tasks, until the time is over."""
        samples: list[Sample] = []
        for position in positions:
            # At least one, however long a task takes.
            if self.stop() or (samples and self.is_over()):
                break
            samples.append(self._compute(int(position), keep))
        return samples

    def is_over(self) -> bool:
        """Whether the time for samples has passed."""
        return self.stop() or time.monotonic() - self.started_s > MOST_S

    def _compute(self, position: int, keep: bool) -> Sample:
        task = int(self.plan.tasks[position])
        started_s = time.process_time()
        try:
            with self.limits.around_task():
                result = self.job.run(self.state, task)
            row: Any = np.array(result.row, dtype=self.plan.row_dtype)
            n_bytes = RECORDS_BYTES + row.nbytes + len(encode_arrays(result.arrays))
        except (Exception, TaskTimeout) as error:
            seconds = time.process_time() - started_s
            return Sample(position, seconds, RECORDS_BYTES, failure=_failure(task, error))
        seconds = time.process_time() - started_s
        stored = StoredResult(task, row[()], result.arrays) if keep else None
        return Sample(position, seconds, n_bytes, stored)


def _failure(task: int, error: BaseException) -> Failure:
    if isinstance(error, TaskFailure):
        return Failure.of(task, error)
    kinds = {MemoryError: "memory", TaskTimeout: "timeout"}
    kind = kinds.get(type(error), "internal")
    return Failure.of(task, TaskFailure(kind, str(error), type(error).__name__))


def warn_of_refusal(
    state: StateFolder,
    record: PlanRecord,
    outputs: Sequence[Path],
    options: EngineOptions,
) -> None:
    """Warn if the run itself would be refused for what it finds (rank 0); see `start.decide`."""
    try:
        decide_now(state, record, outputs, options)
    except (RegionGrowerHpcError, OSError) as error:
        logger.warning("the run itself would be refused: %s", error)


def dry_run(
    comm: Communicator,
    job: Job[Any],
    plan: Plan,
    costs_json: Path,
    options: EngineOptions,
    stop: Callable[[], bool],
) -> list[str]:
    """Compute a few tasks of each kind, write costs.json, and tell what the run will take.

    Called by all ranks together, right after the plan. A costs.json that is there stays where no
    sample succeeds.

    Args:
        comm: all ranks, which share the samples.
        job: what to do.
        plan: with cost groups on rank 0.
        costs_json: file to write.
        options: for the limits of a task.
        stop: whether to end the sampling early.

    Returns:
        On rank 0 lines for the user; none elsewhere.
    """
    limits = TaskLimits(options.memory_limit_mb, options.task_timeout_s)
    state = on_all(comm, lambda: job.setup(plan))
    on_all(comm, limits.check)
    strata = strata_of(plan) if comm.is_root else []
    first = comm.bcast(first_round(strata))
    sampler = _Sampler(job, plan, state, limits, stop)
    start_up_s = cpu_seconds()
    # What only the first call takes (imports, caches) belongs to the start of a rank.
    start_up_s += sampler.warm_up(comm.bcast(cheapest(strata)).tolist())
    samples = _sample(comm, plan, sampler, strata, first)
    starts_s = comm.gather(start_up_s)
    memories = comm.gather(Memory.of_this_process())

    def conclude() -> list[str]:
        if starts_s is None or memories is None:
            return []
        footprint = _footprint(job, plan, strata, samples)
        forecast = Forecast.of(plan, strata, samples, starts_s, memories, footprint)
        if forecast.is_sized or not plan.n_tasks:
            costs_json.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_json(costs_json, as_json(forecast, os.environ))
        return report(forecast, os.environ)

    return on_root(comm, conclude) or []


def _sample(
    comm: Communicator,
    plan: Plan,
    sampler: _Sampler,
    strata: Sequence[Stratum],
    first: Int64Array,
) -> list[Sample]:
    """Samples of all ranks, on rank 0, until they suffice or the bounds are reached."""
    samples: list[Sample] = []
    most = max(MOST_TASKS, len(first), int(MOST_SHARE * plan.n_tasks))
    positions, keep = first, True
    while len(positions):
        own = sampler.compute(positions[comm.rank :: comm.size], keep)
        for received in comm.gather(own) or []:
            samples.extend(received)
        over = any(comm.allgather(sampler.is_over()))
        more = np.empty(0, dtype=np.int64)
        if comm.is_root and not over:
            left_s = MOST_S - (time.monotonic() - sampler.started_s)
            more = next_round(
                strata,
                by_stratum(strata, samples),
                GOAL_ERROR,
                most - len(samples),
                left_s * comm.size,
            )
        positions, keep = comm.bcast(more), False
    return samples


def _footprint(
    job: Job[Any], plan: Plan, strata: Sequence[Stratum], samples: Sequence[Sample]
) -> Footprint | None:
    """What the job says of the output of all tasks, from the kept results."""
    kept = {sample.position: sample.result for sample in samples if sample.result is not None}
    computed = [sample.position for sample in samples]
    results, weights = [], []
    for stratum in strata:
        of_it = [position for position in stratum.positions[:FIRST_SAMPLES] if position in kept]
        tried = np.isin(stratum.positions[:FIRST_SAMPLES], computed).sum()
        for position in of_it:
            results.append(kept[position])
            weights.append(len(stratum.positions) / tried)
    return job.footprint(plan, results, np.array(weights)) if results else None
