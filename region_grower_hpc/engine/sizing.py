"""How many ranks and nodes a run should have, how long and how large it will be."""

from __future__ import annotations

import heapq
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: What a suggestion aims at.
GOAL_WALL_S = 3600.0
LEAST_TASKS_A_RANK = 20
LEAST_EFFICIENCY = 0.9
#: Margins of the suggestion over the prediction.
TIME_MARGIN, MEMORY_MARGIN = 1.5, 1.3
#: A run stops this long before the end of its SLURM job, to be continued.
RESERVE_S = 60.0
#: Tasks that a simulation follows; more are represented by so many.
SIMULATED_TASKS = 50_000


@dataclass(frozen=True)
class Demand:
    """What a run needs, however many ranks there are.

    Attributes:
        n_tasks: of the plan.
        costs_s: (m,) CPU seconds of as many of the tasks as represent all, in the order in which
            they are handed out.
        total_s: CPU seconds of all tasks.
        start_up_s: until the first task, of rank 0, which plans; the others wait for it.
        writing_s: CPU seconds of writing all shards.
        n_shards: that are written in parallel.
        rank_mb, rank_0_mb: memory of a rank, and of rank 0.
        node_mb: memory that each node holds once.
    """

    n_tasks: int
    costs_s: FloatArray
    total_s: float
    start_up_s: float
    writing_s: float
    n_shards: int
    rank_mb: float
    rank_0_mb: float
    node_mb: float


@dataclass(frozen=True)
class Size:
    """A number of ranks and what comes of it.

    Attributes:
        ranks, nodes: the nodes as full as can be.
        wall_s: of the whole run.
        efficiency: CPU time of tasks and writing over ranks x wall time.
        memory_mb: of the fullest node.
        fullest: ranks of that node.
    """

    ranks: int
    nodes: int
    wall_s: float
    efficiency: float
    memory_mb: float
    fullest: int

    @property
    def core_hours(self) -> float:
        """Ranks x wall time."""
        return self.ranks * self.wall_s / 3600

    def srun(self) -> str:
        """Options of srun and sbatch, with margins."""
        minutes = math.ceil((self.wall_s * TIME_MARGIN + RESERVE_S) / 60)
        return (
            f"-N {self.nodes} -n {self.ranks} "
            f"--time={minutes // 60:02d}:{minutes % 60:02d}:00 "
            f"--mem={_memory_option(self._asked_mebibytes)}"
        )

    def mem_per_cpu(self) -> str:
        """What may stand in place of `--mem`; the same for the fullest node."""
        return f"--mem-per-cpu={math.ceil(self._asked_mebibytes / self.fullest)}M"

    @property
    def _asked_mebibytes(self) -> int:
        """Of a node, with margin, rounded up to what is readable."""
        mebibytes = 100 * math.ceil(self.memory_mb * MEMORY_MARGIN * 1e6 / 2**20 / 100)
        return mebibytes if mebibytes < 4096 else 1024 * math.ceil(mebibytes / 1024)


def _memory_option(mebibytes: int) -> str:
    """SLURM's units are powers of 1024."""
    return f"{mebibytes}M" if mebibytes < 4096 else f"{mebibytes // 1024}G"


def cores_a_node(environment: Mapping[str, str]) -> tuple[int, str]:
    """Cores of a node, and where the number comes from."""
    told = environment.get("SLURM_CPUS_ON_NODE", "")
    if told.isdigit() and int(told) > 0:
        return int(told), "SLURM_CPUS_ON_NODE"
    return len(os.sched_getaffinity(0)), "as this machine has"


def makespan_s(costs_s: Sequence[float] | FloatArray, workers: int) -> float:
    """Time until the last of some tasks ends, each started by the first worker that is free."""
    if workers <= 1 or not len(costs_s):
        return float(np.sum(costs_s))
    tasks = np.asarray(costs_s, dtype=float).tolist()
    free_s: list[float] = tasks[:workers]
    heapq.heapify(free_s)
    for cost_s in tasks[workers:]:
        heapq.heapreplace(free_s, free_s[0] + cost_s)
    return max(free_s)


def size_of(demand: Demand, ranks: int, cores: int) -> Size:
    """What comes of a number of ranks on nodes of so many cores."""
    nodes = math.ceil(ranks / cores)
    workers = ranks - 1 if nodes > 1 else ranks  # Over several nodes rank 0 only schedules.
    balance = 1.0
    if len(demand.costs_s):
        # As many tasks a worker as in the run.
        represented = max(1, round(workers * len(demand.costs_s) / demand.n_tasks))
        ideal_s = float(demand.costs_s.sum()) / represented
        balance = ideal_s / max(makespan_s(demand.costs_s, represented), 1e-12)
    computing_s = demand.total_s / workers / max(balance, 1e-12)
    rounds = math.ceil(demand.n_shards / ranks)
    writing_s = rounds * demand.writing_s / max(demand.n_shards, 1)
    wall_s = demand.start_up_s + computing_s + writing_s
    useful_s = demand.total_s + demand.writing_s
    on_fullest = min(ranks, cores)
    memory_mb = demand.node_mb + demand.rank_0_mb + (on_fullest - 1) * demand.rank_mb
    efficiency = useful_s / (ranks * wall_s) if wall_s else 1.0
    return Size(ranks, nodes, wall_s, efficiency, memory_mb, on_fullest)


def suggest(demand: Demand, cores: int) -> Size:
    """The size to run with.

    On one node as many ranks as stay efficient, if they end within the goal; else the fewest
    full nodes that do, or as many as stay efficient.
    """
    best = size_of(demand, 1, cores)
    for ranks in _candidates(cores, max(1, demand.n_tasks // LEAST_TASKS_A_RANK)):
        size = size_of(demand, ranks, cores)
        if size.efficiency >= LEAST_EFFICIENCY and size.wall_s < best.wall_s:
            best = size
        if best.wall_s <= GOAL_WALL_S and ranks >= cores:
            break
    return best


def _candidates(cores: int, most: int) -> list[int]:
    """Numbers of ranks to consider: within a node by powers of two, then full nodes."""
    within = [2**power for power in range(cores.bit_length()) if 2**power < cores]
    nodes = [1, 2, 3, 4, 6, 8]
    while nodes[-1] * cores < most:
        nodes += [nodes[-2] * 2, nodes[-1] * 2]
    return [ranks for ranks in (*within, *(cores * number for number in nodes)) if ranks <= most]


def table_of_sizes(demand: Demand, suggestion: Size, cores: int) -> list[Size]:
    """The suggestion among a few others, by number of ranks."""
    ranks = {1, cores, max(1, suggestion.ranks // 4), suggestion.ranks, 4 * suggestion.ranks}
    return [
        suggestion if number == suggestion.ranks else size_of(demand, number, cores)
        for number in sorted(ranks)
        if number <= max(1, demand.n_tasks)
    ]
