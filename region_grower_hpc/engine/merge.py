"""Joining runs over parts of the tasks into what one run over all of them would have written."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.agreement import on_root
from region_grower_hpc.engine.collector import Collector, Gathered, Outcome, Portion
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.conclusion import mark_complete, verdict, write_whole
from region_grower_hpc.engine.job import Job, Plan
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.part import Part
from region_grower_hpc.engine.provenance import Provenance, cpu_seconds
from region_grower_hpc.engine.selection import shown
from region_grower_hpc.engine.spread import spread
from region_grower_hpc.engine.start import Start, begin
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.supervision import supervised
from region_grower_hpc.errors import ExitCode, ForeignPlanError, InvalidInputError

logger = logging.getLogger(__name__)

Int32Array = NDArray[np.int32]

#: In place of the number of a part.
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
    was killed is begun anew by the same command.

    Args:
        job: of the whole, created alike on every rank.
        parts: runs over parts, which together have each task once.
        part_jobs: the job of each part.
        state_dir: state folder of the whole.
        options: overwrite, max_failed_ratio and command count.
    """
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
        self.state = StateFolder(state_dir)

    def run(self) -> ExitCode:
        """Check, write the shards, write what describes the whole."""
        comm = self.comm
        prepared = on_root(comm, self._prepare)
        plan = spread(comm, None if prepared is None else prepared[0])
        record, start = comm.bcast(None if prepared is None else prepared[1:])  # type: ignore[misc]
        if start is Start.NOTHING:
            logger.info("complete already: %s", self.state.path)
            return verdict(comm, self.job, plan, self.state, self.options)
        provenance = on_root(comm, lambda: Provenance(self.state, record, self.options, comm))
        collected = on_root(comm, lambda: self._collect(plan))
        gathered, origins = (None, None) if collected is None else collected
        self._write_shards(plan, comm.share(origins))

        def write() -> None:
            if gathered is not None:
                write_whole(self.job, plan, self.state, gathered)

        on_root(comm, write)
        cpu_s = sum(comm.gather(cpu_seconds()) or ())
        if provenance is not None:
            provenance.end(f"merged {len(self.parts)} parts", cpu_s)
        on_root(comm, lambda: mark_complete(self.state, record, plan, gathered))
        return verdict(comm, self.job, plan, self.state, self.options)

    def _prepare(self) -> tuple[Plan, PlanRecord, Start]:
        """On rank 0: the plan of the whole, which must be the one that the parts were parts of."""
        plan = self.job.plan()
        record = PlanRecord.of(self.job.name, plan)
        for part in self.parts:
            if differences := record.differences(part.whole):
                raise ForeignPlanError(
                    f"{part.output} is a part of another whole than {self.parts[0].output} with "
                    f"its inputs as they are now; it differs in {'; '.join(differences)}"
                )
        return plan, record, begin(self.state, record, plan.outputs, self.options, requeued=False)

    def _collect(self, plan: Plan) -> tuple[Gathered, Int32Array]:
        """On rank 0: what all parts have gathered, and the part that each task is from.

        Raises:
            InvalidInputError: a task is in no part, or in two.
        """
        owners = np.full(plan.n_tasks, NOBODY, dtype=np.int32)
        streams = [self._outcomes(plan, number) for number in range(len(self.parts))]
        merged = heapq.merge(*streams, key=lambda owned: owned[1].position)
        keeps = bool(plan.kept)
        with Collector(plan, self.state.rows, self.state.summary if keeps else None) as collector:
            for shard, owned in groupby(merged, lambda owned: owned[1].position // plan.shard_size):
                outcomes = []
                for number, outcome in owned:
                    self._own(plan, owners, outcome.position, number)
                    outcomes.append(outcome)
                collector.add(Portion.of(plan, shard, outcomes, keeps))
        missing = plan.tasks[owners == NOBODY]
        if missing.size:
            raise InvalidInputError(
                f"{missing.size} of {plan.n_tasks} gids are in none of the parts: "
                f"{shown(missing)}; name all parts"
            )
        failed = [failure.task for failure in collector.gathered.failures]
        owners[np.isin(plan.tasks, failed)] = NOBODY
        return collector.gathered, owners

    def _own(self, plan: Plan, owners: Int32Array, position: int, number: int) -> None:
        if owners[position] != NOBODY:
            both = f"{self.parts[owners[position]].output} and {self.parts[number].output}"
            raise InvalidInputError(
                f"gid {plan.tasks[position]} is in two parts, {both}: name only one of them"
            )
        owners[position] = number

    def _outcomes(self, plan: Plan, number: int) -> Iterator[tuple[int, Outcome]]:
        """What a part gave, by the positions of the whole."""
        for value, seconds in self.parts[number].outcomes(plan.row_dtype):
            yield number, Outcome(int(np.searchsorted(plan.tasks, value.task)), value, seconds)

    def _write_shards(self, plan: Plan, origins: NDArray[Any]) -> None:
        """Each rank its share of the shards; returns when all are written."""
        for shard in range(self.comm.rank, plan.n_shards, self.comm.size):
            span = plan.shard(shard)
            pairs = zip(plan.tasks[span].tolist(), origins[span].tolist(), strict=True)
            jobs = [(task, self.part_jobs[number]) for task, number in pairs if number != NOBODY]
            self.job.merge_shard(plan, shard, jobs)
        self.comm.allgather(None)
