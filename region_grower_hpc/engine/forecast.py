"""What the samples of a dry run tell of the whole run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from region_grower_hpc.engine.costs import cost_groups
from region_grower_hpc.engine.job import Failure, Footprint, Plan
from region_grower_hpc.engine.memory import Memory
from region_grower_hpc.engine.sampling import Estimate, Sample, Stratum, by_stratum, estimate
from region_grower_hpc.engine.sizing import SIMULATED_TASKS, Demand

#: Memory of rank 0 for each task while it writes what describes the whole. Measured for synthesis
#: with apical points: 380 to 411 as files, 421 to 494 as shards (20,000 to 200,000 cells).
FINISHING_BYTES_A_TASK = 500
#: Files of a state folder beside the journals.
STATE_FILES = 8


@dataclass(frozen=True)
class GroupForecast:
    """One cost group: its tasks, those sampled, CPU seconds of a task and their scatter."""

    name: str
    n_tasks: int
    n_sampled: int
    mean_s: float
    deviation_s: float

    @property
    def total_s(self) -> float:
        """CPU seconds of all tasks of the group."""
        return self.n_tasks * self.mean_s


@dataclass(frozen=True)
class Forecast:
    """What a run is expected to take.

    Attributes:
        plan: of the run.
        groups: in the order of the plan, without empty ones.
        error: standard error of the CPU time of the tasks, over it.
        demand: what sizes of the run follow from.
        rank_start_up_s: CPU seconds of a rank other than 0 until its first task.
        n_sampled: tasks.
        failures: of samples, in task order.
        memory: of a rank.
        footprint: of the outputs; None where the job does not tell.
        journal_bytes: of all tasks.
    """

    plan: Plan
    groups: Sequence[GroupForecast]
    error: float
    demand: Demand
    rank_start_up_s: float
    n_sampled: int
    failures: Sequence[Failure]
    memory: Memory
    footprint: Footprint | None
    journal_bytes: float

    @property
    def cpu_s(self) -> float:
        """Of all tasks and of writing, without the start of the ranks."""
        return self.demand.total_s + self.demand.writing_s

    @property
    def is_sized(self) -> bool:
        """Whether a sample succeeded."""
        return self.n_sampled > len(self.failures)

    @property
    def inodes(self) -> int:
        """Outputs and state, without journals."""
        return STATE_FILES + (self.footprint.inodes if self.footprint else 0)

    @classmethod
    def of(
        cls,
        plan: Plan,
        strata: Sequence[Stratum],
        samples: Sequence[Sample],
        starts_s: Sequence[float],
        memories: Sequence[Memory],
        footprint: Footprint | None,
    ) -> Forecast:
        """From the samples of all ranks.

        Args:
            plan: of the run.
            strata: of the plan.
            samples: of all ranks.
            starts_s: CPU seconds of each rank until its first task.
            memories: of each rank after its samples.
            footprint: what the job tells of the outputs.
        """
        seconds = by_stratum(strata, samples)
        known = estimate(strata, seconds)
        # Rank 0 alone has planned; without another rank it stands for all.
        others_s, others = starts_s[1:] or starts_s, memories[1:] or memories
        memory = max(others, key=lambda each: each.own_mb)
        finishing_mb = plan.n_tasks * FINISHING_BYTES_A_TASK / 1e6
        arrays = [plan.tasks, plan.costs_s, plan.tasks, *plan.shared.values()]
        demand = Demand(
            n_tasks=plan.n_tasks,
            costs_s=_representatives(strata, seconds, known),
            total_s=known.total_s,
            start_up_s=max(starts_s),
            writing_s=footprint.writing_s if footprint else 0.0,
            n_shards=plan.n_shards,
            rank_mb=memory.own_mb,
            rank_0_mb=max(memories[0].own_mb + finishing_mb, memories[0].peak_mb),
            node_mb=memory.files_mb + sum(array.nbytes for array in arrays) / 1e6,
        )
        failures = [sample.failure for sample in samples if sample.failure is not None]
        return cls(
            plan,
            _groups(plan, strata, seconds, known),
            known.error,
            demand,
            float(np.mean(others_s)),
            len(samples),
            sorted(failures, key=lambda failure: failure.task),
            memory,
            footprint,
            _journal_bytes(strata, samples),
        )


def _groups(
    plan: Plan, strata: Sequence[Stratum], seconds: Sequence[Sequence[float]], known: Estimate
) -> list[GroupForecast]:
    """Groups from their strata."""
    _, names = cost_groups(plan)
    groups = []
    for number, name in enumerate(names):
        of_it = [at for at, stratum in enumerate(strata) if stratum.group == number]
        if not of_it:
            continue
        sizes = np.array([len(strata[at].positions) for at in of_it])
        means_s, deviations_s = known.mean_s[of_it], known.deviation_s[of_it]
        mean_s = float(np.average(means_s, weights=sizes))
        variance = np.average(deviations_s**2 + (means_s - mean_s) ** 2, weights=sizes)
        n_sampled = sum(len(seconds[at]) for at in of_it)
        groups.append(
            GroupForecast(name, int(sizes.sum()), n_sampled, mean_s, float(np.sqrt(variance)))
        )
    return groups


def _representatives(
    strata: Sequence[Stratum], seconds: Sequence[Sequence[float]], known: Estimate
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Costs that stand for all tasks, drawn from the samples; the dearest stratum first."""
    n_tasks = sum(len(stratum.positions) for stratum in strata)
    share = min(1.0, SIMULATED_TASKS / max(n_tasks, 1))
    rng = np.random.default_rng(0)
    drawn = [
        rng.choice(seconds[at] or [known.mean_s[at]], size=max(1, round(share * len(of_it))))
        for at in np.argsort(-known.mean_s, kind="stable")
        for of_it in [strata[at].positions]
    ]
    return np.concatenate([np.empty(0), *drawn])


def _journal_bytes(strata: Sequence[Stratum], samples: Sequence[Sample]) -> float:
    """Of all tasks; strata without a sample are taken for the mean of the others."""
    sizes: Mapping[int, int] = {sample.position: sample.journal_bytes for sample in samples}
    total, n_told, n_tasks = 0.0, 0, 0
    told = defaultdict(list)
    for at, stratum in enumerate(strata):
        n_tasks += len(stratum.positions)
        for position in stratum.positions[: len(samples)]:
            if int(position) in sizes:
                told[at].append(sizes[int(position)])
        if told[at]:
            total += len(stratum.positions) * float(np.mean(told[at]))
            n_told += len(stratum.positions)
    return total * n_tasks / n_told if n_told else 0.0
