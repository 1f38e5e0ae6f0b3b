"""Ranks, nodes, time and memory that are suggested."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from region_grower_hpc.engine.sizing import (
    GOAL_WALL_S,
    LEAST_EFFICIENCY,
    LEAST_TASKS_A_RANK,
    Demand,
    cores_a_node,
    makespan_s,
    size_of,
    suggest,
    table_of_sizes,
)


def demand(n_tasks: int, cost_s: float = 1.0, start_up_s: float = 1.0) -> Demand:
    return Demand(
        n_tasks=n_tasks,
        costs_s=np.full(min(n_tasks, 10_000), cost_s),
        total_s=n_tasks * cost_s,
        start_up_s=start_up_s,
        writing_s=0.0,
        n_shards=10,
        rank_mb=100.0,
        rank_0_mb=200.0,
        node_mb=50.0,
    )


def test_makespan_of_known_schedules() -> None:
    assert makespan_s([3.0, 3.0, 2.0, 2.0, 2.0], 2) == 7.0
    assert makespan_s([1.0] * 12, 4) == 3.0
    assert makespan_s([5.0, 1.0], 8) == 5.0
    assert makespan_s([], 3) == 0.0
    assert makespan_s([1.0, 2.0], 1) == 3.0


def test_wall_time_memory_and_efficiency_of_a_size() -> None:
    one_node = size_of(demand(800), 8, 16)
    assert (one_node.nodes, one_node.wall_s) == (1, 101.0)
    assert one_node.efficiency == pytest.approx(800 / (8 * 101))
    assert one_node.memory_mb == 50 + 200 + 7 * 100
    two_nodes = size_of(demand(700), 8, 4)  # Rank 0 only schedules.
    assert (two_nodes.nodes, two_nodes.wall_s) == (2, 101.0)
    assert two_nodes.memory_mb == 50 + 200 + 3 * 100


def test_the_longest_task_bounds_the_wall_time() -> None:
    long = replace(demand(100), costs_s=np.array([500.0, *[1.0] * 99]), total_s=599.0)
    assert size_of(long, 50, 64).wall_s == pytest.approx(501.0)


def test_a_small_run_stays_on_one_node() -> None:
    size = suggest(demand(2000, 0.3), 64)
    assert size.nodes == 1
    assert size.ranks > 8
    assert size.efficiency >= LEAST_EFFICIENCY
    assert 2000 / size.ranks >= LEAST_TASKS_A_RANK


def test_a_large_run_gets_as_many_nodes_as_it_needs() -> None:
    size = suggest(demand(1_000_000, 0.3), 64)
    assert size.wall_s <= GOAL_WALL_S
    assert size.nodes > 1
    assert size.ranks == 64 * size.nodes
    # Half of the nodes would not do.
    assert size_of(demand(1_000_000, 0.3), size.ranks // 2, 64).wall_s > GOAL_WALL_S


def test_very_few_tasks() -> None:
    assert suggest(demand(1), 64).ranks == 1
    assert suggest(replace(demand(0), costs_s=np.empty(0)), 64).ranks == 1
    assert [size.ranks for size in table_of_sizes(demand(1), suggest(demand(1), 64), 64)] == [1]


def test_the_options_have_the_form_that_slurm_reads() -> None:
    size = size_of(demand(100_000), 8, 4)
    assert re.fullmatch(r"-N 2 -n 8 --time=\d{2,}:[0-5]\d:00 --mem=\d+[MG]", size.srun())
    hours, minutes = map(int, re.findall(r"time=(\d+):(\d+)", size.srun())[0])
    assert hours * 3600 + minutes * 60 >= 1.5 * size.wall_s + 60


@pytest.mark.parametrize(
    ("rank_mb", "node", "cpu"), [(100.0, "700M", "175M"), (2000.0, "8G", "2048M")]
)
def test_memory_of_a_node_is_also_told_per_cpu(rank_mb: float, node: str, cpu: str) -> None:
    # 4 ranks on the fullest node: 50 + 200 + 3 x 100 MB, and 6250 MB; x 1.3, rounded up.
    size = size_of(replace(demand(100_000), rank_mb=rank_mb), 8, 4)
    assert size.srun().endswith(f" --mem={node}")
    assert size.mem_per_cpu() == f"--mem-per-cpu={cpu}"


def test_cores_of_a_node_are_those_of_the_allocation() -> None:
    assert cores_a_node({"SLURM_CPUS_ON_NODE": "128"}) == (128, "SLURM_CPUS_ON_NODE")
    cores, origin = cores_a_node({})
    assert cores >= 1
    assert "this machine" in origin
