"""The end of a run on rank 0: what describes the whole, the completion marker, the verdict."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import Any

from region_grower_hpc.engine import costs
from region_grower_hpc.engine.agreement import on_root
from region_grower_hpc.engine.collector import Gathered
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Job, Plan
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.summary import read_kept
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)


def write_whole(job: Job[Any], plan: Plan, state: StateFolder, gathered: Gathered) -> None:
    """Let the job write what describes the whole, and keep the measured costs (rank 0)."""
    kept = read_kept(gathered.summary if plan.kept else None, plan.row_dtype)
    job.gather(plan, gathered.rows, gathered.failures, kept)
    try:
        atomic.write_json(state.costs_json, costs.group_means(plan, gathered.seconds))
    except OSError as error:
        # It only helps to order the work of later runs.
        logger.warning("the measured costs are not kept: %s", error)


def mark_complete(
    job: Job[Any],
    state: StateFolder,
    record: PlanRecord,
    plan: Plan,
    gathered: Gathered | None,
    options: EngineOptions,
) -> None:
    """Write the completion marker, with the number of failures of each kind (rank 0).

    It also keeps the exit code of this run, which `status` tells.
    """
    failures = [] if gathered is None else gathered.failures
    failed = dict(sorted(Counter(failure.kind for failure in failures).items()))
    error = job.verdict(plan.n_tasks, failed, options.max_failed_ratio)
    code = ExitCode.DONE if error is None else error.exit_code
    state.finish(
        {
            "digest": record.digest,
            "n_tasks": plan.n_tasks,
            "failed": failed,
            "exit_code": int(code),
        }
    )


def verdict(
    comm: Communicator, job: Job[Any], plan: Plan, state: StateFolder, options: EngineOptions
) -> ExitCode:
    """Judge the failures that the completion marker tells; all ranks together.

    Raises:
        AgreedError: there are more than allowed.
    """

    def judge() -> None:
        marker = json.loads(state.complete.read_text(encoding="utf-8"))
        error = job.verdict(plan.n_tasks, marker["failed"], options.max_failed_ratio)
        state.unlock()
        if error is not None:
            raise error

    on_root(comm, judge)
    return ExitCode.DONE
