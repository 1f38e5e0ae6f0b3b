"""run(job): from the command to the exit code, on however many ranks there are."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine import costs
from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.dispatch import choose_dispatcher
from region_grower_hpc.engine.exchange import Gathered, write_shards
from region_grower_hpc.engine.job import Job, Plan, Result
from region_grower_hpc.engine.journal import (
    JournalWriter,
    journal_files,
    journal_path,
    next_session,
)
from region_grower_hpc.engine.ledger import History, read_history
from region_grower_hpc.engine.limits import TaskTimer, memory_limit
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.order import guided_bounds, longest_first
from region_grower_hpc.engine.progress import Progress
from region_grower_hpc.engine.provenance import Provenance, cpu_seconds
from region_grower_hpc.engine.signals import StopRequest, deadline
from region_grower_hpc.engine.state import PlanRecord, Start, StateFolder, decide
from region_grower_hpc.engine.suspects import run_alone
from region_grower_hpc.engine.work import Worker, remaining
from region_grower_hpc.errors import ExitCode, RegionGrowerHpcError, StoppedEarly
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)

#: Time for the launcher to pass on the last words of a rank.
LAST_WORDS_S = 0.3

T = TypeVar("T")
Int64Array = NDArray[np.int64]


class _Agreed(Exception):
    """An error that all ranks know of: they leave together, and rank 0 tells the user."""

    def __init__(self, error: RegionGrowerHpcError) -> None:
        super().__init__(str(error))
        self.error = error


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
    except _Agreed as agreed:
        if comm is not None and comm.is_root:
            tell(agreed.error)
        return ExitCode(agreed.error.exit_code)
    except RegionGrowerHpcError as error:
        # Of this rank alone: the others would wait for it for ever.
        if comm is None:
            raise  # Each rank refuses; the front end lets the first one speak.
        tell(error)
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
    """One session of a job."""

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
        limit_s = self._on_root(lambda: deadline(options.time_limit_s, os.environ, started_s))
        self.stop = StopRequest(limit_s)

    def execute(self) -> ExitCode:
        """Plan, compute, write; the exit code of all ranks."""
        with self.stop:
            if not self.comm.is_root:
                self.job.warm_up()
            prepared = self._on_root(self._prepare)
            plan, record, start = self._spread(prepared)
            if self.options.dry_run:
                return self._dry_run(plan)
            if start is Start.NOTHING:
                return self._already_complete(plan)
            provenance = self._provenance(record)
            try:
                gathered = self._compute(plan, record.digest)
                return self._conclude(plan, record, gathered, provenance)
            except _Agreed as agreed:
                self._end_session(provenance, str(agreed.error))
                raise

    # -- planning ------------------------------------------------------------------------------

    def _prepare(self) -> tuple[Plan, PlanRecord, Start]:
        """On rank 0: check the inputs and decide what this session does."""
        plan = self.job.plan()
        record = PlanRecord.of(self.job.name, plan)
        if self.options.dry_run:
            return costs.refine(plan, self.state.costs_json), record, Start.FRESH
        requeued = int(os.environ.get("SLURM_RESTART_COUNT") or 0) > 0
        # Asked twice: a refusal leaves no trace, and what holds is what is true under the lock.
        decide(self.state, record, plan.outputs, self.options, requeued)
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

    def _spread(self, prepared: Any) -> tuple[Plan, PlanRecord, Start]:
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
        lines = self._on_root(lambda: costs.dry_run(self.job, plan, self.state.costs_json))
        for line in lines or ():
            print(line)
        return ExitCode.DONE

    def _already_complete(self, plan: Plan) -> ExitCode:
        if self.comm.is_root:
            logger.info("complete already: %s", self.state.path)
            self.state.clear_journals()  # A kill right after the marker leaves them.
        return self._verdict(plan)

    # -- computing -----------------------------------------------------------------------------

    def _compute(self, plan: Plan, digest: str) -> Gathered | None:
        """Do what is left to do, then write the shards; rank 0 gets what was gathered."""
        comm, options = self.comm, self.options
        history = read_history(comm, plan, self.state.journals, digest)
        files, session = comm.bcast(
            (journal_files(self.state.journals), next_session(self.state.journals))
        )
        with self._journal(session, digest, options.fsync_interval_s) as journal:
            number = len(files) + comm.rank
            worker = Worker(self.job, plan, journal, history.ledger, number, self.stop)
            self._phases(plan, history, worker)
            entries = history.ledger.entries()
            before = 0 if history.finished is None else int(np.count_nonzero(history.finished))
            done = sum(comm.allgather(before + worker.done + worker.failed))
            if done < plan.n_tasks:
                self._stopped(f"{done} of {plan.n_tasks} tasks are done")
            paths = dict(enumerate(files))
            paths |= {
                len(files) + rank: journal_path(self.state.journals, session, rank)
                for rank in range(comm.size)
            }
            journal.flush()
            gathered = write_shards(
                comm,
                self.job,
                plan,
                entries,
                paths,
                history.shards,
                journal,
                self.state.rows,
                self.stop,
            )
            if not comm.bcast(gathered is not None):
                self._stopped("all tasks are done, some files are not yet written")
            return gathered

    @contextlib.contextmanager
    def _journal(
        self, session: int, digest: str, fsync_interval_s: float
    ) -> Iterator[JournalWriter]:
        path = journal_path(self.state.journals, session, self.comm.rank)
        journal = JournalWriter(path, digest, fsync_interval_s)
        try:
            yield journal
        finally:
            journal.close()

    def _phases(self, plan: Plan, history: History, worker: Worker) -> None:
        """First what is left, longest first; then the suspects, each alone."""
        comm, options = self.comm, self.options
        order = None
        if history.finished is not None:
            left = remaining(history.finished, history.suspects)
            order = longest_first(plan.costs_s, left)
            n_done = int(np.count_nonzero(history.finished))
            if n_done:
                logger.info("%d of %d tasks are done already", n_done, plan.n_tasks)
        if comm.bcast(order is not None and len(order) > 0):
            timer = TaskTimer(options.task_timeout_s, worker.journal.suspect)
            state: list[Any] = []

            def in_this_rank(task: int) -> Result:
                return self.job.run(state[0], task)

            self._phase(plan, history, worker, order, in_this_rank, timer, state)
        found = comm.allgather(worker.suspected)
        alone = None
        if history.finished is not None:
            everyone = {*history.suspects.tolist(), *(at for rank in found for at in rank)}
            alone = np.array(sorted(everyone), dtype=np.int64)
        if comm.bcast(alone is not None and len(alone) > 0):

            def in_a_child(task: int) -> Result:
                return run_alone(
                    self.job, plan, task, options.memory_limit_mb, options.task_timeout_s
                )

            untimed = TaskTimer(None, worker.journal.suspect)
            self._phase(plan, history, worker, alone, in_a_child, untimed, None)

    def _phase(
        self,
        plan: Plan,
        history: History,
        worker: Worker,
        order: Int64Array | None,
        run_task: Callable[[int], Result],
        timer: TaskTimer,
        state: list[Any] | None,
    ) -> None:
        """Hand out one ordered list of tasks; `state` is filled on the ranks that compute."""
        comm, options = self.comm, self.options
        bounds = None
        if order is not None:
            workers = max(comm.size - (options.dispatch == "master" or comm.n_nodes > 1), 1)
            size = 1 if state is None else options.batch_size
            bounds = guided_bounds(plan.costs_s[order], workers, size)
        order, bounds = comm.share(order), comm.share(bounds)
        dispatcher = self._agree(lambda: choose_dispatcher(comm, len(bounds) - 1, options.dispatch))
        if state is not None:
            state.append(self._agree(lambda: self.job.setup(plan) if dispatcher.computes else None))
        with self._progress(plan, history, worker, dispatcher.tally):
            if dispatcher.computes:
                limit_mb = options.memory_limit_mb if state is not None else None
                with memory_limit(limit_mb):
                    worker.work(dispatcher, order, bounds, run_task, timer)
            else:
                dispatcher.serve(lambda: bool(self.stop))
            # Rank 0 shows the progress of the others until all have come here.
            comm.allgather(None)

    @contextlib.contextmanager
    def _progress(
        self,
        plan: Plan,
        history: History,
        worker: Worker,
        tally: Callable[[], tuple[int, int]],
    ) -> Iterator[None]:
        if history.finished is None:
            yield
            return
        already = int(np.count_nonzero(history.finished))
        with Progress(
            plan.n_tasks, already, tally, self.state.progress_jsonl, self.options.hide_progress
        ):
            yield

    # -- concluding ----------------------------------------------------------------------------

    def _conclude(
        self, plan: Plan, record: PlanRecord, gathered: Gathered | None, provenance: Any
    ) -> ExitCode:
        """Write what describes the whole; the completion marker comes last."""
        failed: Counter[str] = Counter()

        def gather() -> None:
            if gathered is None:
                return
            self.job.gather(plan, gathered.rows, gathered.failures)
            failed.update(failure.kind for failure in gathered.failures)
            means = costs.group_means(plan, gathered.seconds)
            atomic.write_json(self.state.costs_json, means)

        self._on_root(gather)
        self._end_session(provenance, "complete")
        self._on_root(
            lambda: self.state.finish(
                {
                    "digest": record.digest,
                    "n_tasks": plan.n_tasks,
                    "failed": dict(sorted(failed.items())),
                }
            )
        )
        return self._verdict(plan)

    def _verdict(self, plan: Plan) -> ExitCode:
        """Judge the failures that the completion marker tells."""

        def judge() -> None:
            marker = json.loads(self.state.complete.read_text(encoding="utf-8"))
            ratio = self.options.max_failed_ratio
            error = self.job.verdict(plan.n_tasks, marker["failed"], ratio)
            self.state.unlock()
            if error is not None:
                raise error

        self._on_root(judge)
        return ExitCode.DONE

    def _provenance(self, record: PlanRecord) -> Provenance | None:
        return self._on_root(lambda: Provenance(self.state, record, self.options, self.comm))

    def _end_session(self, provenance: Provenance | None, outcome: str) -> None:
        cpu_s = sum(self.comm.gather(cpu_seconds()) or ())
        if provenance is not None:
            provenance.end(outcome, cpu_s)

    def _stopped(self, what: str) -> None:
        """All ranks leave with 75; their journals are closed on the way."""
        reasons = [reason for reason in self.comm.allgather(self.stop.reason) if reason]
        reason = reasons[0] if reasons else "another rank stopped"
        raise _Agreed(StoppedEarly(f"{reason}; {what}. The same command continues."))

    # -- agreement -----------------------------------------------------------------------------

    def _on_root(self, action: Callable[[], T]) -> T | None:
        """Do something on rank 0; an error of the user's ends all ranks together."""
        value: T | None = None
        error: RegionGrowerHpcError | None = None
        if self.comm.is_root:
            try:
                value = action()
            except RegionGrowerHpcError as problem:
                error = problem
        error = self.comm.bcast(error)
        if error is not None:
            raise _Agreed(error)
        return value

    def _agree(self, action: Callable[[], T]) -> T:
        """Do something on every rank; the first rank's error of the user's ends all together."""
        value: T | None = None
        error: RegionGrowerHpcError | None = None
        try:
            value = action()
        except RegionGrowerHpcError as problem:
            error = problem
        errors = [problem for problem in self.comm.allgather(error) if problem is not None]
        if errors:
            raise _Agreed(errors[0])
        return value  # type: ignore[return-value]
