"""Jobs in this process alone, without a state: for calls from Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Job, Plan, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure


def run_here(jobs: Sequence[Job[Any]]) -> None:
    """Do jobs one after the other; results are not held longer than `gather` needs them.

    Raises:
        InvalidInputError: whatever a job refuses; a task that fails ends all.
    """
    for job in jobs:
        plan = job.plan()
        rows = np.zeros(plan.n_tasks, dtype=plan.row_dtype)
        results = _results(job, plan, rows)
        if not plan.kept:
            results = iter(list(results))
        job.gather(plan, rows, [], results)


def _results(job: Job[Any], plan: Plan, rows: NDArray[Any]) -> Iterator[StoredResult]:
    """What `gather` needs of each task; rows are filled on the way."""
    state = job.setup(plan) if plan.n_tasks else None
    writes_shards = type(job).write_shard is not Job.write_shard
    for shard in range(plan.n_shards):
        whole = []
        for place in range(plan.n_tasks)[plan.shard(shard)]:
            task = int(plan.tasks[place])
            try:
                result = job.run(state, task)
            except TaskFailure as failure:
                raise InvalidInputError(failure.message) from failure
            rows[place] = result.row
            if writes_shards:
                whole.append(StoredResult(task, rows[place], result.arrays))
            arrays = {name: result.arrays[name] for name in plan.kept if name in result.arrays}
            yield StoredResult(task, rows[place], arrays)
        if writes_shards:
            job.write_shard(plan, shard, whole)
