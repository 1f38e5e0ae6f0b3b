"""Predicted costs from measured ones: costs.json, and the samples of a dry run."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Job, Plan
from region_grower_hpc.engine.limits import private_memory_mb
from region_grower_hpc.engine.record import encode_arrays
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats import atomic

#: Tasks of each group that a dry run computes.
SAMPLES_A_GROUP = 2


def _groups(plan: Plan) -> tuple[NDArray[np.int64], list[str]]:
    """Group of each task, and the groups' names; one group "all" where the plan has none."""
    if plan.cost_groups is None:
        return np.zeros(plan.n_tasks, dtype=np.int64), ["all"]
    return plan.cost_groups, list(plan.cost_group_names)


def group_means(plan: Plan, seconds: NDArray[np.floating[Any]]) -> dict[str, float]:
    """Mean measured seconds of each group's tasks; groups without a measured task are left out.

    Args:
        plan: with cost groups; one group "all" without them.
        seconds: (n,) measured seconds, 0 where not measured.
    """
    groups, names = _groups(plan)
    measured = seconds > 0
    counts = np.bincount(groups[measured], minlength=len(names))
    sums = np.bincount(groups[measured], weights=seconds[measured], minlength=len(names))
    return {
        name: round(float(total / count), 6)
        for name, total, count in zip(names, sums, counts, strict=True)
        if count
    }


def refine(plan: Plan, costs_json: Path) -> Plan:
    """The plan with each group's mean cost as costs.json tells it; proportions within stay."""
    try:
        means = json.loads(costs_json.read_text(encoding="utf-8"))
        known = {str(name): float(mean) for name, mean in means.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return plan  # An order is only a help: a damaged file is not worth an error.
    groups, names = _groups(plan)
    costs_s = plan.costs_s.copy()
    for number, name in enumerate(names):
        members = groups == number
        if name in known and members.any() and (mean_s := float(costs_s[members].mean())) > 0:
            costs_s[members] *= known[name] / mean_s
    return dataclasses.replace(plan, costs_s=costs_s)


def dry_run(job: Job[Any], plan: Plan, costs_json: Path) -> list[str]:
    """Compute a few tasks of each group, write costs.json, and tell what the run will take.

    Returns:
        Lines for the user.
    """
    state = job.setup(plan)
    groups, names = _groups(plan)
    seconds = np.zeros(plan.n_tasks)
    sizes: list[int] = []
    for number in range(len(names)):
        members = np.flatnonzero(groups == number)
        # The dearest and the median task of a group bound what the others cost.
        ranked = members[np.argsort(-plan.costs_s[members], kind="stable")]
        for position in ranked[:: max(1, len(ranked) // SAMPLES_A_GROUP)][:SAMPLES_A_GROUP]:
            started_s = time.process_time()
            try:
                result = job.run(state, int(plan.tasks[position]))
            except TaskFailure:
                continue
            seconds[position] = time.process_time() - started_s
            sizes.append(len(encode_arrays(result.arrays)) + plan.row_dtype.itemsize)
    means = group_means(plan, seconds)
    costs_json.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_json(costs_json, means)
    return _report(plan, means, names, groups, sizes)


def _report(
    plan: Plan,
    means: dict[str, float],
    names: list[str],
    groups: NDArray[np.int64],
    sizes: list[int],
) -> list[str]:
    lines = [f"{plan.n_tasks} tasks, {plan.n_shards} shard(s) of up to {plan.shard_size}"]
    total_s = 0.0
    for number, name in enumerate(names):
        count = int(np.count_nonzero(groups == number))
        if not count:
            continue
        if name not in means:
            lines.append(f"  {name}: {count} tasks, no sample succeeded")
            continue
        total_s += count * means[name]
        lines.append(f"  {name}: {count} tasks, {means[name]:.3f} CPU s each")
    lines.append(f"predicted CPU time: {_duration(total_s)}, start-up of the ranks apart")
    lines.append(f"memory of a rank: {private_memory_mb():.0f} MB private")
    if sizes:
        size_mb = float(np.mean(sizes)) * plan.n_tasks / 1e6
        lines.append(f"results: {size_mb:.1f} MB, and as much again in the journals until the end")
    return lines


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 3600 else f"{seconds / 3600:.1f} h"
