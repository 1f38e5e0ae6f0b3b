"""Which tasks a dry run computes, and what they tell of all.

Tasks that are expected to cost alike form a stratum. A few of each are computed first; then those
strata get more that leave most doubt about the total (Neyman's allocation: tasks of the stratum
times standard deviation, over the square root of the cost of a sample).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.costs import cost_groups
from region_grower_hpc.engine.job import Failure, Plan, StoredResult

Int64Array = NDArray[np.int64]
FloatArray = NDArray[np.float64]

#: Tasks of each stratum that are computed first.
FIRST_SAMPLES = 3
#: A group whose predicted costs differ by more than this factor is split.
ALIKE = 2.0
STRATA_A_GROUP = 4
_SEED = 20


@dataclass(frozen=True)
class Sample:
    """One computed task.

    Attributes:
        position: of the task in the plan.
        seconds: CPU time.
        journal_bytes: that it takes until the end of a run.
        result: what came of it; None where it failed or need not be kept.
        failure: why it failed.
    """

    position: int
    seconds: float
    journal_bytes: int
    result: StoredResult | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Stratum:
    """Tasks that are expected to cost alike.

    Attributes:
        group: number of their cost group.
        positions: of the tasks, in the order in which they are sampled; the same for the same plan.
        predicted_s: mean predicted cost.
    """

    group: int
    positions: Int64Array
    predicted_s: float


def strata_of(plan: Plan) -> list[Stratum]:
    """The strata of a plan, that of the greatest predicted cost first."""
    groups, names = cost_groups(plan)
    strata = []
    for group in range(len(names)):
        members = np.flatnonzero(groups == group)
        for number, part in enumerate(_alike(plan.costs_s, members)):
            rng = np.random.default_rng([_SEED, group, number])
            mean_s = float(plan.costs_s[part].mean())
            strata.append(Stratum(group, rng.permutation(part), mean_s))
    return sorted(strata, key=lambda each: -len(each.positions) * each.predicted_s)


def _alike(costs_s: FloatArray, members: Int64Array) -> list[Int64Array]:
    """Parts of equal predicted cost; the whole where the costs are alike."""
    if not len(members):
        return []
    of_members_s = costs_s[members]
    if of_members_s.max() <= ALIKE * of_members_s.min():
        return [members]
    ranked = members[np.argsort(of_members_s, kind="stable")]
    cumulative_s = np.cumsum(costs_s[ranked])
    shares = cumulative_s[-1] * np.arange(1, STRATA_A_GROUP) / STRATA_A_GROUP
    parts = np.split(ranked, np.searchsorted(cumulative_s, shares))
    return [part for part in parts if len(part)]


@dataclass(frozen=True)
class Estimate:
    """What the samples tell of all tasks.

    Attributes:
        mean_s: (k,) CPU seconds a task of each stratum; of those without a sample as predicted,
            times what the samples took over what was predicted of them.
        deviation_s: (k,) standard deviation within the stratum.
        total_s: CPU seconds of all tasks.
        error_s: standard error of the total.
    """

    mean_s: FloatArray
    deviation_s: FloatArray
    total_s: float
    error_s: float

    @property
    def error(self) -> float:
        """Standard error over total; 0 where there is nothing to do."""
        return self.error_s / self.total_s if self.total_s > 0 else 0.0


def estimate(strata: Sequence[Stratum], seconds: Sequence[Sequence[float]]) -> Estimate:
    """Means, deviations and the total from the samples of each stratum."""
    size = np.array([len(each.positions) for each in strata], dtype=float)
    count = np.array([len(samples) for samples in seconds], dtype=float)
    predicted_s = np.array([each.predicted_s for each in strata], dtype=float)
    sums_s = np.array([sum(samples) for samples in seconds], dtype=float)
    expected_s = float((count * predicted_s).sum())
    scale = sums_s.sum() / expected_s if expected_s > 0 else 0.0
    mean_s = np.where(count > 0, sums_s / np.maximum(count, 1), scale * predicted_s)
    several = count > 1
    deviation_s = np.array([np.std(of, ddof=1) if len(of) > 1 else 0.0 for of in seconds])
    relative = deviation_s[several & (mean_s > 0)] / mean_s[several & (mean_s > 0)]
    typical = float(np.sqrt(np.mean(relative**2))) if len(relative) else 1.0
    # A few equal samples do not prove that a stratum knows no scatter; one sample tells none.
    deviation_s = np.maximum(deviation_s, np.where(several, 0.5, 1.0) * typical * mean_s)
    left_out = 1.0 - count / np.maximum(size, 1)
    variance = size**2 * left_out * deviation_s**2 / np.maximum(count, 1)
    return Estimate(
        mean_s, deviation_s, float((size * mean_s).sum()), float(np.sqrt(variance.sum()))
    )


def by_stratum(strata: Sequence[Stratum], samples: Sequence[Sample]) -> list[list[float]]:
    """Seconds of the samples of each stratum."""
    seconds = {sample.position: sample.seconds for sample in samples}
    # Only the first ones of a stratum can have been computed.
    return [
        [seconds[position] for position in each.positions[: len(samples)] if position in seconds]
        for each in strata
    ]


def cheapest(strata: Sequence[Stratum]) -> Int64Array:
    """Positions of a few tasks of the stratum that is predicted to cost least."""
    if not strata:
        return np.empty(0, dtype=np.int64)
    return min(strata, key=lambda each: each.predicted_s).positions[:FIRST_SAMPLES]


def first_round(strata: Sequence[Stratum]) -> Int64Array:
    """Positions of a few tasks of each stratum; one of each comes before the second of any."""
    return np.array(
        [
            each.positions[number]
            for number in range(FIRST_SAMPLES)
            for each in strata
            if number < len(each.positions)
        ],
        dtype=np.int64,
    )


def next_round(
    strata: Sequence[Stratum],
    seconds: Sequence[Sequence[float]],
    goal: float,
    most_tasks: int,
    most_s: float,
) -> Int64Array:
    """Positions of further tasks, the dearest first; empty where the goal is reached.

    Args:
        strata: of the plan.
        seconds: samples of each stratum, taken in the order of its positions.
        goal: standard error over total that is wanted.
        most_tasks: that may be computed.
        most_s: CPU seconds that they may take.
    """
    known = estimate(strata, seconds)
    if known.error <= goal or most_tasks <= 0 or most_s <= 0:
        return np.empty(0, dtype=np.int64)
    size = np.array([len(each.positions) for each in strata], dtype=float)
    count = np.array([len(samples) for samples in seconds], dtype=float)
    root_s = np.sqrt(np.maximum(known.mean_s, 1e-9))
    weight = size * known.deviation_s
    variance = (goal * known.total_s) ** 2 + float((size * known.deviation_s**2).sum())
    wanted = np.minimum(np.ceil(weight / root_s * (weight * root_s).sum() / variance), size)
    more = np.maximum(wanted - count, 0.0)
    # What the first samples say of the scatter is rough: look again after doubling them.
    most = min(most_tasks, max(count.sum(), 1.0))
    share = min(1.0, most / max(more.sum(), 1.0), most_s / max((more * known.mean_s).sum(), 1e-9))
    more = np.floor(more * share).astype(int)
    chosen = [
        position
        for at in np.argsort(-known.mean_s, kind="stable")
        for position in strata[at].positions[int(count[at]) : int(count[at]) + more[at]]
    ]
    return np.array(chosen, dtype=np.int64)
