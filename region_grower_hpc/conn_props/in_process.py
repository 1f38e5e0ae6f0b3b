"""Jobs in this process alone, without a state: for calls from Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from region_grower_hpc.engine.job import Failure, Job, StoredResult
from region_grower_hpc.errors import TaskFailure


def run_here(jobs: Sequence[Job[Any]]) -> None:
    """Do jobs one after the other.

    Raises:
        InvalidInputError: whatever a job refuses.
    """
    for job in jobs:
        plan = job.plan()
        state = job.setup(plan) if plan.n_tasks else None
        rows = np.zeros(plan.n_tasks, dtype=plan.row_dtype)
        failures, results = [], []
        for place, task in enumerate(plan.tasks.tolist()):
            try:
                result = job.run(state, task)
            except TaskFailure as failure:
                failures.append(Failure.of(task, failure))
                continue
            rows[place] = result.row
            kept = {name: result.arrays[name] for name in plan.kept if name in result.arrays}
            results.append(StoredResult(task, rows[place], kept))
        job.gather(plan, rows, failures, results)
