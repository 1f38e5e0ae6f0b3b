"""A job that tells what doing a task takes, and the traceback of a failure."""

from __future__ import annotations

import faulthandler
import json
import logging
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.engine.job import Array, Failure, Job, Plan, Result, StoredResult
from region_grower_hpc.engine.memory import Memory
from region_grower_hpc.errors import TaskFailure

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ObservedJob(Job[tuple[Any, float]]):
    """The same job, also in a child process.

    Attributes:
        job: that does the work.
        folder: where the measures of each task go.
        log_level: of the process that does it.
    """

    job: Job[Any]
    folder: Path
    log_level: str
    name = "observed"

    def plan(self) -> Plan:
        """That of the job."""
        return self.job.plan()

    def setup(self, plan: Plan) -> tuple[Any, float]:
        """The state of the job, and the seconds it took."""
        logging.basicConfig(
            format="%(asctime)s - %(name)s - %(levelname)s - %(message)s",
            datefmt="%Y-%m-%dT%H:%M:%S",
            level=getattr(logging, self.log_level.upper()),
        )
        # Where in Python the process was that dies in a C library.
        if sys.__stderr__ is not None and not faulthandler.is_enabled():
            faulthandler.enable(sys.__stderr__)
        started_s = time.perf_counter()
        state = self.job.setup(plan)
        return state, time.perf_counter() - started_s

    def run(self, state: tuple[Any, float], task: int) -> Result:
        """Do a task; its measures are written before the result or the failure goes on."""
        inner, setup_s = state
        before = Memory.of_this_process()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        try:
            return self.job.run(inner, task)
        except TaskFailure:
            logger.debug("task %d failed", task, exc_info=True)
            raise
        except Exception:
            logger.exception("task %d failed", task)
            raise
        finally:
            measures = {
                "setup_s": setup_s,
                "wall_s": time.perf_counter() - wall_s,
                "cpu_s": time.process_time() - cpu_s,
                "before_mb": before.own_mb,
                "peak_mb": Memory.of_this_process().peak_mb,
            }
            measures_file(self.folder, task).write_text(json.dumps(measures), encoding="utf-8")

    def gather(
        self,
        plan: Plan,
        rows: Array,
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """That of the job."""
        self.job.gather(plan, rows, failures, kept)


def measures_file(folder: Path, task: int) -> Path:
    """Where the measures of a task are."""
    return folder / f"{task}.json"
