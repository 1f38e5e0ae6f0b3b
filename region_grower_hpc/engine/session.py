"""The computing of one session: what is left first, then the suspects, then the shards."""

from __future__ import annotations

import contextlib
import gc
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from region_grower_hpc.engine.agreement import AgreedError, from_root, on_all
from region_grower_hpc.engine.collector import Gathered
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.crash_report import crashes_reported
from region_grower_hpc.engine.dispatch import SERVICE_S, choose_dispatcher
from region_grower_hpc.engine.exchange import write_shards
from region_grower_hpc.engine.job import Job, Plan, Result
from region_grower_hpc.engine.journal import (
    JournalWriter,
    begin_session,
    journal_files,
    journal_path,
)
from region_grower_hpc.engine.ledger import History, read_history
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.order import IntArray, guided_bounds, longest_first
from region_grower_hpc.engine.progress import Progress
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.engine.state import StateFolder
from region_grower_hpc.engine.suspects import solitary
from region_grower_hpc.engine.work import Worker, remaining
from region_grower_hpc.errors import StoppedEarly

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """One start of the command on all ranks, once it is clear what to compute.

    Attributes:
        comm: all ranks.
        job: what to do.
        plan: the tasks.
        state: where progress is kept.
        journals: folder of this run's journals.
        options: how to run.
        stop: whether to stop early.
        summary: where rank 0 keeps the small arrays of all tasks; None for nowhere.
    """

    comm: Communicator
    job: Job[Any]
    plan: Plan
    state: StateFolder
    journals: Path
    options: EngineOptions
    stop: StopRequest
    summary: Path | None = None

    def compute(self) -> Gathered | None:
        """Do what is left to do, then write the shards; rank 0 gets what was gathered.

        Raises:
            AgreedError: StoppedEarly, on all ranks.
        """
        comm, plan = self.comm, self.plan
        former, number = from_root(comm, self._former_sessions)
        history = read_history(comm, plan, former)
        # Numbered after the former ones, rank by rank.
        paths = [*former, *(journal_path(self.journals, number, rank) for rank in range(comm.size))]
        own = len(former) + comm.rank
        with self._journal(paths[own]) as journal:
            worker = Worker(self.job, plan, journal, history.ledger, own, self.stop)
            self._work(history, worker)
            done = sum(comm.allgather(history.n_finished + worker.done + worker.failed))
            if done < plan.n_tasks:
                self._stop(f"{done} of {plan.n_tasks} tasks are done")
            journal.sync()  # Any rank may read it now, also one of another node.
            gathered = write_shards(
                comm,
                self.job,
                plan,
                history.ledger,
                paths,
                history.shards,
                journal,
                self.state.rows,
                self.summary,
                self.stop,
            )
            if not comm.bcast(gathered is not None):
                self._stop("all tasks are done, some files are not yet written")
            return gathered

    def _former_sessions(self) -> tuple[list[Path], int]:
        """Journals of former sessions, and the number of this one."""
        return journal_files(self.journals), begin_session(self.journals)

    @contextlib.contextmanager
    def _journal(self, path: Path) -> Iterator[JournalWriter]:
        journal = JournalWriter(path, self.options.fsync_interval_s)
        try:
            yield journal
        finally:
            journal.close()

    def _work(self, history: History, worker: Worker) -> None:
        """First what is left, longest first; then the suspects, each alone."""
        comm, plan = self.comm, self.plan
        order = None
        if history.finished is not None:
            order = longest_first(plan.costs_s, remaining(history.finished, history.suspects))
            if history.n_finished:
                logger.info("%d of %d tasks are done already", history.n_finished, plan.n_tasks)
        order = comm.share(order)  # Rank 0 lets its own copy go.
        if len(order):
            self._phase(history, worker, order, alone=False)
        found = comm.allgather(worker.suspected)
        order = None
        if history.finished is not None:
            everyone = {*history.suspects.tolist(), *(at for rank in found for at in rank)}
            order = longest_first(plan.costs_s, np.array(sorted(everyone), dtype=np.int64))
            if everyone:
                logger.warning("%d tasks are tried alone, in a process each", len(everyone))
        order = comm.share(order)
        stops = any(comm.allgather(bool(self.stop)))
        if len(order) and not stops:
            self._phase(history, worker, order, alone=True)

    def _phase(self, history: History, worker: Worker, order: IntArray, alone: bool) -> None:
        """Hand out an ordered list of tasks.

        Args:
            history: on rank 0, of former sessions.
            worker: of this rank.
            order: positions of the tasks.
            alone: run each in a child process.
        """
        comm, plan, options = self.comm, self.plan, self.options
        bounds = None
        if comm.is_root:
            schedules_only = options.dispatch == "master" or comm.n_nodes > 1
            workers = max(comm.size - schedules_only, 1)
            size = 1 if alone else options.batch_size
            service_s = SERVICE_S if schedules_only else 0.0
            bounds = guided_bounds(plan.costs_s[order], workers, size, service_s)
        bounds = comm.share(bounds)
        dispatcher = on_all(
            comm, lambda: choose_dispatcher(comm, len(bounds) - 1, options.dispatch)
        )
        limits = TaskLimits(options.memory_limit_mb, options.task_timeout_s)
        with contextlib.ExitStack() as stack:
            run: Callable[[int], Result]
            if alone:
                run = stack.enter_context(solitary(self.job, plan, limits, self.stop)).run
                limits = TaskLimits()  # A child keeps them itself.
            else:
                run = self._in_this_rank(dispatcher.computes)
                stack.enter_context(crashes_reported(worker.journal.fileno()))
            on_all(comm, limits.check if dispatcher.computes else lambda: None)
            phase = "suspects" if alone else "computing"
            stack.enter_context(self._progress(history, dispatcher.tally, phase))
            if dispatcher.computes:
                worker.work(dispatcher, order, bounds, run, limits)
            else:
                dispatcher.serve(lambda: bool(self.stop))
            # Rank 0 shows the progress of the others until all have come here.
            comm.allgather(None)

    def _in_this_rank(self, computes: bool) -> Callable[[int], Result]:
        """What does a task with what `setup` gives, on the ranks that compute."""
        state = on_all(self.comm, lambda: self.job.setup(self.plan) if computes else None)
        # What is there now stays to the end: the garbage collector need not look at it again.
        gc.freeze()
        return lambda task: self.job.run(state, task)

    @contextlib.contextmanager
    def _progress(
        self, history: History, tally: Callable[[], tuple[int, int]], phase: str
    ) -> Iterator[None]:
        if not self.comm.is_root:
            yield
            return
        events, hidden = self.state.progress_jsonl, self.options.hide_progress
        already = history.n_finished, history.n_failed
        with Progress(self.plan.n_tasks, already, tally, events, hidden, phase=phase):
            yield

    def _stop(self, what: str) -> NoReturn:
        """All ranks leave with 75; their journals are closed on the way."""
        reasons = [reason for reason in self.comm.allgather(self.stop.reason) if reason]
        reason = reasons[0] if reasons else "another rank stopped"
        raise AgreedError(StoppedEarly(f"{reason}; {what}. The same command continues."))
