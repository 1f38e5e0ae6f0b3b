"""run(job): from the command to the exit code, on however many ranks there are."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from region_grower_hpc.engine import costs
from region_grower_hpc.engine.agreement import AgreedError, from_root, on_root
from region_grower_hpc.engine.collector import Gathered
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.conclusion import mark_complete, verdict, write_whole
from region_grower_hpc.engine.disk import check_room, measured, predicted, warn_of_room
from region_grower_hpc.engine.dry_run import dry_run, warn_of_refusal
from region_grower_hpc.engine.job import Job, Plan
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.part import write_part
from region_grower_hpc.engine.passes import Group, Pass, group_of, look_ahead
from region_grower_hpc.engine.places import check_count
from region_grower_hpc.engine.provenance import Provenance, cpu_seconds
from region_grower_hpc.engine.session import Session
from region_grower_hpc.engine.signals import StopRequest, command_start_s, deadline
from region_grower_hpc.engine.spread import spread
from region_grower_hpc.engine.start import Start, begin, decide_now
from region_grower_hpc.engine.state import PlanRecord
from region_grower_hpc.engine.supervision import supervised, tell
from region_grower_hpc.errors import ExitCode, StoppedEarly, TooManyFailuresError

logger = logging.getLogger(__name__)


def run(job: Job[Any], state_dir: Path, options: EngineOptions) -> ExitCode:
    """Do a job on all ranks; every rank gets the same exit code.

    Args:
        job: created alike on every rank.
        state_dir: where the state lies unless `--state-dir` says otherwise (state.py).
        options: how to run.
    """
    return run_in_turn([Pass(job, state_dir, options)])


def run_in_turn(passes: Sequence[Pass]) -> ExitCode:
    """Do jobs of which each needs what the former ones write; every rank gets the same exit code.

    A pass with too many failures does not keep the next ones from their work. What is known to
    stand in the way of a later pass is refused before the first one begins, and a request to stop
    that comes between two passes is heard.
    """
    return supervised(lambda comm: _do(comm, passes))


def _do(comm: Communicator, passes: Sequence[Pass]) -> ExitCode:
    options, started_s = passes[0].options, command_start_s()
    limit_s = from_root(comm, lambda: deadline(options.time_limit_s, os.environ, started_s))
    code = ExitCode.DONE
    with StopRequest(limit_s) as stop:
        on_root(comm, lambda: look_ahead(passes[1:]))
        for number, one in enumerate(passes):
            if number and (reasons := [each for each in comm.allgather(stop.reason) if each]):
                left = ", ".join(each.job.name for each in passes[number:])
                raise AgreedError(
                    StoppedEarly(f"{reasons[0]}; still to do: {left}; the same command continues")
                )
            try:
                _Run(comm, one, stop, group_of(passes, number)).execute()
            except AgreedError as agreed:
                if one is passes[-1] or not isinstance(agreed.error, TooManyFailuresError):
                    raise
                if comm.is_root:
                    tell(agreed.error)
                code = agreed.error.exit_code
            if options.dry_run:
                break
    return code


class _Run:
    """One start of the command: plan, session, conclusion."""

    def __init__(
        self, comm: Communicator, one: Pass, stop: StopRequest, group: Group | None
    ) -> None:
        self.comm, self.job, self.options, self.stop = comm, one.job, one.options, stop
        self.group = group
        self.state = one.state
        #: on rank 0, where only a part of the tasks is done: the record of the whole.
        self.whole: PlanRecord | None = None

    def execute(self) -> ExitCode:
        """Plan, compute, write; the exit code of all ranks."""
        if not self.comm.is_root:
            self.job.warm_up()
        prepared = on_root(self.comm, self._prepare)
        record, start = self.comm.bcast(  # type: ignore[misc]
            None if prepared is None else prepared[1:]
        )
        plan = spread(self.comm, None if prepared is None else prepared[0])
        del prepared  # The plan's own copy of what is shared now.
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
            self.state.summary if plan.kept or self.options.selection else None,
        )
        try:
            self._conclude(plan, record, session.compute(), provenance)
        except AgreedError as agreed:
            self._end_session(provenance, str(agreed.error))
            raise
        return verdict(self.comm, self.job, plan, self.state, self.options)

    # -- before ----------------------------------------------------------------------------------

    def _prepare(self) -> tuple[Plan, PlanRecord, Start]:
        """On rank 0: check the inputs and decide what this session does."""
        plan = self.job.plan()
        check_count(plan.n_tasks)
        record = PlanRecord.of(self.job.name, plan)
        if self.options.selection is not None:
            self.whole = record
            plan = self.options.selection.of(plan)
            record = record.over(plan)
        if self.options.dry_run:
            warn_of_refusal(self.state, record, plan.outputs, self.options)
            warn_of_room(predicted(plan), self.state.path, plan.outputs)
            return costs.refine(plan, self.state.costs_json), record, Start.FRESH
        # Once: it may look at millions of files.
        lost = cache(partial(self.job.lost, plan))
        found = self.state, record, plan.outputs, self.options, lost, self.group
        if decide_now(*found) is not Start.NOTHING:
            # Before anything is written, so that a refusal leaves no trace.
            check_room(predicted(plan), self.state.path, plan.outputs)
            warn_of_room(measured(plan, self.state.costs_json), self.state.path, plan.outputs)
        start = begin(*found, partial(self.job.clear, plan))
        if start is Start.NOTHING:
            return plan, record, start
        return costs.refine(plan, self.state.costs_json), record, start

    def _dry_run(self, plan: Plan) -> ExitCode:
        costs_json, stops = self.state.costs_json, lambda: bool(self.stop)
        for line in dry_run(self.comm, self.job, plan, costs_json, self.options, stops):
            print(line)
        if self.comm.is_root:
            warn_of_room(measured(plan, costs_json), self.state.path, plan.outputs)
        reasons = [reason for reason in self.comm.allgather(self.stop.reason) if reason]
        if reasons:
            raise AgreedError(StoppedEarly(f"{reasons[0]}; the dry run may be short of samples."))
        return ExitCode.DONE

    def _already_complete(self, plan: Plan) -> ExitCode:
        if self.comm.is_root:
            logger.info("complete already: %s", self.state.path)
            self.state.clear_journals()  # A kill right after the marker leaves them.
        return verdict(self.comm, self.job, plan, self.state, self.options)

    # -- after -----------------------------------------------------------------------------------

    def _conclude(
        self,
        plan: Plan,
        record: PlanRecord,
        gathered: Gathered | None,
        provenance: Provenance | None,
    ) -> None:
        """Write what describes the whole; the completion marker comes last."""

        def write() -> None:
            if gathered is not None:
                write_whole(self.job, plan, self.state, gathered)
            if self.whole is not None:
                write_part(self.state, plan, self.whole)

        on_root(self.comm, write)
        self._end_session(provenance, "complete")
        on_root(
            self.comm,
            lambda: mark_complete(self.job, self.state, record, plan, gathered, self.options),
        )

    def _end_session(self, provenance: Provenance | None, outcome: str) -> None:
        cpu_s = sum(self.comm.gather(cpu_seconds()) or ())
        if provenance is not None:
            provenance.end(outcome, cpu_s)
