"""Predicted costs from measured ones: costs.json, of a former run or of a dry run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan


def cost_groups(plan: Plan) -> tuple[NDArray[np.int64], list[str]]:
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
    groups, names = cost_groups(plan)
    measured = seconds > 0
    counts = np.bincount(groups[measured], minlength=len(names))
    sums = np.bincount(groups[measured], weights=seconds[measured], minlength=len(names))
    return {
        name: round(float(total / count), 6)
        for name, total, count in zip(names, sums, counts, strict=True)
        if count
    }


def read_means(costs_json: Path) -> dict[str, float]:
    """Mean seconds by group, from either form of costs.json; empty if it is absent or damaged.

    A run leaves ``{group: mean}``, a dry run ``{"groups": {group: {"mean_s": mean, ...}}, ...}``.
    """
    try:
        content = json.loads(costs_json.read_text(encoding="utf-8"))
        if isinstance(content.get("groups"), dict):
            content = {name: told["mean_s"] for name, told in content["groups"].items()}
        return {
            str(name): float(mean_s)
            for name, mean_s in content.items()
            if np.isfinite(float(mean_s)) and float(mean_s) >= 0
        }
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}  # An order is only a help: a damaged file is not worth an error.


def refine(plan: Plan, costs_json: Path) -> Plan:
    """The plan with each group's mean cost as costs.json tells it; proportions within stay."""
    known = read_means(costs_json)
    groups, names = cost_groups(plan)
    costs_s = plan.costs_s.copy()
    for number, name in enumerate(names):
        members = groups == number
        if name in known and members.any() and (mean_s := float(costs_s[members].mean())) > 0:
            costs_s[members] *= known[name] / mean_s
    return dataclasses.replace(plan, costs_s=costs_s)
