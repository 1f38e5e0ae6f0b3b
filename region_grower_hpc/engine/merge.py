"""Joining runs over parts of the tasks into what one run over all of them would have written."""

from __future__ import annotations

import contextlib
import heapq
import logging
import os
import resource
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.agreement import AgreedError, from_root, on_root
from region_grower_hpc.engine.collector import Collector, Gathered, Outcome, Portion
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.conclusion import mark_complete, verdict, write_whole
from region_grower_hpc.engine.job import Failure, Job, Plan
from region_grower_hpc.engine.journal import (
    JournalWriter,
    begin_session,
    journal_files,
    journal_path,
)
from region_grower_hpc.engine.ledger import read_history
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.part import Part, rows_agree
from region_grower_hpc.engine.provenance import Provenance, cpu_seconds
from region_grower_hpc.engine.selection import shown
from region_grower_hpc.engine.signals import StopRequest, command_start_s, deadline
from region_grower_hpc.engine.spread import spread
from region_grower_hpc.engine.start import Start, begin
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.supervision import supervised
from region_grower_hpc.errors import ExitCode, ForeignPlanError, InvalidInputError, StoppedEarly

logger = logging.getLogger(__name__)

Int32Array = NDArray[np.int32]

#: In place of the number of a part, where no part has made the result.
NOBODY = -1


def merge(
    job: Job[Any],
    parts: Sequence[Part],
    part_jobs: Sequence[Job[Any]],
    state_dir: Path,
    options: EngineOptions,
) -> ExitCode:
    """Write what one run of `job` over all tasks would have written, from complete parts of it.

    All ranks together; every rank gets the same exit code. The parts stay as they are. A merge that
    was stopped or killed is continued by the same command.

    Args:
        job: of the whole, created alike on every rank.
        parts: runs over parts, which together have each task once.
        part_jobs: the job of each part.
        state_dir: state folder of the whole.
        options: overwrite, max_failed_ratio and command count.
    """
    # Each part is held open; the usual soft limit is 1024 files.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return supervised(lambda comm: _Merge(comm, job, parts, part_jobs, state_dir, options).run())


class _Merge:
    def __init__(
        self,
        comm: Communicator,
        job: Job[Any],
        parts: Sequence[Part],
        part_jobs: Sequence[Job[Any]],
        state_dir: Path,
        options: EngineOptions,
    ) -> None:
        self.comm, self.job, self.options = comm, job, options
        self.parts, self.part_jobs = parts, part_jobs
        self.state = StateFolder(options.state_dir or state_dir)
        started_s = command_start_s()
        limit_s = from_root(comm, lambda: deadline(options.time_limit_s, os.environ, started_s))
        self.stop = StopRequest(limit_s)

    def run(self) -> ExitCode:
        """Check, write the shards, write what describes the whole."""
        comm = self.comm
        with self.stop:
            prepared = on_root(comm, self._prepare)
            plan = spread(comm, None if prepared is None else prepared[0])
            record, start = comm.bcast(  # type: ignore[misc]
                None if prepared is None else prepared[1:]
            )
            if start is Start.NOTHING:
                logger.info("complete already: %s", self.state.path)
                return verdict(comm, self.job, plan, self.state, self.options)
            provenance = on_root(comm, lambda: Provenance(self.state, record, self.options, comm))
            try:
                gathered = self._write(plan)
            except AgreedError as agreed:
                self._end_session(provenance, str(agreed.error))
                raise
            self._end_session(provenance, f"merged {len(self.parts)} parts")
            on_root(
                comm,
                lambda: mark_complete(self.job, self.state, record, plan, gathered, self.options),
            )
            return verdict(comm, self.job, plan, self.state, self.options)

    def _write(self, plan: Plan) -> Gathered | None:
        """Write all outputs; what rank 0 has gathered."""
        collected = on_root(self.comm, lambda: self._collect(plan))
        gathered, origins = (None, None) if collected is None else collected
        self._write_shards(plan, self.comm.share(origins))

        def write() -> None:
            if gathered is not None:
                write_whole(self.job, plan, self.state, gathered)

        on_root(self.comm, write)
        return gathered

    def _end_session(self, provenance: Provenance | None, outcome: str) -> None:
        cpu_s = sum(self.comm.gather(cpu_seconds()) or ())
        if provenance is not None:
            provenance.end(outcome, cpu_s)

    def _prepare(self) -> tuple[Plan, PlanRecord, Start]:
        """On rank 0: the plan of the whole, which must be the one that the parts were parts of.

        Raises:
            InvalidInputError: a task is in no part, or in two; the whole would replace a part.
            ForeignPlanError: the parts, or the inputs as they are now, do not belong together.
        """
        for part in self.parts:
            if part.state.path.resolve() == self.state.path.resolve():
                raise InvalidInputError(f"{part.output} is a part: give the whole another place")
        plan = self.job.plan()
        record = PlanRecord.of(self.job.name, plan)
        self._check_relation(plan, record)
        self._check_cover(plan)
        return plan, record, begin(self.state, record, plan.outputs, self.options)

    def _check_relation(self, plan: Plan, record: PlanRecord) -> None:
        first = self.parts[0]
        for part in self.parts:
            if not rows_agree(part, plan.row_dtype):
                raise InvalidInputError(
                    f"{part.output} was made by version {part.whole.version}, whose results this "
                    f"version, {record.version}, cannot read: merge with that one"
                )
            if part.whole.version != record.version:
                logger.warning("%s was made by version %s", part.output, part.whole.version)
            if differences := part.whole.differences(first.whole):
                raise ForeignPlanError(
                    f"{part.output} is a part of another whole than {first.output}; it differs in "
                    f"{'; '.join(differences)}"
                )
        if differences := record.differences(first.whole):
            raise ForeignPlanError(
                "the inputs as they are now, or the outputs that are asked for, are not those of "
                f"the parts; they differ in {'; '.join(differences)}"
            )

    def _check_cover(self, plan: Plan) -> None:
        """Each task must be in one part."""
        tasks = [part.tasks() for part in self.parts]
        everyone, counts = np.unique(np.concatenate(tasks), return_counts=True)
        for gid in everyone[counts > 1][:1]:
            owners = [
                str(part.output)
                for part, own in zip(self.parts, tasks, strict=True)
                if (own == gid).any()
            ]
            raise InvalidInputError(
                f"gid {gid} is in two parts, {' and '.join(owners)}: name only one of them"
            )
        missing = np.setdiff1d(plan.tasks, everyone)
        if missing.size:
            raise InvalidInputError(
                f"{missing.size} of {plan.n_tasks} gids are in none of the parts: "
                f"{shown(missing.tolist())}; name all parts"
            )

    def _collect(self, plan: Plan) -> tuple[Gathered, Int32Array]:
        """On rank 0: what all parts have gathered, and the part that each task is from."""
        owners = np.full(plan.n_tasks, NOBODY, dtype=np.int32)
        streams = [self._outcomes(plan, number) for number in range(len(self.parts))]
        merged = heapq.merge(*streams, key=lambda owned: owned[1].position)
        keeps = bool(plan.kept)
        with Collector(plan, self.state.rows, self.state.summary if keeps else None) as collector:
            for shard, owned in groupby(merged, lambda owned: owned[1].position // plan.shard_size):
                outcomes = []
                for number, outcome in owned:
                    if not isinstance(outcome.value, Failure):
                        owners[outcome.position] = number
                    outcomes.append(outcome)
                collector.add(Portion.of(plan, shard, outcomes, keeps))
        return collector.gathered, owners

    def _outcomes(self, plan: Plan, number: int) -> Iterator[tuple[int, Outcome]]:
        """What a part gave, by the positions of the whole."""
        for value, seconds in self.parts[number].outcomes(plan.row_dtype):
            yield number, Outcome(int(np.searchsorted(plan.tasks, value.task)), value, seconds)

    def _write_shards(self, plan: Plan, origins: NDArray[Any]) -> None:
        """Each rank its share of the shards that no former session wrote.

        Raises:
            AgreedError: StoppedEarly, on all ranks.
        """
        comm = self.comm
        folder = from_root(comm, lambda: self.state.run_journals)
        former, number = from_root(comm, lambda: (journal_files(folder), begin_session(folder)))
        written = read_history(comm, plan, former).shards
        journal = JournalWriter(journal_path(folder, number, comm.rank))
        with contextlib.closing(journal):
            for first in range(0, plan.n_shards, comm.size):
                if any(comm.allgather(bool(self.stop))):
                    raise AgreedError(self._stopped())
                shard = first + comm.rank
                if shard < plan.n_shards and shard not in written:
                    self.job.merge_shard(plan, shard, self._origins(plan, shard, origins))
                    journal.shard_written(shard, plan.destination)

    def _origins(self, plan: Plan, shard: int, origins: NDArray[Any]) -> list[tuple[int, Job[Any]]]:
        """The results of a shard, and the job of the part that each is from."""
        span = plan.shard(shard)
        pairs = zip(plan.tasks[span].tolist(), origins[span].tolist(), strict=True)
        return [(task, self.part_jobs[number]) for task, number in pairs if number != NOBODY]

    def _stopped(self) -> StoppedEarly:
        reasons = [reason for reason in self.comm.allgather(self.stop.reason) if reason]
        return StoppedEarly(
            f"{reasons[0]}; some files are not yet merged. The same command continues."
        )
