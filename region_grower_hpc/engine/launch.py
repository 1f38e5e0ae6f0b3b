"""run(job): from the command to the exit code, on however many ranks there are."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine import costs
from region_grower_hpc.engine.agreement import AgreedError, from_root, on_root
from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.exchange import Gathered
from region_grower_hpc.engine.job import Job, Plan
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.provenance import Provenance, cpu_seconds
from region_grower_hpc.engine.session import Session
from region_grower_hpc.engine.signals import StopRequest, deadline
from region_grower_hpc.engine.state import PlanRecord, Start, StateFolder, decide
from region_grower_hpc.errors import ExitCode, RegionGrowerHpcError, StoppedEarly
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)

#: Time for the launcher to pass on the last words of a rank.
LAST_WORDS_S = 0.3


def run(job: Job[Any], state_dir: Path, options: EngineOptions) -> ExitCode:
    """Do a job on all ranks; every rank gets the same exit code.

    Args:
        job: created alike on every rank.
        state_dir: where the state lies unless `--state-dir` says otherwise (state.py).
        options: how to run.
    """
    started_s = time.time()
    comm: Communicator | None = None
    try:
        comm = connect()
        return _Run(comm, job, state_dir, options, started_s).execute()
    except AgreedError as agreed:
        if comm is not None and comm.is_root:
            tell(agreed.error)
        return ExitCode(agreed.error.exit_code)
    except RegionGrowerHpcError as error:
        # Of this rank alone: the others would wait for it for ever.
        if comm is None:
            raise  # Each rank refuses; the front end lets the first one speak.
        tell(error)
        time.sleep(LAST_WORDS_S)
        comm.abort(error.exit_code)
    except BaseException as error:
        _last_words(comm, error)
        if comm is None:
            raise SystemExit(ExitCode.INTERNAL) from None
        comm.abort(130 if isinstance(error, KeyboardInterrupt) else ExitCode.INTERNAL)


def tell(error: RegionGrowerHpcError) -> None:
    """Print a message for the user, without a traceback."""
    kind = "Stopped" if isinstance(error, StoppedEarly) else "Error"
    print(f"{kind}: {error}", file=sys.stderr, flush=True)


def _last_words(comm: Communicator | None, error: BaseException) -> None:
    """Print one traceback where several ranks fail at once; the others leave the abort to it."""
    if comm is not None and not comm.is_first_to_fail():
        time.sleep(10 * LAST_WORDS_S)
        return
    if isinstance(error, OSError):
        words = f"Error: {error}. Finished work is kept; the same command continues.\n"
    elif isinstance(error, KeyboardInterrupt):
        words = "Interrupted. Finished work is kept; the same command continues.\n"
    else:
        words = "".join(traceback.format_exception(error))
    # In one piece, and with a moment for the launcher to pass it on before it kills its helpers.
    sys.stderr.write(words)
    sys.stderr.flush()
    if comm is not None and comm.size > 1:
        time.sleep(LAST_WORDS_S)


class _Run:
    """One start of the command: plan, session, conclusion."""

    def __init__(
        self,
        comm: Communicator,
        job: Job[Any],
        state_dir: Path,
        options: EngineOptions,
        started_s: float,
    ) -> None:
        self.comm, self.job, self.options = comm, job, options
        self.state = StateFolder(options.state_dir or state_dir)
        limit_s = from_root(comm, lambda: deadline(options.time_limit_s, os.environ, started_s))
        self.stop = StopRequest(limit_s)

    def execute(self) -> ExitCode:
        """Plan, compute, write; the exit code of all ranks."""
        with self.stop:
            if not self.comm.is_root:
                self.job.warm_up()
            plan, record, start = self._spread(on_root(self.comm, self._prepare))
            if self.options.dry_run:
                return self._dry_run(plan)
            if start is Start.NOTHING:
                return self._already_complete(plan)
            provenance = on_root(
                self.comm, lambda: Provenance(self.state, record, self.options, self.comm)
            )
            session = Session(
                self.comm,
                self.job,
                plan,
                self.state,
                from_root(self.comm, lambda: self.state.run_journals),
                self.options,
                self.stop,
            )
            try:
                self._conclude(plan, record, session.compute(), provenance)
            except AgreedError as agreed:
                self._end_session(provenance, str(agreed.error))
                raise
            return self._verdict(plan)

    # -- before ----------------------------------------------------------------------------------

    def _prepare(self) -> tuple[Plan, PlanRecord, Start]:
        """On rank 0: check the inputs and decide what this session does."""
        plan = self.job.plan()
        record = PlanRecord.of(self.job.name, plan)
        if self.options.dry_run:
            return costs.refine(plan, self.state.costs_json), record, Start.FRESH
        requeued = int(os.environ.get("SLURM_RESTART_COUNT") or 0) > 0
        # Asked twice: a refusal leaves no trace, and what holds is what is true under the lock.
        if decide(self.state, record, plan.outputs, self.options, requeued) is Start.NOTHING:
            return plan, record, Start.NOTHING
        self.state.lock()
        start = decide(self.state, record, plan.outputs, self.options, requeued)
        former = self.state.read_plan()
        if start is Start.CONTINUE and former is not None and former.version != record.version:
            logger.warning(
                "the run was begun with version %s and continues with %s",
                former.version,
                record.version,
            )
        if start is not Start.NOTHING:
            self.state.begin(record, start)
        return costs.refine(plan, self.state.costs_json), record, start

    def _spread(
        self, prepared: tuple[Plan, PlanRecord, Start] | None
    ) -> tuple[Plan, PlanRecord, Start]:
        """Give every rank the plan, its large arrays once a node."""
        arrays: dict[str, Any] = {}
        light = None
        if prepared is not None:
            plan, record, start = prepared
            arrays = {"tasks": plan.tasks, "costs_s": plan.costs_s, **plan.shared}
            empty = np.empty(0, dtype=np.int64)
            bare = dataclasses.replace(
                plan, tasks=empty, costs_s=np.empty(0), shared={}, cost_groups=None
            )
            light = (bare, record, start, list(arrays))
        bare, record, start, names = self.comm.bcast(light)  # type: ignore[misc]
        shared = {name: self.comm.share(arrays.get(name)) for name in names}
        tasks, costs_s = shared.pop("tasks"), shared.pop("costs_s")
        plan = bare if prepared is None else prepared[0]
        return dataclasses.replace(plan, tasks=tasks, costs_s=costs_s, shared=shared), record, start

    def _dry_run(self, plan: Plan) -> ExitCode:
        lines = on_root(self.comm, lambda: costs.dry_run(self.job, plan, self.state.costs_json))
        for line in lines or ():
            print(line)
        return ExitCode.DONE

    def _already_complete(self, plan: Plan) -> ExitCode:
        if self.comm.is_root:
            logger.info("complete already: %s", self.state.path)
            self.state.clear_journals()  # A kill right after the marker leaves them.
        return self._verdict(plan)

    # -- after -----------------------------------------------------------------------------------

    def _conclude(
        self,
        plan: Plan,
        record: PlanRecord,
        gathered: Gathered | None,
        provenance: Provenance | None,
    ) -> None:
        """Write what describes the whole; the completion marker comes last."""
        failed: Counter[str] = Counter()

        def gather() -> None:
            if gathered is None:
                return
            self.job.gather(plan, gathered.rows, gathered.failures)
            failed.update(failure.kind for failure in gathered.failures)
            means = costs.group_means(plan, gathered.seconds)
            atomic.write_json(self.state.costs_json, means)

        on_root(self.comm, gather)
        self._end_session(provenance, "complete")
        summary = {
            "digest": record.digest,
            "n_tasks": plan.n_tasks,
            "failed": dict(sorted(failed.items())),
        }
        on_root(self.comm, lambda: self.state.finish(summary))

    def _verdict(self, plan: Plan) -> ExitCode:
        """Judge the failures that the completion marker tells."""

        def judge() -> None:
            marker = json.loads(self.state.complete.read_text(encoding="utf-8"))
            ratio = self.options.max_failed_ratio
            error = self.job.verdict(plan.n_tasks, marker["failed"], ratio)
            self.state.unlock()
            if error is not None:
                raise error

        on_root(self.comm, judge)
        return ExitCode.DONE

    def _end_session(self, provenance: Provenance | None, outcome: str) -> None:
        cpu_s = sum(self.comm.gather(cpu_seconds()) or ())
        if provenance is not None:
            provenance.end(outcome, cpu_s)
